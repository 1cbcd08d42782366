import type { HrBrake, HrImportState } from '@bailiwick/contract/hr-feed';
import type { Difference } from './difference.ts';

declare const hrImport: unique symbol;
export type HrImportId = string & { readonly [hrImport]: true };

export const maxFileBytes = 20 * 1_024 * 1_024;
/** An import that nobody applied is put away: its preview is history, and its file is personal data. */
export const keepsWaitingDays = 30;

export const isOpen = (state: HrImportState): boolean => state === 'uploaded' || state === 'previewed' || state === 'held';

const people = (n: number): string => (n === 1 ? '1 person' : `${n} people`);
const rowsOf = (n: number): string => (n === 1 ? '1 row' : `${n} rows`);

/** One run may take access from max(5, 10 %) of the active people; more stops and asks a human. */
export const removalLimit = (active: number): number => Math.max(5, Math.floor(active / 10));

export interface BrakeInput {
  readonly active: number;
  readonly removals: number;
  readonly goodRows: number;
  readonly rowCount: number;
  readonly isComplete: boolean;
  readonly cut: string | null;
}

/**
 * INVARIANT: an empty or short answer from a source is an error, not a mass departure. What would take access from many,
 * or comes from a file that looks broken, waits until a person names the exact number of people.
 */
export function brakeFor({ active, removals, goodRows, rowCount, isComplete, cut }: BrakeInput): HrBrake {
  const limit = removalLimit(active);
  const isEmpty = goodRows === 0;
  const reasons: HrBrake['reasons'] = [];
  if (isEmpty) reasons.push({ is: 'empty', text: rowCount === 0 ? 'the file has no rows' : `none of the ${rowsOf(rowCount)} can be used` });
  if (cut !== null) reasons.push({ is: 'truncated', text: `the transfer seems to have broken off: ${cut}` });
  if (!isEmpty && removals > limit) reasons.push({ is: 'too_many_removals', text: `${people(removals)} of ${active} would lose their access, and more than ${limit} in one run is held` });
  else if (!isEmpty && isComplete && active >= 3 && rowCount < active / 2) reasons.push({ is: 'short', text: `the file has ${rowsOf(rowCount)} for ${people(active)} who work here` });
  const isHeld = reasons.length > 0;
  return { isHeld, reasons, removals, active, limit, confirmWith: isHeld && !isEmpty ? removals : null };
}

export type ApplyDecision =
  | { readonly is: 'apply' }
  | { readonly is: 'empty' }
  | { readonly is: 'held'; readonly why: string }
  | { readonly is: 'confirmation_differs'; readonly confirmed: number }
  /** Others than those shown would lose their access. */
  | { readonly is: 'outdated' };

/** `shown`: who would lose access according to the preview that the person saw. */
export function mayApply(brake: HrBrake, removals: readonly string[], shown: ReadonlySet<string>, confirmedRemovals: number | undefined): ApplyDecision {
  if (brake.reasons.some((reason) => reason.is === 'empty')) return { is: 'empty' };
  if (removals.some((person) => !shown.has(person))) return { is: 'outdated' };
  if (confirmedRemovals !== undefined && confirmedRemovals !== brake.removals) return { is: 'confirmation_differs', confirmed: confirmedRemovals };
  if (brake.isHeld && confirmedRemovals === undefined) return { is: 'held', why: brake.reasons.map((reason) => reason.text).join('; ') };
  return { is: 'apply' };
}

/** What applying does, in words, the weightiest first. */
export function consequencesOf(difference: Difference, isComplete: boolean): string[] {
  const { counts } = difference;
  const absent = difference.changes.filter((change) => change.reason === 'absent').length;
  const say = (n: number, text: string): string[] => (n > 0 ? [text] : []);
  const verb = (n: number, one: string, many: string): string => `${people(n)} ${n === 1 ? one : many}`;
  const sentences = [
    ...say(counts.leaver, `${verb(counts.leaver, 'leaves', 'leave')}: sessions end at once and every connected account is disabled${absent > 0 ? `; ${absent} of them because they are not in the list any more` : ''}`),
    ...say(counts.ending, `${verb(counts.ending, 'gets', 'get')} an end date to come and ${counts.ending === 1 ? 'leaves' : 'leave'} on that day without another import`),
    ...say(counts.joiner, `${verb(counts.joiner, 'joins', 'join')} and ${counts.joiner === 1 ? 'gets' : 'get'} the access of ${counts.joiner === 1 ? 'their' : 'their'} department, title, location and employment type`),
    ...say(counts.staged, `${verb(counts.staged, 'is', 'are')} prepared and ${counts.staged === 1 ? 'starts' : 'start'} on ${counts.staged === 1 ? 'their' : 'their own'} first day`),
    ...say(counts.rehire, `${verb(counts.rehire, 'comes', 'come')} back`),
    ...say(counts.mover, `${verb(counts.mover, 'changes', 'change')}`),
    ...say(counts.conflict, `${verb(counts.conflict, 'is', 'are')} left as ${counts.conflict === 1 ? 'they are' : 'they are'}, because HR and the directory disagree in a way only a person can settle`),
    ...say(counts.badRows, `${rowsOf(counts.badRows)} with a mistake ${counts.badRows === 1 ? 'changes' : 'change'} nothing: the people in ${counts.badRows === 1 ? 'it' : 'them'} stay as they are, neither changed nor taken for leavers; the other rows are applied`),
    ...say(difference.absentButKept, `${people(difference.absentButKept)} who ${difference.absentButKept === 1 ? 'is' : 'are'} not in the list ${difference.absentButKept === 1 ? 'stays' : 'stay'}, because ${rowsOf(difference.untiedBadRows)} with a mistake may be about ${difference.absentButKept === 1 ? 'them' : 'some of them'}`),
    ...say(counts.past, `${verb(counts.past, 'is', 'are')} not added, having left before we heard of them`),
    ...say(difference.charactersKept, `${difference.charactersKept === 1 ? '1 value keeps' : `${difference.charactersKept} values keep`} letters that the encoding of this file cannot write`),
  ];
  if (sentences.length === 0) return [isComplete ? 'nothing changes: the directory says the same as this file' : 'nothing changes: the directory says the same about everybody in this file'];
  return sentences;
}
