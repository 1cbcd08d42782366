import { stringify } from 'csv-stringify/sync';
import { expect, test } from 'vitest';
import { connectorContract, type HandStep, type Harness } from '../contract/contract-suite.ts';
import type { Confirmation, ListedAccount, ManualStore, UploadedList } from '../contract/manual-store.ts';
import { testContexts } from '../contract/test-context.ts';
import { readAccountList } from './account-list.ts';
import { manualKind } from './manual.ts';

const ivan: ListedAccount = { id: 'ivan', login: 'ivan', name: 'Ivan', email: null, isEnabled: true, entitlements: ['Editors'] };
const now = (): string => new Date(performance.timeOrigin + performance.now()).toISOString();

function rig(uploads: boolean): Harness {
  // The system itself: what the people in front of it see.
  const inside = new Map<string, ListedAccount>([[ivan.id, ivan]]);
  const confirmations: Confirmation[] = [];
  let list: UploadedList = { uploadedAt: now(), accounts: [ivan] };
  const store: ManualStore = { list: () => Promise.resolve(list), confirmations: () => Promise.resolve(confirmations) };

  const upload = (): void => {
    const rows = [...inside.values()].map((one) => ({ 'User name': one.login, 'Full name': one.name, 'E-mail': one.email ?? '', Status: one.isEnabled ? 'Active' : 'Disabled', Groups: one.entitlements.join(';') }));
    const reading = readAccountList(stringify(rows, { header: true, bom: true }));
    if (!reading.isReadable) throw new Error(JSON.stringify(reading.faults));
    list = { uploadedAt: now(), accounts: reading.accounts };
  };
  const act = (step: HandStep): Confirmation['saw'] => {
    if (step.kind === 'create') {
      const { login, email } = step.account;
      const account = { id: login, login, name: login, email, isEnabled: true, entitlements: [] };
      inside.set(login, account);
      return { kind: 'account', account };
    }
    const id = 'principal' in step ? step.principal.id : step.account.id;
    const before = inside.get(id) ?? ivan;
    switch (step.kind) {
      case 'remove': inside.delete(id); return { kind: 'account_gone', id };
      case 'setEnabled': inside.set(id, { ...before, isEnabled: step.isEnabled }); return { kind: step.isEnabled ? 'enabled' : 'disabled', id };
      default: {
        const others = before.entitlements.filter((one) => one !== step.entitlement);
        inside.set(id, { ...before, entitlements: step.kind === 'grant' ? [...others, step.entitlement] : others });
        return { kind: step.kind === 'grant' ? 'granted' : 'not_granted', id, entitlement: step.entitlement };
      }
    }
  };
  const contexts = testContexts({});
  return {
    connector: manualKind.build({ systemName: 'the wiki', entitlements: ['Administrators'] }, { manualStore: store }),
    log: contexts.log, unknownId: 'nobody', context: contexts.context,
    login: (hint) => hint,
    entitlement: () => Promise.resolve('Editors'),
    byHand: (step) => {
      const saw = act(step);
      if (uploads) upload();
      else confirmations.push({ operationId: 'x', confirmedAt: now(), confirmedBy: 'petar', saw });
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

connectorContract('A system by hand, proven by what people confirm', () => Promise.resolve(rig(false)));
connectorContract('A system by hand, proven by the next list', () => Promise.resolve(rig(true)));

test('a list from before the change is no proof of it, and a word about the account is none about its rights', async () => {
  const contexts = testContexts({});
  const confirmations: Confirmation[] = [{ operationId: 'x', confirmedAt: '2026-05-02T00:00:00.000Z', confirmedBy: 'petar', saw: { kind: 'disabled', id: 'ivan' } }];
  const connector = manualKind.build({ systemName: 'the wiki' }, {
    manualStore: { list: () => Promise.resolve({ uploadedAt: '2026-05-01T00:00:00.000Z', accounts: [ivan] }), confirmations: () => Promise.resolve(confirmations) },
  });
  const account = { type: 'account', id: 'ivan' };
  expect(await connector.observe(contexts.context(), { resource: account })).toMatchObject({ observedAt: '2026-05-02T00:00:00.000Z', via: expect.stringContaining('petar') as string, resource: { account: { status: 'disabled' } } });
  expect(await connector.observe(contexts.context(), { entitlement: 'Editors', principal: account })).toMatchObject({ isGranted: true, observedAt: '2026-05-01T00:00:00.000Z' });
});

test('before the first list nothing is known, and that is not an empty system', async () => {
  const contexts = testContexts({});
  const connector = manualKind.build({ systemName: 'the wiki' }, { manualStore: { list: () => Promise.resolve(null), confirmations: () => Promise.resolve([]) } });
  await expect(connector.list(contexts.context(), 'account', {})).rejects.toMatchObject({ kind: 'precondition' });
  await expect(connector.observe(contexts.context(), { resource: { type: 'account', id: 'ivan' } })).rejects.toMatchObject({ kind: 'precondition' });
  expect((await connector.create?.(contexts.context(), { login: 'maria', email: 'maria@example.com' }))?.status).toBe('action_required');
});

test.each([
  ['Login;Disabled\nmaria;yes\nivan;\n', [['maria', false], ['ivan', true]]],
  ['E-mail,Active,Last login\r\nmaria@example.com,1,never\r\n', [['maria@example.com', true]]],
  ['\ufeffAccount\tStatus\nmaria\tsuspended\n', [['maria', false]]],
])('the list %j is understood', (text, expected) => {
  const reading = readAccountList(text);
  expect(reading.isReadable && reading.accounts.map((one) => [one.login, one.isEnabled])).toEqual(expected);
});

test.each([
  ['', 1, 'no column holds the login'], ['Login,Status\n', 1, 'no account'], ['Login,Status\nmaria,perhaps\n', 2, 'not a status'],
  ['Login\nmaria\nivan\nMARIA\n', 4, 'stands in line 2'], ['Colour\nred\n', 1, 'no column holds the login'], ['Login,Name\n"maria,x\n', 2, 'cannot be read'], ['Login,Name\nmaria\n', 2, 'cannot be read'],
])('the list %j is refused in line %i', (text, line, reason) => {
  const reading = readAccountList(text);
  expect(reading.isReadable ? [] : reading.faults.map((one) => [one.line, one.text])).toEqual([[line, expect.stringContaining(reason)]]);
});
