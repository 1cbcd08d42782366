import { normalised } from '../factor/password.ts';
import { usePassword, useTotpStep } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import type { Subject } from '../session/store.ts';
import { accountOf, settle, standInLine, type AttemptOutcome } from '../throttle/attempt.ts';
import { firstTurn } from '../throttle/throttle.ts';
import { finishTogether, keepSignInIn, newSignIn, useAndAddProofIn, type Beginning, type Finished, type Held, type Where } from './progress.ts';
import { checkPassword, checkTotp, tried, type From } from './prove.ts';
import type { SignIn } from './sign-in.ts';
import { lookTogether } from './store.ts';

type TogetherNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'announceWithin' | 'log' | 'keys' | 'mailer' | 'countSignIn' | 'config' | 'hashing' | 'geography' | 'noteSignIn' | 'peopleGroups'>;

/** `password`: how the password fared; what is missing is asked for page by page, in the sign-in that is held. */
export type Together =
  | { readonly is: 'in'; readonly finished: Finished }
  | { readonly is: 'walk'; readonly begun: Held; readonly named: Subject | null; readonly password: AttemptOutcome<Held> };

/**
 * Name, password and perhaps the code in one form: a program, or a page of the company's own, fills in all at once. Mostly all
 * of it is right and nothing more is asked for; that takes two visits to the database with the hash between them, and writes no
 * sign-in down. In every other case each is taken as if it had come alone, the password first.
 */
export async function signInTogether(needs: TogetherNeeds, beginning: Pick<Beginning, 'wanted' | 'returnTo' | 'shownAt'> & { readonly username: string }, typed: { readonly password: string; readonly code: string }, from: From, where: Where): Promise<Together> {
  const { clock, database, keys } = needs;
  const now = clock.now();
  const { username } = beginning;
  const looked = await database.read((tx) => lookTogether(tx, needs.peopleGroups, { username, account: accountOf(keys, { named: null, username }), deviceId: from.deviceId, now }));
  const { named, passwordHash, apps } = looked;
  const signIn = newSignIn(needs, { ...beginning, purpose: 'sign-in', personId: named?.personId ?? null, sessionId: null, proofs: [] });
  const who = tried(signIn, { ...from, named });
  const counted = { account: looked.account, authenticator: 'password', source: looked.source } as const;
  const taken = looked.isTaken ? { counted, turn: firstTurn, wasSwitchedOff: looked.isSwitchedOff } : await standInLine(needs, counted, now);

  let begun: Held | null = null;
  const keep = async (): Promise<Held> => (begun ??= await database.read((tx) => keepSignInIn(tx, signIn)));
  const password = await settle<Finished | Held>(needs, who, taken, async () => {
    const right = await checkPassword(needs, who.subject && passwordHash, normalised(typed.password));
    if (!right) return { is: 'wrong' };
    return {
      is: 'right',
      async useAndForgive(tx) {
        const { personId } = who.subject!;
        const proven = clock.now();
        const use = usePassword(personId, right.hash, right.rehash, proven);
        const code = typed.code === '' || !looked.isCodeFree ? null : checkTotp(needs, apps, typed.code, proven);
        const at = proven.toISOString();
        const ofBoth: SignIn = { ...signIn, proofs: [{ method: 'password', at }, { method: 'totp', at }] };
        // A hash that has to be renewed is renewed by the walk: the entering takes the stored one as it is.
        const finished = code && !right.rehash && (await finishTogether(needs, ofBoth, who.subject!, looked, { password: use, code: useTotpStep(code.appId, code.step, proven), counted }, where));
        if (finished) return finished;
        await keep();
        return useAndAddProofIn(tx, needs, use, counted, signIn.id, { method: 'password', at });
      },
    };
  });
  if (password.is !== 'proven') return { is: 'walk', begun: await keep(), named, password };
  const { value } = password;
  if ('signIn' in value) return { is: 'walk', begun: value, named, password: { is: 'proven', value } };
  needs.countSignIn('totp', 'proven');
  return { is: 'in', finished: value };
}
