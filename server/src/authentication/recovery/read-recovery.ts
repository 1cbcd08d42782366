import type { MyRecovery } from '@bailiwick/contract/recovery';
import { isInScope } from '../../directory/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { findOwnDrill } from '../recovery-drill/store.ts';
import { findSubject } from '../session/store.ts';
import { disabledAuthenticators } from '../throttle/store.ts';
import { waysBack } from './recovery.ts';
import { addressesOf, isReminded, noteLooked } from './store.ts';

/** What would happen if the telephone were lost: in plain words, and never more than is true. */
export async function readOwnRecovery({ database, clock }: Pick<Needs, 'database' | 'clock'>, permit: Permit<'authentication.own.factor.read'>): Promise<MyRecovery> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  const [subject, addresses, held, disabled, isPrivileged, isAsked, drill] = await database.read((tx) =>
    Promise.all([findSubject(tx, personId), addressesOf(tx, personId), enrolledFactors(tx, personId), disabledAuthenticators(tx, `person:${personId}`), isInScope(tx, { is: 'unprivileged' }, personId).then((is) => !is), isReminded(tx, personId), findOwnDrill(tx, personId, clock.now())]),
  );
  if (!subject) throw refuse.not_a_person();
  // What wrong tries have switched off brings nobody back.
  const ways = waysBack({
    hasPassword: held.hasPassword && !disabled.includes('password'),
    passkeys: held.passkeys,
    recoveryCodesLeft: disabled.includes('recovery-code') ? 0 : held.recoveryCodesLeft,
    recoveryAddresses: disabled.includes('mailed-code') ? 0 : held.recoveryAddresses,
  });
  const known = new Set(addresses.map((one) => one.address.toLowerCase()));
  const offered = ([['work', subject.workEmail], ['private', subject.privateEmail]] as const).flatMap(([kind, address]) => (address !== null && !known.has(address.toLowerCase()) ? [{ kind, address }] : []));
  return {
    addresses: addresses.map((one) => ({ id: one.id, address: one.address, kind: one.kind, isConfirmed: one.confirmedAt !== null, isCurrent: one.isCurrent, isAtWork: one.isAtWork, addedAt: one.addedAt.toISOString() })),
    offered,
    savedCodesLeft: held.recoveryCodesLeft,
    ways: [...ways],
    couldGetBackIn: ways.length > 0,
    isPrivileged,
    isReminded: isAsked,
    drill: drill && { id: drill.id, name: drill.name, endsAt: drill.endsAt.toISOString(), begunAt: drill.begunAt?.toISOString() ?? null, finishedAt: drill.finishedAt?.toISOString() ?? null, isAble: drill.isAble },
  };
}

/** "All of this is still right": the yearly question is answered. */
export async function noteOwnRecoveryLooked({ database, clock }: Pick<Needs, 'database' | 'clock'>, permit: Permit<'authentication.own.factor.change'>): Promise<void> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  await database.transaction((tx) => noteLooked(tx, personId, clock.now()));
}
