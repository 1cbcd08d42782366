import { digitsOf, sealContext, stepOf } from '../factor/totp.ts';
import { parseRecoveryCode, tidyAccessPass } from '../factor/code.ts';
import { noticeIn } from '../factor/notice.ts';
import { checkPasskey } from '../factor/passkey.ts';
import { tellDisabledPasskeyIn } from '../passkey-model/disabled.ts';
import { normalised } from '../factor/password.ts';
import { enrolledFactors, findOpenAccessPass, findPassword, findRecoveryCode, findTotps, nobody, useAccessPass, usePassword, useRecoveryCode, useTotpStep, type StoredTotp } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import { record } from '../../audit/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import { findSubject, type Subject } from '../session/store.ts';
import { personActor } from '../session/person-actor.ts';
import { attempt, type AttemptOutcome, type Tried } from '../throttle/attempt.ts';
import { addProofIn, beginSignInIn, useAndAddProofIn, type Beginning, type Held } from './progress.ts';
import type { SignIn } from './sign-in.ts';

/**
 * One function per factor: is this the secret? Each costs the same for a person, for one who left and for nobody: the same
 * questions to the database and one password hash where a person would cost one (63B-4 3.2.2, ASVS 6.3.8).
 */
type ProveNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'keys' | 'mailer' | 'countSignIn' | 'config' | 'hashing'>;

export interface From {
  readonly address: string;
  readonly deviceId: string | null;
}

/** A step of a sign-in under way: from where, and whom it names, as read with it. */
export interface Visitor extends From {
  readonly named: Subject | null;
  readonly userAgent: string;
}

export const tried = (signIn: Pick<SignIn, 'username'>, { named, address, deviceId }: Omit<Visitor, 'userAgent'>): Tried => ({ subject: named?.isActive ? named : null, named, username: signIn.username ?? '', address, deviceId });

export async function provePassword(needs: ProveNeeds, signIn: SignIn, from: Visitor, typed: string): Promise<AttemptOutcome<Held>> {
  const { database, clock } = needs;
  const who = tried(signIn, from);
  const secret = normalised(typed);
  return attempt(needs, who, 'password', async () => {
    const stored = await database.read((tx) => findPassword(tx, who.subject?.personId ?? nobody));
    const right = await checkPassword(needs, stored?.hash ?? null, secret);
    if (!right) return { is: 'wrong' };
    const now = clock.now();
    return {
      is: 'right',
      useAndForgive: (tx, counted) => useAndAddProofIn(tx, needs, usePassword(who.subject!.personId, right.hash, right.rehash, now), counted, signIn.id, { method: 'password', at: now.toISOString() }),
    };
  });
}

/** One hash whoever is named: `stored` null spends it. `rehash`: the same password under today's parameters, where they have changed since. */
export async function checkPassword({ hashing }: Pick<Needs, 'hashing'>, stored: string | null, secret: string): Promise<{ readonly hash: string; readonly rehash: string | null } | null> {
  if (stored === null) {
    await hashing.spend(secret);
    return null;
  }
  const { isRight, needsRehash } = await hashing.verify(stored, secret);
  return isRight ? { hash: stored, rehash: needsRehash ? await hashing.hash(secret) : null } : null;
}

export async function proveTotp(needs: ProveNeeds, signIn: SignIn, from: Visitor, typed: string): Promise<AttemptOutcome<Held>> {
  const { database, clock } = needs;
  const who = tried(signIn, from);
  const now = clock.now();
  return attempt(needs, who, 'totp', async () => {
    const apps = (await database.read((tx) => findTotps(tx, who.subject?.personId ?? nobody))).filter((app) => app.confirmedAt);
    const right = checkTotp(needs, apps, typed, now);
    return right ? { is: 'right', useAndForgive: (tx, counted) => useAndAddProofIn(tx, needs, useTotpStep(right.appId, right.step, now), counted, signIn.id, { method: 'totp', at: now.toISOString() }) } : { is: 'wrong' };
  });
}

/** Which app shows this code, and of which time step. By our clock, never by what the browser says (ASVS 6.5.8). */
export function checkTotp({ keys }: Pick<Needs, 'keys'>, apps: readonly Pick<StoredTotp, 'id' | 'sealedSeed'>[], typed: string, now: Date): { readonly appId: string; readonly step: number } | null {
  for (const app of apps) {
    const step = stepOf(keys.open(app.sealedSeed, sealContext(app.id)), digitsOf(typed), now);
    if (step !== null) return { appId: app.id, step };
  }
  return null;
}

