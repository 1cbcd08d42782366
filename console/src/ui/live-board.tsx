import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Movement, Step } from '../api/lifecycle.ts';
import { words } from '../words/index.ts';
import { at } from './at.ts';
import css from './live-board.module.css';
import { ProofMark } from './proof-mark.tsx';
import { RouteLink } from './route-link.tsx';
import { asSentence, sentence } from './state.tsx';
import { clockTime, duration } from './time.ts';
import { Tone, type ToneName } from './tone.tsx';
import { When } from './when.tsx';

type System = Movement['board'][number];

const weight: readonly Step['state'][] = ['contradicted', 'action_required', 'unproven', 'wanted', 'sent', 'proven', 'skipped'];
export const tones: Readonly<Record<Step['state'], ToneName>> = { wanted: 'neutral', sent: 'neutral', proven: 'good', contradicted: 'danger', unproven: 'attention', action_required: 'attention', skipped: 'neutral' };

/** The state of a whole system is that of its least advanced step. */
export const worstOf = (steps: readonly Step[]): Step['state'] => weight.find((state) => steps.some((step) => step.state === state)) ?? 'skipped';

const latest = (times: readonly (string | null)[]): string | null => (times.every((time) => time !== null) ? (times.toSorted().at(-1) ?? null) : null);
const earliest = (times: readonly (string | null)[]): string | null => times.filter((time) => time !== null).toSorted()[0] ?? null;

interface Actions {
  readonly onRetry?: ((step: Step) => Promise<unknown>) | undefined;
  readonly onConfirm?: ((step: Step) => void) | undefined;
  readonly onSkip?: ((step: Step) => void) | undefined;
}

/** One card per system, turning from wanted over sent to proven, with the time of each. The slow one is obvious. */
export function LiveBoard({ board, happenedAt, actions = {} }: { board: readonly System[]; happenedAt: string; actions?: Actions }) {
  return (
    <ul className={css.board}>
      {board.map((system) => (
        <SystemCard key={system.applicationId ?? system.name} system={system} happenedAt={happenedAt} actions={actions} />
      ))}
    </ul>
  );
}

function SystemCard({ system, happenedAt, actions }: { system: System; happenedAt: string; actions: Actions }) {
  const w = words.movements;
  const counted = system.steps.filter((step) => step.state !== 'skipped');
  const state = worstOf(system.steps);
  const proven = counted.filter((step) => step.state === 'proven').length;
  const wantedAt = earliest(system.steps.map((step) => step.wantedAt));
  const sentAt = earliest(counted.map((step) => step.sentAt));
  const provenAt = counted.length > 0 ? latest(counted.map((step) => step.provenAt)) : null;
  const share = counted.length === 0 ? 0 : counted.reduce((sum, step) => sum + (step.state === 'proven' ? 1 : step.sentAt ? 0.5 : 0), 0) / counted.length;
  const summary =
    state === 'proven' && provenAt ? w.cardStates.proven(duration(new Date(provenAt).getTime() - new Date(happenedAt).getTime())) : counted.length === 0 ? w.cardStates.skipped : counted.length > 1 && proven > 0 && (state === 'sent' || state === 'wanted') ? w.cardStates.working(proven, counted.length) : w.step.states[state];
  return (
    <li className={css.card} data-state={state}>
      <div className={css.head}>
        <h3>{system.applicationId ? <RouteLink to={at.application(system.applicationId)}>{system.name}</RouteLink> : system.name}</h3>
        <Tone tone={tones[state]}>{summary}</Tone>
      </div>
      <div className={css.track}>
        <span className={css.rail} aria-hidden="true" />
        <span className={css.done} style={{ width: `${Math.round(share * 100)}%` }} aria-hidden="true" />
        <Stop name={w.step.wanted} time={wantedAt} look="outline" place="first" />
        <Stop name={w.step.sent} time={sentAt} look="outline" place="middle" />
        <Stop name={w.step.proven} time={provenAt} look="filled" place="last" />
      </div>
      <ul className={css.steps}>
        {system.steps.map((step) => (
          <StepLine key={step.id} step={step} actions={actions} applicationId={system.applicationId} />
        ))}
      </ul>
    </li>
  );
}

