import Bowser from 'bowser';
import { record, type NewEntry } from '../../audit/index.ts';
import { digestOf, newId, randomToken } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { DomainEvent } from '../../platform/events/index.ts';
import type { Needs } from '../needs.ts';
import { strengthOf, type Proof } from '../sign-in/strength.ts';
import { announceEnded } from './end-sessions.ts';
import { personActor } from './person-actor.ts';
import { limitsFrom, type SetLimit } from '../session-limit/session-limit.ts';
import { findSetLimits } from '../session-limit/store.ts';
import { endsOf, mostOpenSessions, type Session } from './session.ts';
import { addSession, endSession, findSession, raiseSession } from './store.ts';

interface Input {
  readonly personId: string;
  readonly personName: string;
  readonly proofs: readonly Proof[];
  readonly userAgent: string;
  readonly address: string;
  readonly deviceId: string | null;
  /** As read with the person already; asked here where it was not. */
  readonly setLimits?: readonly SetLimit[];
  /** Its session is short whatever the key: the limits of level 3 (63B-4 2.3.3). */
  readonly isBreakGlass?: boolean;
  /** The session that this browser had before, if any: it ends, so that one cookie never stands for two people (fixation). */
  readonly replaces: string | null;
}

/** A session that is about to begin, with what the audit and others hear of it. */
export interface NewSession {
  readonly session: Session;
  /** New, 256 bits; it leaves once, for the cookie (63B-4 5.1, ASVS 7.2.2, 7.2.3, 7.2.4). */
  readonly secret: string;
  readonly entry: NewEntry;
  readonly event: DomainEvent;
}

/** Of exactly what was proven. */
export function newSession(now: Date, input: Omit<Input, 'replaces'> & { readonly setLimits: readonly SetLimit[] }): NewSession {
  const strength = strengthOf(input.proofs);
  if (strength.level === 0) throw new Error('a session needs a proof');
  const subject = `person:${input.personId}`;
  const session: Session = {
    id: newId(),
    personId: input.personId,
    assuranceLevel: strength.level,
    methods: strength.methods,
    isPhishingResistant: strength.isPhishingResistant,
    device: deviceOf(input.userAgent),
    deviceId: input.deviceId,
    address: input.address,
    createdAt: now,
    authenticatedAt: now,
    lastSeenAt: now,
    ...endsOf(input.isBreakGlass ? 3 : strength.level, now, now, limitsFrom(input.setLimits)),
    endedAt: null,
    endReason: null,
  };
  const { id: sessionId, assuranceLevel, methods, device, address } = session;
  return {
    session,
    secret: randomToken(256),
    entry: {
      action: 'authentication.sign-in.succeed',
      actor: personActor(input.personId),
      actorName: input.personName,
      target: subject,
      targetName: input.personName,
      at: now,
      outcome: 'allowed',
      facts: { sessionId, assuranceLevel, methods, device, address, ...(input.isBreakGlass ? { isBreakGlass: true } : {}) },
    },
    event: { kind: 'session_started', subject, at: now, facts: { sessionId, assuranceLevel, methods } },
  };
}

/** Begins it. */
export async function startSessionIn(tx: Tx, { clock, announce }: Pick<Needs, 'clock' | 'announce'>, input: Input): Promise<{ session: Session; secret: string }> {
  const now = clock.now();
  if (input.replaces) {
    const old = await findSession(tx, input.replaces, now);
    const ended = old && (await endSession(tx, old.id, old.personId, now, 'signed in again in the same browser'));
    if (ended) await announceEnded(tx, announce, [ended], 'signed in again in the same browser', now);
  }
  const { session, secret, entry, event } = newSession(now, { ...input, setLimits: input.setLimits ?? (await findSetLimits(tx)) });
  const tooMany = 'more sessions than one person keeps open';
  const added = addSession(tx, session, digestOf(secret), mostOpenSessions, tooMany);
  const recorded = record(tx, entry);
  const alarm: DomainEvent[] = input.isBreakGlass ? [{ kind: 'break_glass_session_started', subject: event.subject, at: now, facts: { sessionId: session.id, device: session.device, address: session.address } }] : [];
  const [crowdedOut] = await Promise.all([added, recorded, announce(tx, [...alarm, event])]);
  if (crowdedOut.length > 0) await announceEnded(tx, announce, crowdedOut, tooMany, now);
  return { session, secret };
}

/** A fresh proof within a session: same session, new secret, limits from now on. Null when the session ended meanwhile, or the proof is weaker than the session. */
export async function raiseSessionIn(tx: Tx, { clock, announce }: Pick<Needs, 'clock' | 'announce'>, input: Omit<Input, 'replaces' | 'userAgent'> & { readonly sessionId: string }): Promise<{ session: Session; secret: string } | null> {
  const now = clock.now();
  const before = await findSession(tx, input.sessionId, now);
  if (!before || before.personId !== input.personId) return null;
  const strength = strengthOf(input.proofs);
  if (strength.level === 0) throw new Error('a raised session needs a proof');
  // INVARIANT: a step-up never leaves a session weaker than it was, whatever was asked for on the way here.
  if (strength.level < before.assuranceLevel || (before.isPhishingResistant && !strength.isPhishingResistant)) return null;
  const session: Session = {
    ...before,
    assuranceLevel: strength.level,
    methods: strength.methods,
    isPhishingResistant: strength.isPhishingResistant,
    address: input.address,
    authenticatedAt: now,
    lastSeenAt: now,
    ...endsOf(input.isBreakGlass ? 3 : strength.level, now, now, limitsFrom(input.setLimits ?? (await findSetLimits(tx)))),
  };
  const secret = randomToken(256);
  if (!(await raiseSession(tx, session, digestOf(secret)))) return null;
  await record(tx, {
    action: 'authentication.session.raise',
    actor: personActor(input.personId),
    actorName: input.personName,
    target: `session:${session.id}`,
    targetName: input.personName,
    at: now,
    outcome: 'allowed',
    facts: { assuranceLevel: session.assuranceLevel, methods: session.methods, before: before.assuranceLevel },
  });
  await announce(tx, { kind: 'session_raised', subject: `person:${input.personId}`, at: now, facts: { sessionId: session.id, assuranceLevel: session.assuranceLevel, methods: session.methods } });
  return { session, secret };
}

const mostKeptNames = 1_000;
const keptNames = new Map<string, string>();

/** `Firefox on Linux`; for people to recognise, never to decide by. A company has few kinds of browsers: each is taken apart once. */
export function deviceOf(userAgent: string): string {
  let name = keptNames.get(userAgent);
  if (name === undefined) {
    name = nameOf(userAgent);
    if (keptNames.size >= mostKeptNames) keptNames.clear();
    keptNames.set(userAgent, name);
  }
  return name;
}

function nameOf(userAgent: string): string {
  if (userAgent === '') return 'Unknown browser';
  const { browser, os } = Bowser.parse(userAgent);
  // Only names we know: what a stranger calls their browser must not stand as a sentence, or a link, in our mail.
  return [knownNames.has(browser.name ?? '') ? browser.name : 'Unknown browser', knownNames.has(os.name ?? '') ? os.name : null].filter(Boolean).join(' on ');
}

const knownNames: ReadonlySet<string> = new Set([...Object.values(Bowser.BROWSER_MAP), ...Object.values(Bowser.OS_MAP)]);
