import { record } from '../../audit/index.ts';
import type { Needs } from '../needs.ts';
import { personActor } from '../session/person-actor.ts';
import type { Subject } from '../session/store.ts';
import { addProofIn, type Held } from '../sign-in/progress.ts';
import { tried, type Visitor } from '../sign-in/prove.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { accountOf, attempt, type AttemptOutcome } from '../throttle/attempt.ts';
import { isKnownDevice } from '../throttle/store.ts';
import { familiar, unfamiliar } from '../throttle/throttle.ts';
import { askForCode, tidyCode, type CodeAsked } from './mail-code.ts';
import { takeTry, useMailedCode } from './store.ts';

/** Wrong tries of one code; beyond them another must be asked for. */
export const triesPerCode = 10;

type AskNeeds = Pick<Needs, 'clock' | 'database' | 'hashing' | 'keys' | 'jobs'>;

/** A code for the recovery that is under way in this browser, and for no other. */
export async function askForRecoveryCode(needs: AskNeeds, signIn: SignIn, from: Visitor): Promise<CodeAsked> {
  const { named, deviceId } = from;
  // Asked for names that nobody has as well, so that an answer takes the same questions whoever was named.
  const isFamiliar = deviceId !== null && (await needs.database.read((tx) => isKnownDevice(tx, named?.personId ?? signIn.id, deviceId)));
  return askForCode(needs, {
    purpose: 'recover',
    holderId: signIn.id,
    personId: named?.personId ?? null,
    account: accountOf(needs.keys, { named, username: signIn.username ?? '' }),
    source: isFamiliar ? familiar(deviceId) : unfamiliar,
  });
}

type ProveNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'keys' | 'mailer' | 'countSignIn' | 'config' | 'hashing'>;

/** ASVS 6.6.3, 6.5.1: few tries, one use. A code of another recovery is not found here, however right it is. */
export async function proveMailedCode(needs: ProveNeeds, signIn: SignIn, from: Visitor, typed: string): Promise<AttemptOutcome<Held>> {
  const { database, hashing, clock } = needs;
  const who = tried(signIn, from);
  const code = tidyCode(typed);
  return attempt(needs, who, 'mailed-code', async () => {
    const stored = await database.read((tx) => takeTry(tx, 'recover', signIn.id, triesPerCode, clock.now()));
    if (!stored) {
      await hashing.spend(code);
      return { is: 'wrong' };
    }
    if (!(await hashing.verify(stored.hash, code)).isRight) return { is: 'wrong' };
    const subject = who.subject as Subject;
    return {
      is: 'right',
      async use(tx) {
        const now = clock.now();
        if (!(await useMailedCode(tx, stored.id, now))) return null;
        await record(tx, { action: 'authentication.mailed-code.use', actor: personActor(subject.personId), actorName: subject.displayName, target: `person:${subject.personId}`, targetName: subject.displayName, at: now, outcome: 'allowed', facts: { address: from.address } });
        return addProofIn(tx, needs, signIn.id, { method: 'mailed-code', at: now.toISOString() });
      },
    };
  });
}
