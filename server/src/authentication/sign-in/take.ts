import { putOffEnrolmentIn } from '../enrolment/ask-enrolment.ts';
import { addPasskeyIn } from '../factor/enrol-passkey.ts';
import { confirmTotpIn } from '../factor/enrol-totp.ts';
import type { BlockList } from '../factor/block-list.ts';
import { preparePassword, setPasswordIn } from '../factor/set-password.ts';
import type { Needs } from '../needs.ts';
import { askPrompt, usePrompt } from '../push/ask-prompt.ts';
import { askForRecoveryCode, proveMailedCode } from '../recovery/prove-mailed-code.ts';
import type { Subject } from '../session/store.ts';
import { personActor } from '../session/person-actor.ts';
import type { AttemptOutcome } from '../throttle/attempt.ts';
import { addEnrolledIn, confirmCodesIn, skipEnrolmentIn, type Held } from './progress.ts';
import { proveAccessPass, provePassword, provePasskey, proveRecoveryCode, proveTotp, type Visitor } from './prove.ts';
import type { Said, Screen } from './screens.ts';
import type { SignIn } from './sign-in.ts';

/** What a posted screen may carry. */
export interface Posted {
  readonly password: string;
  readonly code: string;
  readonly response: string;
  /** Not empty: mail a recovery code. */
  readonly send: string;
}

/** `again`: the same screen, loaded anew, so that a page loaded again sends nothing twice. */
export type Taken = { readonly is: 'moved'; readonly held: Held } | { readonly is: 'again'; readonly held: Held } | { readonly is: 'stay'; readonly problem: Said | null; readonly status: 200 | 400 | 401 | 429 } | { readonly is: 'lost' };

export type TakeNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'keys' | 'mailer' | 'countSignIn' | 'config' | 'hashing' | 'peopleGroups' | 'jobs' | 'applicationOf'> & { readonly blockList: BlockList };

type Take = (needs: TakeNeeds, signIn: SignIn, from: Visitor, posted: Posted) => Promise<Taken>;

const stay = (phrase: Said['phrase'] | null, facts: Said['facts'] = {}, status: 400 | 401 | 429 = 400): Taken => ({ is: 'stay', problem: phrase && { phrase, facts }, status });
const moved = (held: Held | null): Taken => (held ? { is: 'moved', held } : { is: 'lost' });

const tried =
  (prove: (needs: TakeNeeds, signIn: SignIn, from: Visitor, typed: string) => Promise<AttemptOutcome<Held>>, of: 'password' | 'code', wrong: Said['phrase']): Take =>
  async (needs, signIn, from, posted) => {
    if (posted[of].trim() === '') return stay('missing');
    return takenOf(await prove(needs, signIn, from, posted[of]), wrong);
  };

export function takenOf(outcome: AttemptOutcome<Held>, wrong: Said['phrase']): Taken {
  if (outcome.is === 'wait') return outcome.seconds < 120 ? stay('wait', { seconds: outcome.seconds }, 429) : stay('wait_minutes', { minutes: Math.ceil(outcome.seconds / 60) }, 429);
  return outcome.is === 'proven' ? { is: 'moved', held: outcome.value } : stay(wrong, {}, 401);
}

/** The steps, one line each; what comes after any of them is the dispatcher's business (next-step.ts). */
export type Taking = Exclude<Screen, 'username' | 'lacks-key' | 'certificate'> | 'skip';

