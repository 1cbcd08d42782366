import type { SessionLimit } from '@bailiwick/contract/sessions';
import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { hours } from '../../platform/clock/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import type { AssuranceLevel } from '../sign-in/strength.ts';
import { findStoredLimits, removeLimit, saveLimit, shortenSessions } from './store.ts';
import { ceilings, isBeyondNorm, judgeLimit, limitsFrom, type SetLimit } from './session-limit.ts';
import { sessionLimits } from '../session/session.ts';

export const levels = [1, 2, 3] as const satisfies readonly AssuranceLevel[];
const inSeconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);

/** The limits as they are enforced, with their reason where they depart from the norm (63B-4 5.2, ASVS 7.1.1). */
export async function readSessionLimits(tx: Tx): Promise<SessionLimit[]> {
  const stored = await findStoredLimits(tx);
  const limits = limitsFrom(stored);
  return levels.map((assuranceLevel) => {
    const chosen = stored.find((one) => one.assuranceLevel === assuranceLevel);
    const { overallMs, idleMs, source } = limits[assuranceLevel];
    const effective = { assuranceLevel, overallSeconds: overallMs / 1_000, idleSeconds: inSeconds(idleMs) };
    return {
      ...effective,
      source,
      isDefault: chosen === undefined,
      defaults: { overallSeconds: sessionLimits[assuranceLevel].overallMs / 1_000, idleSeconds: inSeconds(sessionLimits[assuranceLevel].idleMs) },
      ceiling: { overallSeconds: ceilings[assuranceLevel].overallMs / 1_000, idleSeconds: inSeconds(ceilings[assuranceLevel].idleMs) },
      isBeyondNorm: isBeyondNorm(effective),
      justification: chosen?.justification ?? null,
      setAt: chosen?.setAt.toISOString() ?? null,
      setByName: chosen?.setByName ?? null,
    };
  });
}

const say = (seconds: number): string => (seconds % 3_600 === 0 ? `${seconds / 3_600} h` : `${Math.round(seconds / 60)} min`);

/** An administrator chooses how long sessions of one level last. A shorter limit takes hold of open sessions at once. */
export async function setSessionLimit({ clock, database }: Pick<Needs, 'clock' | 'database'>, permit: Permit<'authentication.policy.change'>, wish: SetLimit & { readonly justification: string | null }): Promise<SessionLimit[]> {
  const { assuranceLevel, overallSeconds, idleSeconds, justification } = wish;
  const verdict = judgeLimit(wish, justification);
  if (verdict === 'beyond_ceiling') throw refuse.session_limit_too_long({ overall: say(ceilings[assuranceLevel].overallMs / 1_000), idle: say((ceilings[assuranceLevel].idleMs ?? hours(24 * 365)) / 1_000), level: assuranceLevel });
  if (verdict === 'idle_longer_than_overall') throw refuse.idle_limit_too_long();
  if (verdict === 'needs_justification') throw refuse.session_limit_needs_reason({ source: sessionLimits[assuranceLevel].source });
  return database.transaction(async (tx) => {
    const now = clock.now();
    const before = (await readSessionLimits(tx)).find((one) => one.assuranceLevel === assuranceLevel)!;
    const isDefault = overallSeconds === before.defaults.overallSeconds && idleSeconds === before.defaults.idleSeconds;
    if (isDefault) await removeLimit(tx, assuranceLevel);
    else await saveLimit(tx, { assuranceLevel, overallSeconds, idleSeconds, justification, setAt: now, setBy: permit.actor, setByName: permit.actorName });
    const shortened = await shortenSessions(tx, wish);
    await record(tx, {
      action: 'authentication.session-limit.set',
      actor: permit.actor,
      actorName: permit.actorName,
      target: `assurance-level:${assuranceLevel}`,
      targetName: `assurance level ${assuranceLevel}`,
      at: now,
      outcome: 'allowed',
      reason: justification,
      facts: { before: { overallSeconds: before.overallSeconds, idleSeconds: before.idleSeconds }, after: { overallSeconds, idleSeconds }, openSessionsShortened: shortened },
    });
    return readSessionLimits(tx);
  });
}
