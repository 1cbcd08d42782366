import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { personActor } from '../session/person-actor.ts';
import type { Subject } from '../session/store.ts';
import type { EnrolledFactors } from '../sign-in/next-step.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { lockSignIn, saveSignIn } from '../sign-in/store.ts';
import { countedFor, isEnough, strengthOf } from '../sign-in/strength.ts';
import { demandOf } from './demand.ts';
import { nothingAsked, type EnrolmentAsk } from './enrolment-ask.ts';
import { askedBy, noStanding } from './enrolment-policy.ts';
import { countSkip, findFacing, noteInside, noteMust, type Facing } from './store.ts';

type AskNeeds = Pick<Needs, 'clock' | 'peopleGroups'>;

/**
 * What the policies still ask of this sign-in, under its lock: the sign-in with what is asked written into it, or null when
 * nothing stands between it and a session. INVARIANT: asked only once something is proven. Before that the pages are the same for every name,
 * and a policy tells no stranger who is in it (63B-4 3.2.2, ASVS 6.3.8). Every pathway ends here, whatever was proven by (ASVS 6.3.4).
 */
export async function askEnrolmentIn(tx: Tx, { clock, peopleGroups }: AskNeeds, signIn: SignIn, factors: EnrolledFactors): Promise<SignIn | null> {
  if (signIn.personId === null || signIn.proofs.length === 0) return null;
  const now = clock.now();
  const facing = await findFacing(tx, peopleGroups, signIn.personId, now);
  if (!facing) return null;
  const asked = askedOf(facing, signIn, factors, now);
  // In a step-up there is a session: nobody stands before the door.
  if (asked?.isMust && signIn.purpose !== 'step-up') await noteMust(tx, asked.enrolment.must?.policyIds ?? [], signIn.personId, now);
  if (asked) return keep(tx, signIn, asked.enrolment);
  if (facing.isBeforeTheDoor) await noteInside(tx, signIn.personId);
  return null;
}

/** The same without writing anything down; null: nothing stands between this sign-in and a session. */
export function askedOf(facing: Facing, signIn: SignIn, factors: EnrolledFactors, now: Date): { readonly isMust: boolean; readonly enrolment: EnrolmentAsk } | null {
  const answered = signIn.progress.enrolment?.answered ?? [];
  const { must, offer } = demandOf(facing.policies, facing.standings, facing.person, factors, answered, now);
  if (must && !isEnough(strengthOf(countedFor(signIn.proofs, must.want)), must.want)) return { isMust: true, enrolment: { must: { ...must, since: must.since.toISOString() }, offer: null, answered } };
  // An offer comes last, once for each policy; not in a step-up, and not right after having set something up.
  const isDue = offer !== null && offer.policyIds.some((id) => !answered.includes(id)) && signIn.purpose === 'sign-in' && signIn.progress.enrolled.length === 0;
  if (!isDue || !isEnough(strengthOf(signIn.proofs), signIn.wanted)) return null;
  return { isMust: false, enrolment: { must: signIn.progress.enrolment?.must ?? null, offer: { ...offer, until: offer.until.toISOString() }, answered } };
}

/** Where somebody is about to enrol something, the policies have their say first: nobody sets up twice what will do once. */
export async function askBeforeEnrolling({ database, ...needs }: AskNeeds & Pick<Needs, 'database'>, id: string): Promise<{ readonly signIn: SignIn; readonly factors: EnrolledFactors } | null> {
  return database.transaction(async (tx) => {
    const signIn = await lockSignIn(tx, id, needs.clock.now());
    if (!signIn?.personId) return null;
    const factors = await enrolledFactors(tx, signIn.personId);
    return { signIn: (await askEnrolmentIn(tx, needs, signIn, factors)) ?? (await keep(tx, signIn, nothingAsked)), factors };
  });
}

/** `Later`: counted for each policy that counts, under the lock. A policy that has no skip left is not answered, and asks again as a must. */
export async function putOffEnrolmentIn(tx: Tx, { clock, peopleGroups }: AskNeeds, id: string, subject: Subject): Promise<SignIn | null> {
  const now = clock.now();
  const signIn = await lockSignIn(tx, id, now);
  const asked = signIn?.progress.enrolment;
  if (!signIn || !asked?.offer) return signIn;
  const facing = await findFacing(tx, peopleGroups, subject.personId, now);
  const skipped: string[] = [];
  for (const policy of facing?.policies ?? []) {
    if (!asked.offer.policyIds.includes(policy.id)) continue;
    const current = askedBy(policy, facing!.person, facing!.standings.get(policy.id) ?? noStanding, now);
    if (current.is === 'must' || (current.is === 'offer' && !(await countSkip(tx, policy.id, subject.personId, current.skipsLeft === null ? null : policy.skips, now)))) continue;
    skipped.push(policy.id);
  }
  await record(tx, { action: 'authentication.enrolment.put-off', actor: personActor(subject.personId), actorName: subject.displayName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: skipped.length > 0 ? 'allowed' : 'refused', facts: { policies: asked.offer.policyIds, putOff: skipped } });
  return keep(tx, signIn, { ...asked, offer: null, answered: [...asked.answered, ...skipped] });
}

async function keep(tx: Tx, signIn: SignIn, enrolment: EnrolmentAsk): Promise<SignIn> {
  const asked = { ...signIn, progress: { ...signIn.progress, enrolment } };
  await saveSignIn(tx, asked, null);
  return asked;
}
