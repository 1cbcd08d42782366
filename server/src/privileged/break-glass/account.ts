import type { BreakGlassKey } from '../../authentication/index.ts';
import { days, later } from '../../platform/clock/index.ts';

/** PRODUCT section 4: two accounts, hardware keys, a drill every 90 days. */
export const accountsWanted = 2;
export const drillEveryDays = 90;

export type Key = BreakGlassKey;

export interface Seal {
  readonly envelope: string;
  readonly place: string;
  readonly keeper: string;
  readonly sealedAt: Date;
  readonly sealedByName: string;
  /** Fingerprints of the keys that went into the envelope. */
  readonly keys: readonly string[];
}

export interface Account {
  readonly personId: string;
  readonly number: number;
  readonly name: string;
  readonly username: string;
  readonly isActive: boolean;
  readonly isAdministrator: boolean;
  readonly hasMoreThanKeys: boolean;
  readonly keys: readonly Key[];
  readonly madeAt: Date;
  readonly madeByName: string;
  readonly testedAt: Date | null;
  readonly seal: Seal | null;
  /** Since the envelope was opened: it was used, or a drill took the key out. */
  readonly openedAt: Date | null;
  readonly drilledAt: Date | null;
}

/**
 *   new ──key──▶ untested ──test──▶ ready ──seal──▶ sealed ──used──▶ opened ──test──▶ ready
 *                                                      └──drill──▶ ready   (a drill is a test; the envelope is open)
 *   retired from any of them
 */
export type AccountState = 'new' | 'untested' | 'ready' | 'sealed' | 'opened';

export function stateOf(one: Account): AccountState {
  if (one.keys.length === 0) return 'new';
  if (one.seal && one.openedAt === null) return 'sealed';
  if (one.testedAt !== null && (one.openedAt === null || one.testedAt >= one.openedAt)) return 'ready';
  return one.openedAt !== null ? 'opened' : 'untested';
}

const isSameKeys = (one: Account): boolean => {
  const now = one.keys.map((key) => key.fingerprint).sort();
  const then = [...(one.seal?.keys ?? [])].sort();
  return now.length === then.length && now.every((fingerprint, at) => fingerprint === then[at]);
};

/** Somebody who opens the envelope gets in. What the self-test says about its age does not change that. */
export const isWorking = (one: Account): boolean => stateOf(one) === 'sealed' && one.isActive && one.isAdministrator && !one.hasMoreThanKeys && isSameKeys(one) && one.keys.some((key) => key.disabledAt === null);

export const drillDueAt = (one: Pick<Account, 'seal' | 'drilledAt'>): Date | null => {
  const last = one.drilledAt ?? one.seal?.sealedAt ?? null;
  return last && later(last, days(drillEveryDays));
};

export type FindingCode = 'missing' | 'not_active' | 'no_role' | 'no_key' | 'key_disabled' | 'keys_changed' | 'more_than_keys' | 'not_sealed' | 'opened' | 'drill_overdue' | 'too_few' | 'kept_together' | 'host_command' | 'alarm_mail' | 'self_test_old';

export interface Finding {
  readonly code: FindingCode;
  readonly personId: string | null;
  /** What is wrong. */
  readonly text: string;
  /** What to do about it. */
  readonly remedy: string;
  /** `danger`: nobody gets in that way, or nobody would hear of it. `attention`: it still works. */
  readonly tone: 'danger' | 'attention';
}

export interface Examined {
  readonly accounts: readonly Account[];
  /** Null: the rehearsal of the command on the host went well. */
  readonly hostProblem: string | null;
  readonly mailProblem: string | null;
  /** When the self-test ran last; null: never. */
  readonly selfTestAt: Date | null;
}

const same = (a: string, b: string): boolean => a.trim().toLowerCase() === b.trim().toLowerCase();

/** Weekly, and a day for whatever was in the way. */
const selfTestEveryDays = 8;