function Stop({ name, time, look, place }: { name: string; time: string | null; look: 'outline' | 'filled'; place: 'first' | 'middle' | 'last' }) {
  return (
    <span className={css.stop} data-place={place} data-on={time ? look : undefined}>
      <span className={css.knob} aria-hidden="true" />
      <span>{name}</span>
      {time ? <time dateTime={time}>{clockTime(new Date(time))}</time> : <span className={css.none}>–</span>}
    </span>
  );
}

function StepLine({ step, actions, applicationId }: { step: Step; actions: Actions; applicationId: string | null }) {
  const w = words.movements;
  const [isBusy, setBusy] = useState(false);
  const isStuck = step.state === 'unproven' || step.state === 'contradicted' || (step.problem !== null && step.state !== 'proven' && step.state !== 'skipped');
  const observation = step.proof ? { ...step.proof, operationId: step.operationId } : null;
  return (
    <li className={css.step}>
      <div className={css.line}>
        <span className={css.title}>{asSentence(step.title).replace(/\.$/, '')}</span>
        {step.state === 'proven' ? (
          <ProofMark proof={{ state: 'proven', seenAt: step.provenAt, via: step.proof?.via ?? null, observation }} />
        ) : step.state === 'skipped' ? (
          <span className={css.quiet}>{w.step.states.skipped}</span>
        ) : step.state === 'sent' ? (
          <ProofMark proof={{ state: 'believed', seenAt: step.seenAt, observation }} says={words.ui.proof.believed} />
        ) : (
          <ProofMark proof={{ state: 'unknown', seenAt: step.seenAt, observation }} says={w.step.states[step.state]} />
        )}
      </div>
      {step.state === 'skipped' ? <span className={css.quiet}>{sentence(step.skipReason ?? step.reason)}</span> : <span className={css.quiet}>{sentence(step.seen && step.state !== 'proven' ? `${step.reason}; ${step.seen}` : step.reason)}</span>}
      {step.problem && step.state !== 'proven' ? (
        <span className={css.problem} data-grave={step.state === 'contradicted' || undefined}>
          {sentence(step.problem)} {w.step.attempts(step.attempts)}
          {step.nextAt ? (
            <>
              , {w.step.nextTry('')}
              <When at={step.nextAt} />
            </>
          ) : null}
          .
        </span>
      ) : null}
      {step.heldBecause ? (
        <span className={css.problem}>
          {w.waitingFor[step.heldBecause]}{' '}
          {applicationId && step.heldBecause !== 'approval' ? <RouteLink to={at.application(applicationId)}>{w.remedy[step.heldBecause]}</RouteLink> : null}
        </span>
      ) : null}
      {step.preview ? (
        <pre className={css.preview} tabIndex={0} aria-label={w.step.would}>
          {step.preview.method} {step.preview.target}
          {'\n'}
          {JSON.stringify(step.preview.difference, null, 2)}
        </pre>
      ) : null}
      {step.task && step.state === 'action_required' ? (
        <div>
          <strong>{step.task.title}</strong>
          <ol className={css.todo}>
            {step.task.steps.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ol>
        </div>
      ) : null}
      {(isStuck && actions.onRetry) || (step.state === 'action_required' && actions.onConfirm) ? (
        <div className={css.buttons}>
          {step.state === 'action_required' && step.task && actions.onConfirm ? (
            <Button size="compact-sm" onClick={() => actions.onConfirm?.(step)}>
              {w.step.confirm}
            </Button>
          ) : null}
          {isStuck && actions.onRetry ? (
            <Button
              size="compact-sm"
              variant="default"
              loading={isBusy}
              onClick={() => {
                setBusy(true);
                void actions.onRetry?.(step).finally(() => setBusy(false));
              }}
            >
              {w.step.retry}
            </Button>
          ) : null}
          {actions.onSkip ? (
            <Button size="compact-sm" variant="subtle" color="gray" onClick={() => actions.onSkip?.(step)}>
              {w.step.skip}
            </Button>
          ) : null}
        </div>
      ) : null}
    </li>
  );
}
