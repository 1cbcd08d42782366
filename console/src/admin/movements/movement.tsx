import { Alert, Button, Stack, Textarea, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import { confirmStep, movementQuery, retryMovement, retryStep, runMovement, skipStep, type Movement, type Step } from '../../api/lifecycle.ts';
import { at } from '../../ui/at.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Facts } from '../../ui/facts.tsx';
import { LiveBoard } from '../../ui/live-board.tsx';
import { useNow } from '../../ui/now.ts';
import { PageSentence } from '../../ui/page-sentence.tsx';
import { PlanList } from '../../ui/plan-list.tsx';
import { RouteLink } from '../../ui/route-link.tsx';
import { say, sayProblem } from '../../ui/said.tsx';
import { Sheet } from '../../ui/sheet.tsx';
import { asSentence, Loaded } from '../../ui/state.tsx';
import { duration, relative } from '../../ui/time.ts';
import { When } from '../../ui/when.tsx';
import { useMay } from '../../ui/me.tsx';
import { words } from '../../words/index.ts';
import { rich } from '../../words/rich.tsx';
import { MovementStateWord, Took } from './movement-line.tsx';

export function MovementPage() {
  const { movementId } = useParams({ strict: false }) as { movementId: string };
  const query = useQuery({ ...movementQuery(movementId), refetchInterval: ({ state }) => (state.data && ['running', 'waiting', 'alarm'].includes(state.data.state) ? 5_000 : false) });
  return <Loaded query={query}>{(movement) => <Shown movement={movement} />}</Loaded>;
}

function sentenceOf(movement: Movement, now: number): ReactNode {
  const w = words.movements.page;
  const title = asSentence(movement.title).replace(/\.$/, '');
  const all = movement.board.length;
  // Where a step was given up, nothing says that the access is gone.
  const proven = movement.board.filter((system) => system.steps.every((step) => step.state === 'proven')).length;
  if (movement.state === 'cancelled') return w.cancelled(title);
  if (all === 0) return w.nothingToDo(title);
  if (movement.state === 'planned') return w.planned(title, movement.plan);
  const took = movement.timeToZeroMs ?? movement.timeToProvenMs;
  const isWhole = movement.state === 'done' && proven === all;
  if (movement.kind === 'leaver') return rich(isWhole && took !== null ? w.leftDone(movement.personName, all, duration(took)) : w.left(movement.personName, relative(new Date(movement.happenedAt), now), proven, all));
  return rich(isWhole && took !== null ? w.done(title, all, duration(took)) : w.going(title, proven, all));
}

function Shown({ movement }: { movement: Movement }) {
  const w = words.movements;
  const now = useNow(1_000);
  const queries = useQueryClient();
  const [asked, ask] = useState<{ is: 'run' } | { is: 'confirm' | 'skip'; step: Step } | null>(null);
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['movements'] });
  const close = (): void => ask(null);
  const mayRun = useMay('lifecycle.movement.run');
  const isOpen = mayRun && !['done', 'cancelled'].includes(movement.state);
  const hasTrouble = movement.board.some((system) => system.steps.some((step) => step.state === 'unproven' || step.state === 'contradicted'));
  const waitsForApproval = movement.board.some((system) => system.steps.some((step) => step.heldBecause === 'approval'));

  return (
    <>
      <PageSentence
        title={w.name}
        trail={[{ title: w.title, to: at.movements }]}
        sentence={sentenceOf(movement, now)}
        actions={
          isOpen ? (
            <>
              {hasTrouble ? (
                <Button
                  variant="default"
                  onClick={() =>
                    void retryMovement(movement.id)
                      .then(renew)
                      .then(() => say(w.retried))
                      .catch(sayProblem)
                  }
                >
                  {w.retryAll}
                </Button>
              ) : null}
              {movement.state === 'planned' || waitsForApproval ? <Button onClick={() => ask({ is: 'run' })}>{w.run}</Button> : null}
            </>
          ) : null
        }
      />
      <Stack gap="lg">
        {movement.state === 'alarm' ? (
          <Alert color="red" variant="light" icon={<IconAlertTriangle size={20} />}>
            {w.alarm}
          </Alert>
        ) : null}
        <Sheet>
          <Facts
            isStrip
            facts={[
              [w.person, <RouteLink key="person" to={at.person(movement.personId)}>{movement.personName}</RouteLink>],
              [w.columns.state, <MovementStateWord key="state" state={movement.state} />],
              [w.columns.plan, movement.plan],
              [w.cause, movement.cause],
              [w.happenedAt, <When key="happened" at={movement.happenedAt} />],
              [w.provenAt, movement.provenAt ? <When key="proven" at={movement.provenAt} /> : null],
              [w.timeToZero, movement.timeToZeroMs === null ? null : <span key="zero" className="number">{duration(movement.timeToZeroMs)}</span>],
              [w.timeToProven, <Took key="took" movement={movement} />],
            ]}
          />
        </Sheet>
        {movement.state === 'planned' ? (
          <Sheet title={w.plan}>
            <PlanList systems={movement.board} />
          </Sheet>
        ) : (
          <section aria-label={w.board}>
            <h2 className="visually-hidden">{w.board}</h2>
            <LiveBoard
              board={movement.board}
              happenedAt={movement.happenedAt}
              actions={
                isOpen
                  ? {
                      onRetry: (step) => retryStep(movement.id, step.id).then(renew, sayProblem),
                      onConfirm: (step) => ask({ is: 'confirm', step }),
                      onSkip: (step) => ask({ is: 'skip', step }),
                    }
                  : {}
              }
            />
          </section>
        )}
      </Stack>
      {asked?.is === 'run' ? (
        <Confirm
          title={w.run}
          size="lg"
          effect={
            <Stack gap="md">
              <p>{w.runText(movement.plan)}</p>
              <PlanList systems={movement.board} />
            </Stack>
          }
          action={w.run}
          onConfirm={() => runMovement(movement.id).then(renew)}
          onClose={close}
        />
      ) : null}
      {asked?.is === 'confirm' ? <ConfirmStep movement={movement} step={asked.step} onClose={close} renew={renew} /> : null}
      {asked?.is === 'skip' ? <SkipStep movement={movement} step={asked.step} onClose={close} renew={renew} /> : null}
    </>
  );
}

