import { later } from '../../platform/clock/index.ts';
import { digestOf, newId, randomToken } from '../../platform/crypto/index.ts';
import type { Fragment, Tx } from '../../platform/db/index.ts';
import { askedOf, askEnrolmentIn } from '../enrolment/ask-enrolment.ts';
import { enrolledFactors, nobody } from '../factor/store.ts';
import type { Subject } from '../session/store.ts';
import type { Needs } from '../needs.ts';
import { noticeStrangeBrowserIn } from '../known-device/strange-browser.ts';
import { judgedNowIn, restOnModelIn } from '../passkey-model/judge.ts';
import { noteRecoveryIn } from '../recovery/note-recovery.ts';
import { deviceOf, newSession, raiseSessionIn, startSessionIn } from '../session/start-session.ts';
import type { Counted } from '../throttle/store.ts';
import { leastFactors, nextStep, noProgress, type EnrolledFactors, type Enrollable, type Step } from './next-step.ts';
import { signInLifeMs, withProof, type Purpose, type SignIn } from './sign-in.ts';
import { strictest, type Proof, type Wanted } from './strength.ts';
import { addProof, addSignIn, endSignIn, enterTogether, findFinisher, lockSignIn, removeSignIn, saveSignIn, useAndAddProof, type Entering, type LookedTogether, type SeenDevice } from './store.ts';

/** A sign-in with the secret that the browser must show next. */
export interface Held {
  readonly signIn: SignIn;
  readonly secret: string;
}

export interface Beginning {
  readonly purpose: Purpose;
  readonly username: string | null;
  readonly personId: string | null;
  readonly sessionId: string | null;
  readonly wanted: Wanted;
  readonly proofs: readonly Proof[];
  readonly returnTo: string;
  readonly shownAt?: string | undefined;
}

export async function beginSignInIn(tx: Tx, needs: Pick<Needs, 'clock'>, beginning: Beginning): Promise<Held> {
  return keepSignInIn(tx, newSignIn(needs, beginning));
}

/** Not written down yet: one that ends with the request it begins in never is. */
export function newSignIn({ clock }: Pick<Needs, 'clock'>, { shownAt, ...beginning }: Beginning): SignIn {
  const now = clock.now();
  return { id: newId(), ...beginning, progress: shownAt === undefined ? noProgress : { ...noProgress, shownAt }, createdAt: now, expiresAt: later(now, signInLifeMs) };
}

export async function keepSignInIn(tx: Tx, signIn: SignIn): Promise<Held> {
  const secret = randomToken(256);
  await addSignIn(tx, signIn, digestOf(secret));
  return { signIn, secret };
}

/** What this sign-in asks for now. The same questions for people and for nobody. */
export const stepOfSignIn = async (tx: Tx, signIn: SignIn): Promise<Step> => stepWith(signIn, await enrolledFactors(tx, signIn.personId ?? nobody));

/** The same, with factors that were read already. */
export function stepWith(signIn: SignIn, factors: EnrolledFactors): Step {
  return nextStep({ purpose: signIn.purpose, isNamed: signIn.username !== null || signIn.personId !== null, wanted: demandedOf(signIn), proofs: signIn.proofs, factors, progress: signIn.progress });
}

/** Strictest wins: what the application or the step-up asked for, and what the policies demand of this person. */
const demandedOf = ({ wanted, progress }: SignIn): Wanted => (progress.enrolment?.must ? strictest(wanted, progress.enrolment.must.want) : wanted);

/** Writes a change under the lock of the row, with a new secret: one that leaked earlier is worth nothing later (fixation). */
async function change(tx: Tx, { clock }: Pick<Needs, 'clock'>, id: string, how: (signIn: SignIn) => SignIn): Promise<Held | null> {
  const before = await lockSignIn(tx, id, clock.now());
  if (!before) return null;
  const signIn = how(before);
  const secret = randomToken(256);
  await saveSignIn(tx, signIn, digestOf(secret));
  return { signIn, secret };
}

