import { record } from '../../audit/index.ts';
import type { Permit, Principal } from '../../platform/http/index.ts';
import { freshSignInNeeded, refuse } from '../errors.ts';
import { endOthersIfAskedIn, keepLastWayIn } from '../factor/change-factors.ts';
import { canReachLevel2, freshForMs, isFresh } from '../factor/factor.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';
import { revokeIn } from './change-certificates.ts';
import { certificatesOf, findCertificate, renameCertificate, type StoredCertificate } from './store.ts';

export async function readOwnCertificates({ database }: Pick<Needs, 'database'>, permit: Permit<'authentication.own.factor.read'>): Promise<readonly StoredCertificate[]> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  return (await database.read((tx) => certificatesOf(tx, personId))).filter((one) => one.endedAt === null && !one.isIssuerGone);
}

export async function renameOwnCertificate({ database, clock }: Pick<Needs, 'database' | 'clock'>, permit: Permit<'authentication.own.factor.change'>, wish: { readonly id: string; readonly name: string }): Promise<void> {
  const { personId } = permit;
  if (!personId) throw refuse.not_a_person();
  await database.transaction(async (tx) => {
    if (!(await renameCertificate(tx, personId, wish.id, wish.name))) throw refuse.certificate_not_found({ certificate: wish.id });
    await record(tx, { action: 'authentication.factor.rename', actor: permit.actor, actorName: permit.actorName, target: `person:${personId}`, targetName: permit.actorName, at: clock.now(), outcome: 'allowed', facts: { factor: 'certificate', factorId: wish.id, name: wish.name } });
  });
}

/** A person gives up one of their certificates, unless what is left would not let them in again. It never signs in again. */
export async function removeOwnCertificate(needs: Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'consoleRoles' | 'lastWayIn'>, permit: Permit<'authentication.own.factor.change'>, principal: Principal, id: string, endOtherSessions = false): Promise<void> {
  const { personId } = permit;
  if (!personId || principal.kind !== 'person') throw refuse.not_a_person();
  if (!isFresh(principal, needs.clock.now())) throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000 });
  await needs.database.transaction(async (tx) => {
    const held = await findCertificate(tx, id);
    const subject = await findSubject(tx, personId);
    // Somebody else's is nobody's: an id must tell nothing (ASVS 8.2.2).
    if (!subject || held?.personId !== personId || !(await revokeIn(tx, needs, permit, id, subject, 'superseded'))) throw refuse.certificate_not_found({ certificate: id });
    if (!canReachLevel2(await enrolledFactors(tx, personId))) throw refuse.last_factor();
    await keepLastWayIn(tx, needs, personId);
    await endOthersIfAskedIn(tx, needs, permit, principal, { endOtherSessions, reason: 'a way to sign in was removed' });
  });
}
