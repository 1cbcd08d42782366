import { record } from '../../audit/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { freshSignInNeeded, refuse } from '../errors.ts';
import { whoChanges } from '../factor/change-factors.ts';
import { freshForMs } from '../factor/factor.ts';
import { noticeIn } from '../factor/notice.ts';
import type { Needs } from '../needs.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { startAnew } from '../throttle/store.ts';
import { askForCode, tidyCode } from './mail-code.ts';
import { triesPerCode } from './prove-mailed-code.ts';
import { addAddress, addressesOf, confirmAddress, findAddress, removeAddress, takeTry, useMailedCode, type AddressKind } from './store.ts';

/**
 * Where recovery codes may be mailed: named by the person inside a fresh sign-in (ASVS 7.5.1), confirmed by a code that was mailed
 * there, and every change is told to all other addresses (63B-4 4.2.1.2, 4.6; ASVS 6.3.7).
 */
type OwnPermit = Permit<'authentication.own.factor.change'>;
type ChangeNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'keys' | 'hashing' | 'jobs'>;

export const mostAddresses = 5;

export type AddressWish = { readonly address: string } | { readonly kind: 'work' | 'private' };

export async function addOwnAddress(needs: ChangeNeeds, permit: OwnPermit, principal: Principal, wish: AddressWish): Promise<{ id: string }> {
  const { clock, database } = needs;
  const subject = await whoChanges(needs, permit, principal);
  // Whoever can have a code mailed can come back in: at least as strong as the weakest factor that is bound here (63B-4 4.1.2).
  if (principal.assuranceLevel < 2) throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000 });
  const { kind, address } = named(subject, wish);
  const added = await database.transaction(async (tx) => {
    const known = await addressesOf(tx, subject.personId);
    if (!known.some((one) => one.address.toLowerCase() === address.toLowerCase()) && known.length >= mostAddresses) throw refuse.too_many_recovery_addresses({ atMost: mostAddresses });
    const now = clock.now();
    const row = await addAddress(tx, { id: newId(), personId: subject.personId, kind, address, addedAt: now });
    if (row.confirmedAt) throw refuse.recovery_address_known();
    await record(tx, { action: 'authentication.recovery-address.add', actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { addressId: row.id, kind } });
    return row;
  });
  await mail(needs, subject, added.id);
  return { id: added.id };
}

function named(subject: Subject, wish: AddressWish): { readonly kind: AddressKind; readonly address: string } {
  const known = { work: subject.workEmail, private: subject.privateEmail };
  if ('kind' in wish) {
    const address = known[wish.kind];
    if (!address) throw refuse.recovery_address_not_found();
    return { kind: wish.kind, address };
  }
  const address = wish.address.normalize('NFC');
  const kind = (['work', 'private'] as const).find((one) => known[one]?.toLowerCase() === address.toLowerCase()) ?? 'own';
  return { kind, address };
}

async function mail(needs: ChangeNeeds, subject: Subject, addressId: string): Promise<void> {
  // Throttled per person and not per address: whoever names a hundred strangers' addresses would have us mail to all of them.
  const asked = await askForCode(needs, { purpose: 'confirm', holderId: addressId, personId: subject.personId, account: `person:${subject.personId}`, source: 'confirm' });
  if (asked.is === 'wait') throw refuse.too_many_recovery_codes({ retryAfterSeconds: asked.seconds });
}

export async function mailOwnAddressAgain(needs: ChangeNeeds, permit: OwnPermit, principal: Principal, addressId: string): Promise<void> {
  const subject = await whoChanges(needs, permit, principal);
  const address = await needs.database.read((tx) => findAddress(tx, subject.personId, addressId));
  if (!address || address.confirmedAt) throw refuse.recovery_address_not_found();
  await mail(needs, subject, addressId);
}

/** The code shows that the mailbox is theirs. It needs no fresh sign-in again: naming the address did. */
export async function confirmOwnAddress(needs: ChangeNeeds, permit: OwnPermit, principal: Principal, input: { readonly addressId: string; readonly code: string }): Promise<void> {
  const { clock, database, hashing } = needs;
  if (!permit.personId || principal.kind !== 'person') throw refuse.not_a_person();
  const { personId } = permit;
  const address = await database.read((tx) => findAddress(tx, personId, input.addressId));
  if (!address || address.confirmedAt) throw refuse.recovery_address_not_found();
  const stored = await database.read((tx) => takeTry(tx, 'confirm', address.id, triesPerCode, clock.now()));
  if (!stored || !(await hashing.verify(stored.hash, tidyCode(input.code))).isRight) throw refuse.recovery_code_wrong();
  await database.transaction(async (tx) => {
    const subject = await findSubject(tx, personId);
    if (!subject) throw refuse.recovery_address_not_found();
    const now = clock.now();
    if (!(await useMailedCode(tx, stored.id, now)) || !(await confirmAddress(tx, personId, address.id, now))) throw refuse.recovery_code_wrong();
    // A newly bound way: wrong tries of the one before say nothing about it.
    await startAnew(tx, `person:${personId}`, 'mailed-code');
    await record(tx, { action: 'authentication.recovery-address.confirm', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { addressId: address.id, kind: address.kind } });
    await needs.announce(tx, { kind: 'recovery_address_added', subject: `person:${personId}`, at: now, facts: {} });
    await noticeIn(tx, needs, subject, { about: 'recovery_address_added', address: address.address }, { except: address.address });
  });
}

export async function removeOwnAddress(needs: ChangeNeeds, permit: OwnPermit, principal: Principal, addressId: string): Promise<void> {
  const subject = await whoChanges(needs, permit, principal);
  await needs.database.transaction(async (tx) => {
    const address = await findAddress(tx, subject.personId, addressId);
    if (!address) throw refuse.recovery_address_not_found();
    const now = needs.clock.now();
    // Before it is gone: the removed address is told as well.
    if (address.confirmedAt) await noticeIn(tx, needs, subject, { about: 'recovery_address_removed', address: address.address });
    if (!(await removeAddress(tx, subject.personId, address.id))) throw refuse.recovery_address_not_found();
    await record(tx, { action: 'authentication.recovery-address.remove', actor: permit.actor, actorName: permit.actorName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { addressId: address.id, kind: address.kind, wasConfirmed: address.confirmedAt !== null } });
    await needs.announce(tx, { kind: 'recovery_address_removed', subject: `person:${subject.personId}`, at: now, facts: {} });
  });
}
