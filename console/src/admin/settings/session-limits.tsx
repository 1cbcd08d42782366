import { Alert, Button, NumberInput, Stack, Textarea } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { signInPolicyQuery, type SignInPolicy } from '../../api/authentication.ts';
import { endSessionsOfEverybody, setSessionLimit, type SessionLimit } from '../../api/sessions.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { useMay } from '../../ui/me.tsx';
import { say } from '../../ui/said.tsx';
import { duration } from '../../ui/time.ts';
import { Tone } from '../../ui/tone.tsx';
import { When } from '../../ui/when.tsx';
import { words } from '../../words/index.ts';
import { RuleCard, RuleCards } from './rule-card.tsx';

const inWords = (seconds: number): string => duration(seconds * 1_000);

export function SessionLimits({ policy }: { policy: SignInPolicy }) {
  const v = words.sessions.limits;
  const [asked, ask] = useState<SessionLimit | null>(null);
  const mayChange = useMay('authentication.policy.change');
  return (
    <>
      <RuleCards>
        {policy.sessionLimits.map((limit) => (
          <RuleCard
            key={limit.assuranceLevel}
            title={v.level(limit.assuranceLevel)}
            value={v.lasts(inWords(limit.overallSeconds), limit.idleSeconds === null ? null : inWords(limit.idleSeconds))}
            sign={limit.isBeyondNorm ? <Tone tone="attention">{v.longer}</Tone> : null}
            why={
              limit.setByName ? (
                <>
                  {v.setBy(limit.setByName)} <When at={limit.setAt} />
                  {limit.justification ? `: ${limit.justification}` : ''}
                </>
              ) : null
            }
            norm={limit.source}
            standing={limit.isDefault ? v.default : v.changed}
            action={
              mayChange ? (
                <Button size="compact-sm" variant="default" onClick={() => ask(limit)} aria-label={`${v.change}: ${v.title(limit.assuranceLevel)}`}>
                  {v.change}
                </Button>
              ) : null
            }
          />
        ))}
      </RuleCards>
      <EndEverybody />
      {asked ? <ChangeLimit limit={asked} onClose={() => ask(null)} /> : null}
    </>
  );
}

/** For the day of a break-in: everybody signs in anew. */
function EndEverybody() {
  const v = words.sessions.everybody;
  const queries = useQueryClient();
  const [isAsked, ask] = useState(false);
  const [why, setWhy] = useState('');
  if (!useMay('authentication.session.end-everybody')) return null;
  return (
    <>
      <Button size="compact-sm" variant="default" mt="md" onClick={() => ask(true)}>
        {v.ask}
      </Button>
      {isAsked ? (
        <Confirm
          title={v.title}
          effect={
            <Stack gap="sm">
              <p>{v.effect}</p>
              <Textarea label={v.why} value={why} onChange={(event) => setWhy(event.currentTarget.value)} required maxLength={500} />
            </Stack>
          }
          action={v.action}
          isDangerous
          isReady={why.trim().length >= 3}
          onConfirm={async () => {
            const { ended, people } = await endSessionsOfEverybody(why.trim());
            await queries.invalidateQueries();
            say(v.done(ended, people));
          }}
          onClose={() => ask(false)}
        />
      ) : null}
    </>
  );
}

function ChangeLimit({ limit, onClose }: { limit: SessionLimit; onClose: () => void }) {
  const v = words.sessions.limits;
  const queries = useQueryClient();
  const [hours, setHours] = useState<number | string>(limit.overallSeconds / 3_600);
  const [idle, setIdle] = useState<number | string>(limit.idleSeconds === null ? '' : limit.idleSeconds / 60);
  const [why, setWhy] = useState(limit.justification ?? '');
  const overallSeconds = Math.round(Number(hours) * 3_600);
  const idleSeconds = idle === '' ? null : Math.round(Number(idle) * 60);
  const { defaults, ceiling } = limit;
  const isBeyond = overallSeconds > defaults.overallSeconds || (defaults.idleSeconds !== null && (idleSeconds === null || idleSeconds > defaults.idleSeconds));
  return (
    <Confirm
      title={v.title(limit.assuranceLevel)}
      effect={
        <Stack gap="sm">
          <p>{v.effect}</p>
          <NumberInput label={v.overall} value={hours} onChange={setHours} min={0.25} max={ceiling.overallSeconds / 3_600} decimalScale={2} required />
          <NumberInput label={v.idle} {...(ceiling.idleSeconds === null ? { description: v.idleNone } : { max: ceiling.idleSeconds / 60, required: true })} value={idle} onChange={setIdle} min={5} allowDecimal={false} />
          {ceiling.idleSeconds === null ? null : <p className="quiet">{v.ceiling(inWords(ceiling.overallSeconds), inWords(ceiling.idleSeconds))}</p>}
          {isBeyond && ceiling.idleSeconds === null ? (
            <>
              <Alert color="yellow" variant="light">
                {v.beyond(limit.source)}
              </Alert>
              <Textarea label={v.why} description={v.whyText} value={why} onChange={(event) => setWhy(event.currentTarget.value)} required maxLength={500} />
            </>
          ) : null}
          {limit.isDefault ? null : (
            <Button
              size="compact-sm"
              variant="subtle"
              onClick={() => {
                setHours(defaults.overallSeconds / 3_600);
                setIdle(defaults.idleSeconds === null ? '' : defaults.idleSeconds / 60);
              }}
            >
              {v.backToDefault}
            </Button>
          )}
        </Stack>
      }
      action={v.save}
      isReady={overallSeconds >= 900 && (idleSeconds === null || idleSeconds >= 300) && (!isBeyond || ceiling.idleSeconds !== null || why.trim().length >= 10)}
      onConfirm={async () => {
        await setSessionLimit(limit.assuranceLevel, { overallSeconds, idleSeconds, justification: isBeyond && why.trim() ? why.trim() : null });
        await queries.invalidateQueries({ queryKey: signInPolicyQuery.queryKey });
        say(v.saved(limit.assuranceLevel));
      }}
      onClose={onClose}
    />
  );
}
