import { days, minutes } from '../../platform/clock/index.ts';

/**
 * A rehearsal of getting back in, by people who are signed in and lose nothing by it. It goes through the real steps: a saved
 * code is found and typed (checked, not used up), a mailed code arrives (and opens nothing), a second device signs in.
 *
 *   not_begun ──▶ under_way ──▶ able | unable
 *                    └─ nothing for ten minutes, or the drill is over ──▶ stalled (and goes on when they come back)
 */
export type DrillStep = 'saved-code' | 'mailed-code' | 'second-device';
export type StepOutcome = 'done' | 'could_not';

export interface StepSeen {
  readonly step: DrillStep;
  readonly shownAt: Date;
  readonly tries: number;
  readonly outcome: StepOutcome | null;
  readonly endedAt: Date | null;
}

/** People with power do not come back by mail, so they do not practise it. */
export const stepsFor = (isPrivileged: boolean): readonly DrillStep[] => (isPrivileged ? ['saved-code', 'second-device'] : ['saved-code', 'mailed-code', 'second-device']);

/** The step that is due; null when all have ended, well or not. */
export const stepDue = (steps: readonly DrillStep[], seen: readonly Pick<StepSeen, 'step' | 'outcome'>[]): DrillStep | null => steps.find((step) => !seen.some((one) => one.step === step && one.outcome !== null)) ?? null;

/** As in a real recovery (63B-4 4.2.2.2): both codes, or another device that signs in by itself, and then nothing is lost at all. */
export function isAble(seen: readonly Pick<StepSeen, 'step' | 'outcome'>[]): boolean {
  const isDone = (step: DrillStep): boolean => seen.some((one) => one.step === step && one.outcome === 'done');
  return isDone('second-device') || (isDone('saved-code') && isDone('mailed-code'));
}

export const stallsAfterMs = minutes(10);
export const longestDrillMs = days(90);

export interface PartSeen {
  readonly begunAt: Date | null;
  readonly finishedAt: Date | null;
  readonly isAble: boolean | null;
  readonly steps: readonly StepSeen[];
}

export type PartState = 'not_begun' | 'under_way' | 'stalled' | 'able' | 'unable';

const lastMoment = ({ begunAt, finishedAt, steps }: PartSeen): Date | null => finishedAt ?? steps.flatMap((one) => [one.shownAt, ...(one.endedAt ? [one.endedAt] : [])]).reduce<Date | null>((last, at) => (last === null || at > last ? at : last), begunAt);

export function stateOf(part: PartSeen, isOpen: boolean, now: Date): PartState {
  if (part.begunAt === null) return 'not_begun';
  if (part.finishedAt !== null) return part.isAble ? 'able' : 'unable';
  return isOpen && now.getTime() - lastMoment(part)!.getTime() <= stallsAfterMs ? 'under_way' : 'stalled';
}

/** Where they are while unfinished; where they gave up first once finished. */
export function stalledAt(part: PartSeen, state: PartState): DrillStep | null {
  if (state === 'not_begun' || state === 'able') return null;
  if (state === 'unable') return part.steps.find((one) => one.outcome === 'could_not')?.step ?? null;
  return part.steps.find((one) => one.outcome === null)?.step ?? null;
}

const seconds = (from: Date, to: Date): number => Math.max(0, Math.round((to.getTime() - from.getTime()) / 1_000));

export const secondsOf = (part: PartSeen): number | null => (part.begunAt === null ? null : seconds(part.begunAt, lastMoment(part)!));
export const secondsOfStep = ({ shownAt, endedAt }: StepSeen): number | null => (endedAt === null ? null : seconds(shownAt, endedAt));