function ConfirmStep({ movement, step, onClose, renew }: { movement: Movement; step: Step; onClose: () => void; renew: () => Promise<void> }) {
  const w = words.movements.confirm;
  const [evidence, setEvidence] = useState('');
  const [accountId, setAccountId] = useState('');
  const isNew = step.action === 'create_account';
  return (
    <Confirm
      title={w.title}
      effect={
        <Stack gap="sm">
          <strong>{step.task?.title ?? step.title}</strong>
          {step.task ? (
            <ol>
              {step.task.steps.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ol>
          ) : null}
          <p>{w.text}</p>
          {isNew ? <TextInput label={w.accountId} description={w.accountIdText} value={accountId} onChange={(event) => setAccountId(event.currentTarget.value)} required /> : null}
          <Textarea label={w.evidence} placeholder={w.evidenceExample} value={evidence} onChange={(event) => setEvidence(event.currentTarget.value)} required />
        </Stack>
      }
      action={w.action}
      isReady={evidence.trim().length >= 3 && (!isNew || accountId.trim() !== '')}
      onConfirm={() =>
        confirmStep(movement.id, step.id, { evidence: evidence.trim(), ...(isNew ? { accountId: accountId.trim() } : {}) })
          .then(renew)
          .then(() => say(w.done))
      }
      onClose={onClose}
    />
  );
}

function SkipStep({ movement, step, onClose, renew }: { movement: Movement; step: Step; onClose: () => void; renew: () => Promise<void> }) {
  const w = words.movements.skip;
  const [reason, setReason] = useState('');
  return (
    <Confirm
      title={w.title}
      effect={
        <Stack gap="sm">
          <strong>{step.title}</strong>
          <p>{w.text}</p>
          <Textarea label={w.reason} value={reason} onChange={(event) => setReason(event.currentTarget.value)} required />
        </Stack>
      }
      action={w.action}
      isDangerous
      isReady={reason.trim().length >= 3}
      onConfirm={() => skipStep(movement.id, step.id, reason.trim()).then(renew)}
      onClose={onClose}
    />
  );
}

