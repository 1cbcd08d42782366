import { record } from '../../audit/index.ts';
import { addBreakGlassKeyIn, askForBreakGlassKeyIn, demandFreshProof, endAccessIn, inviteBreakGlassKeyIn, proveBreakGlassKey, removeBreakGlassKeyIn } from '../../authentication/index.ts';
import { giveConsoleRoleIn, takeAllConsoleRolesIn } from '../../authorization/index.ts';
import { addBreakGlassPrincipalIn, endBreakGlassPrincipalIn, personId as toPersonId } from '../../directory/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { breakGlassChanged } from '../events.ts';
import { isOpen } from '../last-way-in/last-way-in.ts';
import { findWaysIn, lockWaysIn } from '../last-way-in/store.ts';
import type { Needs } from '../needs.ts';
import { isWorking, stateOf, type Account } from './account.ts';
import { findAccount, forgetTest, insertAccount, lockAccount, markTested, nextNumber, openDrills, retireAccount, sealAccount } from './store.ts';

/**
 * What administrators do with a break-glass account, from making to retiring. Each asks for a proof of this moment that no false
 * page could take, where the administrator has one: a stolen screen must not plant a key (ASVS 7.5.3).
 */
type ChangeNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'config' | 'gate'>;

const mostAccounts = 6;

async function known(tx: Tx, personId: string): Promise<Account> {
  const account = await lockAccount(tx, personId);
  if (!account) throw refuse.break_glass_not_found();
  return account;
}

type What = 'make' | 'add-key' | 'remove-key' | 'test' | 'seal' | 'retire';

const actions = {
  make: { action: 'privileged.break-glass.make' },
  'add-key': { action: 'privileged.break-glass.add-key' },
  'remove-key': { action: 'privileged.break-glass.remove-key' },
  test: { action: 'privileged.break-glass.test-key' },
  seal: { action: 'privileged.break-glass.seal' },
  retire: { action: 'privileged.break-glass.retire' },
} as const;
const changed = { make: 'made', 'add-key': 'keys', 'remove-key': 'keys', test: 'tested', seal: 'sealed', retire: 'retired' } as const;

async function note(tx: Tx, { announce }: Pick<Needs, 'announce'>, permit: Permit<string>, what: What, account: Pick<Account, 'personId' | 'name'>, at: Date, facts: Readonly<Record<string, unknown>> = {}, reason: string | null = null): Promise<void> {
  await record(tx, { ...actions[what], actor: permit.actor, actorName: permit.actorName, target: `person:${account.personId}`, targetName: account.name, at, outcome: 'allowed', reason, facts });
  await announce(tx, breakGlassChanged(account.personId, at, { what: changed[what] }));
}

/** A principal outside of HR with the administrator role, and no way to sign in yet. */
export async function makeAccount(needs: ChangeNeeds, permit: Permit<'privileged.break-glass.make'>, principal: Principal): Promise<string> {
  await demandFreshProof(needs, principal);
  return needs.database.transaction(async (tx) => {
    const now = needs.clock.now();
    const { number, existing } = await nextNumber(tx);
    if (existing >= mostAccounts) throw refuse.too_many_break_glass({ atMost: mostAccounts });
    const made = await addBreakGlassPrincipalIn(tx, { number, at: now });
    await insertAccount(tx, { personId: made.id, number, madeAt: now, madeBy: permit.actor, madeByName: permit.actorName });
    await giveConsoleRoleIn(needs, tx, needs.gate.system('break-glass', 'authorization.console-role.give'), { personId: made.id, role: 'administrator', reason: `break-glass account, made by ${permit.actorName}` });
    await note(tx, needs, permit, 'make', { personId: made.id, name: made.displayName }, now, { number });
    return made.id;
  });
}

/** What lies in the envelope stays as it is; a key that does not work may be replaced. */
function refuseSealed(account: Account): void {
  if (isWorking(account)) throw refuse.key_in_the_envelope({ account: account.name });
}

export async function inviteKey(needs: ChangeNeeds, permit: Permit<'privileged.break-glass.make'>, principal: Principal, personId: string): Promise<Record<string, unknown>> {
  await demandFreshProof(needs, principal);
  return needs.database.transaction(async (tx) => {
    refuseSealed(await known(tx, personId));
    return inviteBreakGlassKeyIn(tx, needs, permit, personId);
  });
}