export const takes: Readonly<Record<Taking, Take>> = {
  password: tried(provePassword, 'password', 'wrong_password'),
  totp: tried(proveTotp, 'code', 'wrong_code'),
  'recovery-code': tried(proveRecoveryCode, 'code', 'wrong_recovery'),
  async 'mailed-code'(needs, signIn, from, posted) {
    if (posted.send === '') return tried(proveMailedCode, 'code', 'wrong_mailed_code')(needs, signIn, from, posted);
    const asked = await askForRecoveryCode(needs, signIn, from);
    return asked.is === 'wait' ? stay('wait_for_code', { minutes: Math.ceil(asked.seconds / 60) }, 429) : { is: 'stay', problem: null, status: 200 };
  },
  'access-pass': tried(proveAccessPass, 'code', 'wrong_pass'),
  async passkey(needs, signIn, from, posted) {
    const held = await provePasskey(needs, signIn, signIn, from, parsed(posted.response));
    return held ? moved(held) : stay('wrong_passkey', {}, 401);
  },
  async push(needs, signIn, from, posted) {
    if (posted.response === 'ask') {
      const asked = from.named?.isActive ? await askPrompt(needs, signIn, from.named, from) : ({ is: 'lost' } as const);
      if (asked.is === 'asked') return { is: 'again', held: asked.held };
      return asked.is === 'lost' ? { is: 'lost' } : stay(asked.is === 'off' ? 'push_off' : 'push_too_many', {}, 429);
    }
    const used = await usePrompt(needs, signIn);
    // What became of it stands on the page by itself.
    return used.is === 'proven' ? moved(used.held) : used.is === 'waiting' ? stay('push_not_yet') : stay(null);
  },
  'new-passkey': enrolling(async (needs, signIn, subject, posted) =>
    needs.database.transaction(async (tx) => {
      const outcome = await addPasskeyIn(tx, needs, actorOf(subject), subject, { name: null, response: parsed(posted.response) });
      if (outcome.is === 'taken') return stay('passkey_taken');
      if (outcome.is === 'too_many') return stay('too_many_of_these');
      // Enrolling is no proof: without attestation nothing was signed. The first use comes next.
      return outcome.is === 'enrolled' ? moved(await addEnrolledIn(tx, needs, signIn.id, 'passkey', null)) : stay('wrong_passkey');
    }),
  ),
  'new-password': enrolling(async (needs, signIn, subject, posted) => {
    if (posted.password === '') return stay('missing');
    const outcome = await preparePassword(needs, needs.blockList, subject, posted.password);
    if (outcome.is === 'too_short') return stay('password_too_short', { atLeast: outcome.atLeast });
    if (outcome.is === 'too_long') return stay('password_too_long', { atMost: outcome.atMost });
    if (outcome.is === 'common') return stay('password_common');
    if (outcome.is === 'expected') return stay('password_expected', { word: outcome.word });
    return needs.database.transaction(async (tx) => {
      await setPasswordIn(tx, needs, actorOf(subject), subject, outcome);
      return moved(await addEnrolledIn(tx, needs, signIn.id, 'password', { method: 'password', at: needs.clock.now().toISOString() }));
    });
  }),
  'new-totp': enrolling(async (needs, signIn, subject, posted) =>
    needs.database.transaction(async (tx) => {
      if (!(await confirmTotpIn(tx, needs, actorOf(subject), subject, { id: null, code: posted.code }))) return stay('wrong_code');
      return moved(await addEnrolledIn(tx, needs, signIn.id, 'totp', { method: 'totp', at: needs.clock.now().toISOString() }));
    }),
  ),
  codes: async (needs, signIn) => moved(await needs.database.transaction((tx) => confirmCodesIn(tx, needs, signIn.id))),
  skip: async (needs, signIn, { named }) =>
    moved(
      await needs.database.transaction(async (tx) => {
        if (signIn.progress.enrolment?.offer && named && !(await putOffEnrolmentIn(tx, needs, signIn.id, named))) return null;
        return skipEnrolmentIn(tx, needs, signIn.id);
      }),
    ),
};

function enrolling(take: (needs: TakeNeeds, signIn: SignIn, subject: Subject, posted: Posted) => Promise<Taken>): Take {
  return async (needs, signIn, { named }, posted) => (named?.isActive ? take(needs, signIn, named, posted) : { is: 'lost' });
}

const actorOf = (subject: Subject) => ({ actor: personActor(subject.personId), actorName: subject.displayName });

/** What the script sent; anything else is judged by the schema of the answer. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