export async function proveRecoveryCode(needs: ProveNeeds, signIn: SignIn, from: Visitor, typed: string): Promise<AttemptOutcome<Held>> {
  const { database, hashing, clock } = needs;
  const who = tried(signIn, from);
  const code = parseRecoveryCode(typed);
  return attempt(needs, who, 'recovery-code', async () => {
    const stored = await database.read((tx) => findRecoveryCode(tx, who.subject?.personId ?? nobody, code?.slot ?? -1));
    if (!stored || !code) {
      await hashing.spend(typed);
      return { is: 'wrong' };
    }
    if (!(await hashing.verify(stored.hash, code.secret)).isRight) return { is: 'wrong' };
    const subject = who.subject as Subject;
    const now = clock.now();
    return {
      is: 'right',
      async use(tx) {
        if (!(await useRecoveryCode(tx, subject.personId, code.slot, stored.hash, now))) return null;
        const { recoveryCodesLeft } = await enrolledFactors(tx, subject.personId);
        await record(tx, { action: 'authentication.recovery-code.use', actor: personActor(subject.personId), actorName: subject.displayName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { left: recoveryCodesLeft, address: from.address } });
        // 63B-4 4.6: every use is told, with the way to say no.
        await noticeIn(tx, needs, subject, { about: 'recovery_code_used', left: recoveryCodesLeft });
        return addProofIn(tx, needs, signIn.id, { method: 'recovery-code', at: now.toISOString() });
      },
    };
  });
}

export async function proveAccessPass(needs: ProveNeeds, signIn: SignIn, from: Visitor, typed: string): Promise<AttemptOutcome<Held>> {
  const { database, hashing, clock } = needs;
  const who = tried(signIn, from);
  const secret = tidyAccessPass(typed);
  return attempt(needs, who, 'access-pass', async () => {
    const stored = await database.read((tx) => findOpenAccessPass(tx, who.subject?.personId ?? nobody, clock.now()));
    if (!stored) {
      await hashing.spend(secret);
      return { is: 'wrong' };
    }
    if (!(await hashing.verify(stored.hash, secret)).isRight) return { is: 'wrong' };
    const subject = who.subject as Subject;
    const now = clock.now();
    return {
      is: 'right',
      async use(tx) {
        if (!(await useAccessPass(tx, stored.id, now))) return null;
        await record(tx, { action: 'authentication.access-pass.use', actor: personActor(subject.personId), actorName: subject.displayName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { address: from.address } });
        return addProofIn(tx, needs, signIn.id, { method: 'access-pass', at: now.toISOString() });
      },
    };
  });
}

/**
 * A passkey names its person by itself, so there may be no sign-in yet. Nothing can be guessed here (the signature is checked
 * over our challenge and our origin), so there is no throttle beyond the address limit.
 */
export async function provePasskey(needs: ProveNeeds, signIn: SignIn | null, { purpose, wanted, returnTo, shownAt }: Pick<Beginning, 'purpose' | 'wanted' | 'returnTo' | 'shownAt'>, from: From, response: unknown): Promise<Held | null> {
  const { database, clock, announce } = needs;
  const checked = await checkPasskey(needs, response);
  const isAnother = (personId: string): boolean => signIn !== null && (signIn.proofs.length > 0 || signIn.sessionId !== null) && signIn.personId !== personId;
  const held = await database.transaction(async (tx): Promise<Held | null> => {
    const now = clock.now();
    const personId = checked.is === 'right' ? checked.passkey.personId : checked.personId;
    const subject = personId === null ? null : await findSubject(tx, personId);
    let why = checked.is === 'wrong' ? checked.why : null;
    if (checked.is === 'right') {
      if (!subject?.isActive) why = 'the person is not active';
      else if (isAnother(subject.personId)) why = 'the passkey belongs to somebody else';
      else if ((why = await checked.use(tx))) await tellDisabledPasskeyIn(tx, needs, subject, checked.passkey, why);
      else return signIn && signIn.personId === subject.personId ? addProofIn(tx, needs, signIn.id, checked.proof) : beginSignInIn(tx, needs, { purpose, wanted, returnTo, shownAt, username: null, sessionId: null, personId: subject.personId, proofs: [checked.proof] });
    }
    await record(tx, {
      action: 'authentication.sign-in.fail',
      actor: subject ? personActor(subject.personId) : ('anonymous' as ActorId),
      actorName: subject?.displayName ?? 'Somebody',
      target: subject ? `person:${subject.personId}` : null,
      targetName: subject?.displayName ?? null,
      at: now,
      outcome: 'refused',
      reason: why ?? 'wrong',
      facts: { method: 'passkey', address: from.address },
    });
    if (subject) await announce(tx, { kind: 'sign_in_failed', subject: `person:${subject.personId}`, at: now, facts: { method: 'passkey', why } });
    return null;
  });
  needs.countSignIn('passkey', held ? 'proven' : 'wrong');
  return held;
}
