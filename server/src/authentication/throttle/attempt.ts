import { record } from '../../audit/index.ts';
import { hmac } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import { nobody } from '../factor/store.ts';
import type { Needs } from '../needs.ts';
import type { Subject } from '../session/store.ts';
import { personActor } from '../session/person-actor.ts';
import type { Method } from '../sign-in/strength.ts';
import { addWait, countFailure, countTold, forgive, isDisabled, isKnownDevice, lockWait, saveWait, type Counted } from './store.ts';
import { failuresUntilDisabled, familiar, firstTurn, takeTurn, unfamiliar, type Turn } from './throttle.ts';

/** Whom a try is about: a person, or a name that nobody active has. Both are throttled alike. */
export interface Tried {
  /** Null for unknown names and for people who may not sign in. */
  readonly subject: Subject | null;
  /** For the audit: whose account it is even if that person may not sign in. */
  readonly named: Subject | null;
  readonly username: string;
  readonly deviceId: string | null;
  readonly address: string;
}

export type Checked<T> =
  | { readonly is: 'right'; readonly use: (tx: Tx) => Promise<T | null> }
  /** The same and forgiving in one statement: for what everybody signs in with. It does nothing while the factor is disabled. */
  | { readonly is: 'right'; readonly useAndForgive: (tx: Tx, counted: Counted) => Promise<T | null> }
  | { readonly is: 'wrong' };
export type AttemptOutcome<T> = { readonly is: 'proven'; readonly value: T } | { readonly is: 'wrong' } | { readonly is: 'wait'; readonly seconds: number };

type AttemptNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'keys' | 'countSignIn'>;

export const accountOf = (keys: Pick<Needs['keys'], 'derive'>, tried: Pick<Tried, 'named' | 'username'>): string =>
  tried.named ? `person:${tried.named.personId}` : `name:${hmac(keys.derive('throttled names'), tried.username.normalize('NFC').toLowerCase()).toString('hex')}`;

/**
 * One try of one secret: take a turn (counted as wrong), check outside of any transaction, then forgive or leave it counted.
 * `check` costs the same for people and for nobody; `use` takes the proof (a code is used up) and may still say no.
 */
export async function attempt<T>(needs: AttemptNeeds, tried: Tried, method: Method, check: () => Promise<Checked<T>>): Promise<AttemptOutcome<T>> {
  const { named, deviceId } = tried;
  // Asked for names that nobody has, too: a browser that carries our cookie must not learn by the time who exists (ASVS 6.3.8).
  const isFamiliar = deviceId !== null && (await needs.database.read((tx) => isKnownDevice(tx, named?.personId ?? nobody, deviceId)));
  const counted: Counted<Method> = { account: accountOf(needs.keys, tried), authenticator: method, source: isFamiliar ? familiar(deviceId) : unfamiliar };
  return settle(needs, tried, await takeTurnOf(needs, counted, needs.clock.now()), check);
}

/** A turn that was taken, or not: what is checked in it, and what follows from that. */
export async function settle<T>(needs: AttemptNeeds, tried: Tried, { counted, turn, wasSwitchedOff }: TakenTurn, check: () => Promise<Checked<T>>): Promise<AttemptOutcome<T>> {
  const { clock, database, announce } = needs;
  const { account, authenticator: method, source } = counted;
  const strange = tried.named && source === unfamiliar ? { personId: tried.named.personId, address: tried.address } : null;
  if (turn.is === 'wait') {
    needs.countSignIn(method, 'wait');
    await database.transaction(async (tx) => {
      const now = clock.now();
      const times = await countTold(tx, counted, strange, now);
      // The 1st, 2nd, 4th, 8th time and so on: a flood must not fill the audit.
      if ((times & (times - 1)) === 0) await recordFailure(tx, tried, method, `too many wrong tries; told to wait${times > 1 ? ` ${times} times` : ''}`, now);
    });
    return turn;
  }
  const checked = await check();
  // A factor that is disabled goes the way of a wrong secret from here on, or the time would tell that the secret was right.
  if ('useAndForgive' in checked && tried.subject && !wasSwitchedOff) {
    const value = await database.read((tx) => checked.useAndForgive(tx, counted));
    if (value !== null) {
      needs.countSignIn(method, 'proven');
      return { is: 'proven', value };
    }
  }
  const outcome = await database.transaction(async (tx): Promise<AttemptOutcome<T>> => {
    const now = clock.now();
    // Asked in every case, so that an answer takes the same questions whoever was named.
    const isSwitchedOff = await isDisabled(tx, account, method);
    const value = 'use' in checked && tried.subject && !isSwitchedOff ? await checked.use(tx) : null;
    if (value !== null) {
      await forgive(tx, counted);
      return { is: 'proven', value };
    }
    const { wasDisabledNow } = await countFailure(tx, account, method, failuresUntilDisabled, now, strange);
    const why = !tried.named ? 'nobody has this name' : !tried.subject ? 'the person is not active' : isSwitchedOff ? 'this factor is disabled after too many wrong tries' : 'wrong';
    await recordFailure(tx, tried, method, why, now);
    // Of nobody as well: those who watch for waves of wrong tries want all of them, and one statement less would be a moment less.
    await announce(tx, { kind: 'sign_in_failed', subject: `person:${tried.named?.personId ?? nobody}`, at: now, facts: { method, why } });
    // Whether it stays off, and who is told, is for whoever hears of it (keep-last-way-in.ts): here only a person would pay for the question.
    if (wasDisabledNow && tried.subject) await announce(tx, { kind: 'factor_disabled', subject: `person:${tried.subject.personId}`, at: now, facts: { factor: method } });
    return { is: 'wrong' };
  });
  needs.countSignIn(method, outcome.is);
  return outcome;
}

export interface TakenTurn {
  readonly counted: Counted<Method>;
  readonly turn: Turn;
  readonly wasSwitchedOff: boolean;
}

/** Mostly nothing is held against the source: then one statement counts the try, and of many at once it is the database that says who was first. */
async function takeTurnOf(needs: Pick<Needs, 'database'>, counted: Counted<Method>, now: Date): Promise<TakenTurn> {
  const added = await needs.database.read((tx) => addWait(tx, counted, firstTurn.next, now));
  return added ? { counted, turn: firstTurn, wasSwitchedOff: added.isSwitchedOff } : standInLine(needs, counted, now);
}

/** Something is held against the source: those who come at once come one after the other. */
export async function standInLine({ database }: Pick<Needs, 'database'>, counted: Counted<Method>, now: Date): Promise<TakenTurn> {
  return database.transaction(async (tx) => {
    const wait = await lockWait(tx, counted, now);
    const turn = takeTurn(wait, now);
    if (turn.is === 'granted') await saveWait(tx, counted, turn.next, now);
    return { counted, turn, wasSwitchedOff: wait.isSwitchedOff };
  });
}

async function recordFailure(tx: Tx, tried: Tried, method: Method, why: string, at: Date): Promise<void> {
  await record(tx, {
    action: 'authentication.sign-in.fail',
    actor: tried.named ? personActor(tried.named.personId) : ('anonymous' as ActorId),
    actorName: tried.named?.displayName ?? 'Somebody',
    target: tried.named ? `person:${tried.named.personId}` : null,
    targetName: tried.named?.displayName ?? null,
    at,
    outcome: 'refused',
    reason: why,
    // Not the name that was typed where nobody has it: people type their password there by mistake.
    facts: { method, address: tried.address },
  });
}