/** A secret is taken, its try forgiven, and the proof written, all in one statement: every sign-in comes through here twice. */
export async function useAndAddProofIn(tx: Tx, { clock }: Pick<Needs, 'clock'>, use: Fragment, counted: Counted, id: string, proof: Proof): Promise<Held | null> {
  const secret = randomToken(256);
  const signIn = await useAndAddProof(tx, use, counted, id, proof, digestOf(secret), clock.now());
  return signIn && { signIn, secret };
}

/** As `change`, in one statement. */
export async function addProofIn(tx: Tx, { clock }: Pick<Needs, 'clock'>, id: string, proof: Proof): Promise<Held | null> {
  const secret = randomToken(256);
  const signIn = await addProof(tx, id, proof, digestOf(secret), clock.now());
  return signIn && { signIn, secret };
}

/** Something was enrolled; where enrolling proves it (a password just chosen, a code just read) the proof comes with it. */
export const addEnrolledIn = (tx: Tx, needs: Pick<Needs, 'clock'>, id: string, enrolled: Enrollable, proof: Proof | null): Promise<Held | null> =>
  change(tx, needs, id, (signIn) => ({ ...signIn, proofs: proof ? withProof(signIn.proofs, proof) : signIn.proofs, progress: { ...signIn.progress, enrolled: [...new Set([...signIn.progress.enrolled, enrolled])] } }));

/** Nothing but a new secret, under the lock of the row: for a step that changes something beside the sign-in. */
export const turnPageIn = (tx: Tx, needs: Pick<Needs, 'clock'>, id: string): Promise<Held | null> => change(tx, needs, id, (signIn) => signIn);

export const skipEnrolmentIn = (tx: Tx, needs: Pick<Needs, 'clock'>, id: string): Promise<Held | null> => change(tx, needs, id, (signIn) => ({ ...signIn, progress: { ...signIn.progress, hasSkippedEnrolment: true } }));

export const confirmCodesIn = (tx: Tx, needs: Pick<Needs, 'clock'>, id: string): Promise<Held | null> => change(tx, needs, id, (signIn) => ({ ...signIn, progress: { ...signIn.progress, hasSavedCodes: true } }));

/** The codes of these slots are on the screen; a page loaded again draws the same slots anew. */
export async function noteShownCodesIn(tx: Tx, { clock }: Pick<Needs, 'clock'>, id: string, slots: readonly number[]): Promise<boolean> {
  const signIn = await lockSignIn(tx, id, clock.now());
  if (!signIn) return false;
  await saveSignIn(tx, { ...signIn, progress: { ...signIn.progress, codeSlots: [...slots] } }, null);
  return true;
}

export interface Finished {
  /** The secret of the session, for the cookie. */
  readonly secret: string;
  readonly returnTo: string;
}

/** No session yet: a policy asks for something first. */
export interface AskedMore {
  readonly asked: SignIn;
  readonly factors: EnrolledFactors;
}

type FinishNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'mailer' | 'config' | 'geography' | 'noteSignIn' | 'peopleGroups'>;

/** The browser that gets the session. */
export interface Where {
  readonly userAgent: string;
  readonly address: string;
  readonly deviceId: string;
  /** The session that it had before, if any. */
  readonly replaces: string | null;
}

/**
 * INVARIANT: here and in `finishTogether` alone a sign-in becomes a session. It asks the dispatcher once more under the lock, so that no order
 * of requests, however odd, gets a session that the policy does not give. Null when something is still missing.
 */