export async function addKey(needs: ChangeNeeds, permit: Permit<'privileged.break-glass.make'>, principal: Principal, personId: string, input: { readonly name: string; readonly response: unknown }): Promise<void> {
  await demandFreshProof(needs, principal);
  await needs.database.transaction(async (tx) => {
    const account = await known(tx, personId);
    refuseSealed(account);
    await addBreakGlassKeyIn(tx, needs, permit, personId, input);
    await forgetTest(tx, personId);
    await note(tx, needs, permit, 'add-key', account, needs.clock.now(), { key: input.name });
  });
}

export async function removeKey(needs: ChangeNeeds, permit: Permit<'privileged.break-glass.make'>, principal: Principal, personId: string, keyId: string): Promise<void> {
  await demandFreshProof(needs, principal);
  await needs.database.transaction(async (tx) => {
    const account = await known(tx, personId);
    refuseSealed(account);
    await removeBreakGlassKeyIn(tx, needs, permit, personId, keyId);
    await forgetTest(tx, personId);
    await note(tx, needs, permit, 'remove-key', account, needs.clock.now(), { key: account.keys.find((key) => key.id === keyId)?.name ?? null });
  });
}

export async function askForTest(needs: ChangeNeeds, _permit: Permit<'privileged.break-glass.seal'>, principal: Principal, personId: string): Promise<Record<string, unknown>> {
  await demandFreshProof(needs, principal);
  return needs.database.transaction(async (tx) => {
    const account = await known(tx, personId);
    if (account.keys.length === 0) throw refuse.key_missing({ account: account.name });
    refuseSealed(account);
    return askForBreakGlassKeyIn(tx, needs, personId);
  });
}

/** The key in the hand of the administrator signs; no session comes of it. */
export async function testKey(needs: ChangeNeeds, permit: Permit<'privileged.break-glass.seal'>, principal: Principal, personId: string, response: unknown): Promise<void> {
  await demandFreshProof(needs, principal);
  if (!(await needs.database.read((tx) => findAccount(tx, personId)))) throw refuse.break_glass_not_found();
  const keyId = await proveBreakGlassKey(needs, personId, response);
  await needs.database.transaction(async (tx) => {
    const account = await known(tx, personId);
    refuseSealed(account);
    const now = needs.clock.now();
    await markTested(tx, personId, now);
    await note(tx, needs, permit, 'test', account, now, { key: account.keys.find((key) => key.id === keyId)?.name ?? null });
  });
}

export async function sealTheAccount(needs: ChangeNeeds, permit: Permit<'privileged.break-glass.seal'>, principal: Principal, personId: string, input: { readonly envelope: string; readonly place: string; readonly keeper: string }): Promise<void> {
  await demandFreshProof(needs, principal);
  await needs.database.transaction(async (tx) => {
    const account = await known(tx, personId);
    if (account.keys.length === 0) throw refuse.key_missing({ account: account.name });
    if (stateOf(account) !== 'ready' && stateOf(account) !== 'sealed') throw refuse.key_not_tested({ account: account.name });
    // Said anew where it is kept: the envelope moved, and was not opened.
    const now = needs.clock.now();
    await sealAccount(tx, { personId, ...input, keys: account.keys.map((key) => key.fingerprint), at: now, by: permit.actor, byName: permit.actorName });
    await note(tx, needs, permit, 'seal', account, now, { ...input });
  });
}

export async function retireTheAccount(needs: ChangeNeeds, permit: Permit<'privileged.break-glass.retire'>, principal: Principal, personId: string, reason: string): Promise<void> {
  await demandFreshProof(needs, principal);
  await needs.database.transaction(async (tx) => {
    const account = await known(tx, personId);
    if ((await openDrills(tx, needs.clock.now())).some((one) => one.personId === personId)) throw refuse.drill_is_open({ account: account.name });
    const now = needs.clock.now();
    const id = toPersonId(personId);
    await lockWaysIn(tx);
    const wasOpen = isOpen(await findWaysIn(tx));
    await retireAccount(tx, personId, now, permit.actorName, reason);
    if (wasOpen && !isOpen(await findWaysIn(tx))) throw refuse.last_way_in();
    for (const key of account.keys) await removeBreakGlassKeyIn(tx, needs, needs.gate.system('break-glass', 'privileged.break-glass.make'), personId, key.id);
    await endBreakGlassPrincipalIn(tx, id, now);
    await takeAllConsoleRolesIn(needs, tx, needs.gate.system('break-glass', 'authorization.console-role.take'), id);
    await endAccessIn(tx, needs, personId, 'the break-glass account was retired');
    await note(tx, needs, permit, 'retire', account, now, {}, reason);
  });
}
