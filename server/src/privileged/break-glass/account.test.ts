import { describe, expect, it } from 'vitest';
import { drillDueAt, examine, isWorking, stateOf, type Account, type Examined, type FindingCode, type Key } from './account.ts';

const now = new Date('2026-03-02T09:00:00Z');
const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
const key = (name: string): Key => ({ id: name, name, fingerprint: `print of ${name}`, model: null, createdAt: ago(40), lastUsedAt: null, disabledAt: null });
const sealed = (number: number, more: Partial<Account> = {}): Account => ({
  personId: `account-${number}`,
  number,
  name: `Break-glass account ${number}`,
  username: `break-glass-${number}`,
  isActive: true,
  isAdministrator: true,
  hasMoreThanKeys: false,
  keys: [key(`key ${number}`)],
  madeAt: ago(40),
  madeByName: 'Rita Boss',
  testedAt: ago(40),
  seal: { envelope: `E${number}`, place: number === 1 ? 'safe in Lisbon' : 'bank in Porto', keeper: number === 1 ? 'Ana' : 'Ivan', sealedAt: ago(40), sealedByName: 'Rita Boss', keys: [`print of key ${number}`] },
  openedAt: null,
  drilledAt: null,
  ...more,
});
const well: Examined = { accounts: [sealed(1), sealed(2)], hostProblem: null, mailProblem: null, selfTestAt: ago(3) };

describe('the life of an account', () => {
  it.each<[string, Partial<Account>, string]>([
    ['made, without a key', { keys: [], testedAt: null, seal: null }, 'new'],
    ['a key that nobody tested', { testedAt: null, seal: null }, 'untested'],
    ['tested, not in its envelope', { seal: null }, 'ready'],
    ['in its envelope', {}, 'sealed'],
    ['used: nobody knows who holds the key', { openedAt: ago(1), testedAt: null }, 'opened'],
    ['used, and tested since', { openedAt: ago(1), testedAt: now }, 'ready'],
    ['after a drill, which is a test', { openedAt: ago(1), testedAt: ago(1), drilledAt: ago(1) }, 'ready'],
  ])('%s', (_what, more, state) => {
    expect(stateOf(sealed(1, more))).toBe(state);
    expect(isWorking(sealed(1, more))).toBe(state === 'sealed');
  });
});

describe('the self-test finds what would keep the glass from breaking', () => {
  it('nothing, when everything works', () => {
    expect(examine(well, now)).toEqual([]);
  });

  it.each<[FindingCode, Partial<Examined> | Partial<Account>]>([
    ['not_active', { isActive: false }],
    ['no_role', { isAdministrator: false }],
    ['no_key', { keys: [] }],
    ['key_disabled', { keys: [{ ...key('key 1'), disabledAt: ago(2) }] }],
    ['keys_changed', { keys: [{ ...key('key 1'), fingerprint: 'of another key under the same name' }] }],
    ['keys_changed', { keys: [key('key 1'), key('a second one')] }],
    ['more_than_keys', { hasMoreThanKeys: true }],
    ['opened', { openedAt: ago(1), testedAt: null }],
    ['not_sealed', { seal: null }],
    ['drill_overdue', { seal: { ...sealed(1).seal!, sealedAt: ago(91) } }],
    ['drill_overdue', { drilledAt: ago(90) }],
    ['host_command', { hostProblem: 'the file is missing' }],
    ['alarm_mail', { mailProblem: 'no mail server is set' }],
    ['self_test_old', { selfTestAt: null }],
    ['self_test_old', { selfTestAt: ago(9) }],
    ['too_few', { accounts: [sealed(1)] }],
    ['too_few', { accounts: [] }],
    ['kept_together', { accounts: [sealed(1), sealed(2, { seal: { ...sealed(2).seal!, place: ' Safe in lisbon' } })] }],
    ['kept_together', { accounts: [sealed(1), sealed(2, { seal: { ...sealed(2).seal!, keeper: 'ana' } })] }],
  ])('%s', (code, broken) => {
    const given = 'accounts' in broken || 'hostProblem' in broken || 'mailProblem' in broken || 'selfTestAt' in broken ? { ...well, ...broken } : { ...well, accounts: [sealed(1, broken as Partial<Account>), sealed(2)] };
    const found = examine(given, now);
    expect(found.map((one) => one.code)).toContain(code);
    expect(found.every((one) => one.text !== '' && one.remedy !== '')).toBe(true);
  });

  it('an overdue drill does not make an account worthless: it still counts as a way in', () => {
    expect(isWorking(sealed(1, { drilledAt: ago(400) }))).toBe(true);
    expect([drillDueAt(sealed(1))!.getTime() - now.getTime(), drillDueAt(sealed(1, { seal: null }))]).toEqual([50 * 86_400_000, null]);
  });
});