export async function finishSignIn(needs: FinishNeeds, { id, personId }: Pick<SignIn, 'id' | 'personId'>, where: Where): Promise<Finished | AskedMore | null> {
  let ended: SignIn | null = null;
  const finished = await needs.database.transaction(async (tx): Promise<Finished | AskedMore | null> => {
    const now = needs.clock.now();
    // Sent together; the second is asked under the lock of the first.
    const [held, finisher] = await Promise.all([lockSignIn(tx, id, now), personId === null ? null : findFinisher(tx, personId)]);
    const judged = held && (await judgedNowIn(tx, held.proofs));
    const signIn = held && judged && { ...held, proofs: judged.proofs };
    if (!signIn || signIn.personId !== personId || !finisher?.subject.isActive || stepWith(signIn, finisher.factors).is !== 'done') return null;
    const { subject } = finisher;
    const asked = subject.isBreakGlass ? null : await askEnrolmentIn(tx, needs, signIn, finisher.factors);
    if (asked) return { asked, factors: finisher.factors };
    const input = { personId: subject.personId, personName: subject.displayName, proofs: signIn.proofs, userAgent: where.userAgent, address: where.address, deviceId: where.deviceId, setLimits: finisher.setLimits, isBreakGlass: subject.isBreakGlass };
    const started = signIn.sessionId ? await raiseSessionIn(tx, needs, { ...input, sessionId: signIn.sessionId }) : await startSessionIn(tx, needs, { ...input, replaces: where.replaces });
    if (started) {
      const device = deviceIn(where);
      if ((await endSignIn(tx, id, subject.personId, device, started.session.id, now)).isStrange) await noticeStrangeBrowserIn(tx, needs, subject, device);
    } else await removeSignIn(tx, id);
    if (!started) return null;
    await restOnModelIn(tx, started.session, judged.restsOn);
    await noteRecoveryIn(tx, needs, subject, signIn, started.session.id);
    ended = signIn;
    return { secret: started.secret, returnTo: signIn.returnTo };
  });
  if (finished && ended) needs.noteSignIn(ended, needs.clock.now());
  return finished;
}

const deviceIn = ({ deviceId, userAgent, address }: Where): SeenDevice => ({ id: deviceId, device: deviceOf(userAgent), address });

/**
 * The same for a sign-in whose password and code came together and were right: it was never written down. INVARIANT: the
 * dispatcher and the policies are asked here, too, as of the look that this sign-in began with, a hash ago; what may have been
 * taken away since (the password, the app, the job) is asked by the statement that writes the session. Null: something more is
 * asked for, or something is not as it was; the sign-in goes its way page by page.
 */
export async function finishTogether(needs: FinishNeeds & Pick<Needs, 'announceWithin' | 'log'>, signIn: SignIn, subject: Subject, looked: LookedTogether, taken: Pick<Entering, 'password' | 'code' | 'counted'>, where: Where): Promise<Finished | null> {
  const now = needs.clock.now();
  const { facing, setLimits, isFull } = looked;
  const factors = leastFactors(subject.isBreakGlass, looked.recoveryCodesLeft);
  if (isFull || where.replaces || !facing || facing.isBeforeTheDoor || stepWith(signIn, factors).is !== 'done' || askedOf(facing, signIn, factors, now)) return null;
  const device = deviceIn(where);
  const started = newSession(now, { personId: subject.personId, personName: subject.displayName, proofs: signIn.proofs, userAgent: where.userAgent, address: where.address, deviceId: where.deviceId, setLimits });
  const enter = (tx: Tx) => enterTogether(tx, needs.announceWithin, { ...taken, started, device });
  const tell = (tx: Tx): Promise<void> => noticeStrangeBrowserIn(tx, needs, subject, device);
  const { database } = needs;
  const entered = await (looked.isStrange
    ? database.transaction(async (tx) => {
        const outcome = await enter(tx);
        if (outcome.isStrange) await tell(tx);
        return outcome;
      })
    : database.read(enter));
  if (!entered.isIn) return null;
  // Two first sign-ins at once: when each looked, there was no other.
  if (entered.isStrange && !looked.isStrange) await database.transaction(tell).catch((error: unknown) => needs.log.warn({ err: error }, 'the notice of a new browser could not be written'));
  needs.noteSignIn(signIn, now);
  return { secret: started.secret, returnTo: signIn.returnTo };
}