/** Everything that would keep the glass from breaking on the day it must. Nothing found: everything works. */
export function examine({ accounts, hostProblem, mailProblem, selfTestAt }: Examined, now: Date): readonly Finding[] {
  const sealed = accounts.filter((one) => stateOf(one) === 'sealed');
  const [first, second] = sealed;
  const isTogether = first?.seal && second?.seal && (same(first.seal.place, second.seal.place) || same(first.seal.keeper, second.seal.keeper));
  return [
    ...(sealed.length < accountsWanted ? [finding('too_few', null, sealed.length === 0 ? 'no break-glass account is sealed' : 'only one break-glass account is sealed', `make and seal ${accountsWanted}: one key may be lost, or out of reach on the day it is needed`, sealed.length === 0 ? 'danger' : 'attention')] : []),
    ...(isTogether ? [finding('kept_together', null, `both envelopes are kept ${same(first.seal!.place, second.seal!.place) ? `at ${first.seal!.place}` : `by ${first.seal!.keeper}`}`, 'keep them apart: another place and another person, then seal one of them anew', 'attention')] : []),
    ...accounts.flatMap((one) => examineAccount(one, now)),
    ...(hostProblem === null ? [] : [finding('host_command', null, `\`bailiwick recover-admin\` would not work: ${hostProblem}`, 'run `npx bailiwick doctor` on the host', 'danger')]),
    ...(mailProblem === null ? [] : [finding('alarm_mail', null, `the alarm would reach nobody by mail: ${mailProblem}`, 'set a mail server, give administrators a work address, or add an address for the alarm', 'danger')]),
    ...(accounts.length > 0 && (selfTestAt === null || later(selfTestAt, days(selfTestEveryDays)) <= now) ? [finding('self_test_old', null, selfTestAt === null ? 'the self-test has not run yet' : 'the weekly self-test has not run', 'test everything now; if it does not come by itself each Monday, look whether the server runs', 'attention')] : []),
  ];
}

const finding = (code: FindingCode, personId: string | null, text: string, remedy: string, tone: Finding['tone']): Finding => ({ code, personId, text, remedy, tone });

function examineAccount(one: Account, now: Date): readonly Finding[] {
  const { name, personId } = one;
  const state = stateOf(one);
  const due = drillDueAt(one);
  const say = (code: FindingCode, text: string, remedy: string, tone: Finding['tone'] = 'danger'): Finding => finding(code, personId, text, remedy, tone);
  return [
    ...(one.isActive ? [] : [say('not_active', `${name} is not active`, 'retire it and make another')]),
    ...(one.isAdministrator ? [] : [say('no_role', `${name} is not administrator any more`, 'retire it and make another; ask the audit who took the role')]),
    ...(one.keys.length === 0 ? [say('no_key', `${name} has no key`, 'register a hardware key')] : []),
    ...one.keys.filter((key) => key.disabledAt !== null).map((key) => say('key_disabled', `the key ${key.name} of ${name} is disabled: its counter went back, so there may be a copy`, 'remove that key, register a new one, test it and seal it')),
    ...(one.hasMoreThanKeys ? [say('more_than_keys', `${name} has another way to sign in than its keys`, 'retire it and make another; ask the audit how that came about')] : []),
    ...(one.seal && one.openedAt === null && one.keys.length > 0 && !isSameKeys(one) ? [say('keys_changed', `the keys of ${name} are not those that were sealed`, 'ask the audit who changed them, then test and seal anew')] : []),
    ...(state === 'opened' ? [say('opened', `${name} was used and lies open`, 'test the key, put it into a new envelope and seal it')] : []),
    ...(state === 'ready' || state === 'untested' ? [say('not_sealed', `${name} is not sealed`, state === 'ready' ? 'put the key into an envelope and seal it' : 'test the key, then seal it', 'attention')] : []),
    ...(state === 'sealed' && due !== null && due <= now ? [say('drill_overdue', `the last drill of ${name} is older than ${drillEveryDays} days`, 'start a drill: fetch the key and sign in with it', 'attention')] : []),
  ];
}
