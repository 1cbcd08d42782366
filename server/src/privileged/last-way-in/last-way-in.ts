import { canReachLevel2, type EnrolledFactors } from '../../authentication/index.ts';

/**
 * The rule, in one place: somebody who can sign in as administrator stays, or two sealed break-glass accounts that work do.
 * Whatever would end that is refused, with what to do; what a hundred wrong tries switch off comes back (authentication's
 * throttle/keep-last-way-in.ts). Who is shut out all the same is shown the ways that remain.
 */
export interface Administrator {
  readonly personId: string;
  readonly name: string;
  /** Without what too many wrong tries have switched off. */
  readonly usable: EnrolledFactors;
}

export interface WaysIn {
  /** People who work here and hold the role, the longest-serving first; break-glass accounts are not among them. */
  readonly administrators: readonly Administrator[];
  /** Break-glass accounts that are sealed and whose key still works. */
  readonly workingSealed: number;
}

/** One sealed account could be the one whose key is lost, or whose safe burns. */
export const sealedThatSuffice = 2;

/** Level 2 is what the console demands of administrators (63B-4 2.2). */
export const isAble = (one: Administrator): boolean => canReachLevel2(one.usable);

export const isOpen = (ways: WaysIn): boolean => ways.administrators.some(isAble) || ways.workingSealed >= sealedThatSuffice;

/**
 * Of those who are about to leave or to lose the role, whom to hold: nobody while somebody able stays, or two sealed accounts do;
 * nobody either of whom could not sign in anyway, since nothing is lost with them. Of several it is the longest-serving one.
 */
export function heldOf(ways: WaysIn, leaving: readonly string[]): ReadonlySet<string> {
  const goes = new Set(leaving);
  const able = ways.administrators.filter(isAble);
  const first = able.find((one) => goes.has(one.personId));
  const isLeftOpen = able.some((one) => !goes.has(one.personId)) || ways.workingSealed >= sealedThatSuffice;
  return new Set(first && !isLeftOpen ? [first.personId] : []);
}

/** What lets an administrator in now, the everyday way first. The command on the host is always the last (`bailiwick recover-admin`). */
export type Way = { readonly is: 'administrator'; readonly name: string } | { readonly is: 'recovery'; readonly name: string } | { readonly is: 'break_glass'; readonly accounts: number } | { readonly is: 'host' };

export function waysOf({ administrators, workingSealed }: WaysIn): readonly Way[] {
  return [
    ...administrators.filter(isAble).map(({ name }): Way => ({ is: 'administrator', name })),
    // Two different things remain: codes kept on paper, and an app. They let in to set up a new password (63B-4 4.2.2.2).
    ...administrators.filter((one) => !isAble(one) && one.usable.recoveryCodesLeft > 0 && (one.usable.hasPassword || one.usable.totps > 0)).map(({ name }): Way => ({ is: 'recovery', name })),
    ...(workingSealed > 0 ? [{ is: 'break_glass', accounts: workingSealed } as const] : []),
    { is: 'host' },
  ];
}
