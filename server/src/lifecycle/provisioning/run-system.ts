import { record } from '../../audit/index.ts';
import { ConnectorError, type Observation, type Reference } from '../../connectors/index.ts';
import { accountId as accountIdOf, applicationId as applicationIdOf, recordObservation } from '../../directory/index.ts';
import { later, minutes, seconds, type Clock } from '../../platform/clock/index.ts';
import { randomInteger } from '../../platform/crypto/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import { timeoutSignal, wait, type Jobs } from '../../platform/jobs/index.ts';
import type { Log } from '../../platform/log/index.ts';
import type { StepState } from '../movement/movement.ts';
import { jobs as names } from '../movement/plan-movement.ts';
import { settleMovementIn } from '../movement/settle-movement.ts';
import type { Links } from './links.ts';
import { backOffMs, perform, type Verdict } from './perform.ts';
import type { Runner } from './runner.ts';
import { tellDirectory, type SeenPermits } from './tell-directory.ts';
import * as store from './store.ts';

export interface RunNeeds {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly links: Links;
  readonly runner: Runner;
  readonly log: Log;
  readonly permits: SeenPermits;
  /** From 0 to 1; the simulation brings its own dice. */
  readonly chance?: () => number;
  readonly pause?: (ms: number) => Promise<void>;
  /** The simulation kills the runner here; nothing else may. */
  readonly between?: (moment: 'claimed' | 'sent' | 'performed') => void;
}

/** A step makes about so many calls: a look before, the write, a look after, and one to spare. */
const callsPerStep = 4;
const callLimitMs = seconds(30);
const jobLimitMs = seconds(45);
const circuitAfter = 5;

/**
 * Runs what is due in one system, step by step, until nothing is; several of these may run at once, here and on other
 * nodes. A system that is down keeps only its own steps waiting.
 */
export async function runSystem(needs: RunNeeds, applicationId: string, stopping: AbortSignal): Promise<{ readonly ran: number }> {
  const { clock, database, jobs } = needs;
  const here = await needs.runner.here(stopping);
  for (const other of await database.transaction((tx) => store.giveBackOfTheDead(tx, clock.now()))) {
    if (other !== applicationId) await database.transaction((tx) => jobs.enqueue(tx, names.runSystem, { applicationId: other }, { key: `${names.runSystem}:${other}:0` }));
  }
  const until = later(clock.now(), jobLimitMs);
  let ran = 0;
  while (!here.signal.aborted && clock.now() < until) {
    const claim = await claimStep(needs, applicationId, here.id);
    if (claim === null) break;
    needs.between?.('claimed');
    await runStep(needs, claim.connection, claim.step, here);
    ran += 1;
  }
  // Also when this process stops: another node, or the next start, goes on at once.
  await database.transaction((tx) => comeBack(needs, tx, applicationId));
  return { ran };
}

async function claimStep({ clock, database, links }: RunNeeds, applicationId: string, runnerId: number): Promise<{ step: store.ClaimedStep; connection: store.ConnectionFacts } | null> {
  return database.transaction(async (tx) => {
    const now = clock.now();
    const pace = await store.lockPace(tx, applicationId);
    const connection = pace === null ? null : await store.findConnection(tx, applicationId);
    if (pace === null || connection === null || pace.mode !== 'live' || (pace.notBefore !== null && pace.notBefore > now)) return null;
    const rate: { readonly concurrency: number; readonly perMinute?: number | undefined } = links.capabilities(connection)?.rate ?? { concurrency: 1, perMinute: undefined };
    if (pace.leased >= rate.concurrency) return null;
    const isNewMinute = pace.windowAt === null || now.getTime() - pace.windowAt.getTime() >= 60_000;
    const calls = isNewMinute ? 0 : pace.windowCalls;
    if (rate.perMinute !== undefined && calls > 0 && calls + callsPerStep > rate.perMinute) {
      await store.noteFailure(tx, applicationId, { notBefore: later(pace.windowAt ?? now, 60_000), isCounted: false, text: '', health: null });
      return null;
    }
    const step = await store.claimNext(tx, applicationId, runnerId, now);
    if (step === null) return null;
    if (rate.perMinute !== undefined) await store.countCalls(tx, applicationId, isNewMinute ? now : (pace.windowAt ?? now), calls + callsPerStep);
    return { step, connection };
  });
}

async function runStep(needs: RunNeeds, connection: store.ConnectionFacts, step: store.ClaimedStep, here: { readonly id: number; readonly signal: AbortSignal }): Promise<void> {
  const { clock, database, links, log } = needs;
  const account = await database.read((tx) => store.accountOfStep(tx, step));
  const verdict = await attemptStep(needs, connection, step, here, account === null ? null : { type: 'account', id: account.nativeId }).catch((fault: unknown): Verdict => {
    // The lease is gone: somebody else works on this step now.
    if (fault instanceof LeaseLost) return { is: 'stopped' };
    if (fault instanceof ConnectorError) return { is: 'action_required', problem: fault.message, task: null, isOurFault: true };
    log.error({ err: fault, applicationId: connection.applicationId, step: step.id }, 'a connector broke its contract');
    return { is: 'away', problem: 'the connector failed in an unexpected way; see the log', retryAfterMs: null, isRateLimit: false, wasSent: true };
  });
  needs.between?.('performed');
  await database.transaction((tx) => settleStep(needs, tx, connection, step, here.id, verdict, account?.id ?? null, clock.now()));

  async function attemptStep(_needs: RunNeeds, facts: store.ConnectionFacts, claimed: store.ClaimedStep, place: typeof here, reference: Reference | null): Promise<Verdict> {
    return perform({
      connector: links.connector(facts),
      context: links.context(facts, { operationId: claimed.operationId, signal: AbortSignal.any([place.signal, timeoutSignal(callLimitMs)]) }),
      action: claimed.action, wanted: claimed.wanted, account: reference, wantedAt: claimed.wantedAt, sentAt: claimed.sentAt,
      async markSent() {
        const isOurs = await database.read((tx) => store.markSent(tx, claimed.id, place.id, clock.now()));
        if (!isOurs) throw new LeaseLost();
        needs.between?.('sent');
      },
      pause: needs.pause ?? ((ms) => wait(ms, place.signal)),
    });
  }
}

/** Also when the step was superseded: then nothing may be written any more. */
class LeaseLost extends Error {}

async function settleStep(needs: RunNeeds, tx: Tx, connection: store.ConnectionFacts, step: store.ClaimedStep, runnerId: number, verdict: Verdict, knownAccountId: string | null, now: Date): Promise<void> {
  const { applicationId } = connection;
  // One at a time per system, and never while a reading draws its conclusions: it would write yesterday over today.
  await store.lockPace(tx, applicationId);
  const chance = needs.chance ?? ((): number => randomInteger(10_000) / 10_000);
  const base: store.StepResult = { state: null, nextAt: now, hasFailed: false, seenAt: null, provenAt: null, seen: null, observationId: null, proof: null, problem: null, skipReason: null, task: null, accountId: null };
  let result: store.StepResult;
  switch (verdict.is) {
    case 'proven': {
      const told = await tellDirectory(needs, tx, { applicationId, personId: step.personId, accountId: knownAccountId, reference: verdict.account, wanted: step.wanted, observation: verdict.observation });
      if (told.is === 'foreign') {
        result = { ...base, state: 'action_required', nextAt: later(now, minutes(15)), problem: `the account \`${told.login}\` belongs to somebody else in our books: decide whose it is on the accounts page`, seen: verdict.seen, seenAt: now };
        break;
      }
      const proof = await keepProof(needs, tx, connection, step, verdict.observation, told.accountId);
      result = { ...base, state: 'proven', seenAt: proof.seenAt, provenAt: now, seen: verdict.seen, observationId: proof.id, proof: proof.facts, accountId: told.accountId };
      await store.noteSuccess(tx, applicationId);
      break;
    }
    case 'cannot_see':
      result = { ...base, state: 'skipped', skipReason: `cannot see: ${verdict.seen}`, seen: verdict.seen, seenAt: now };
      await store.noteSuccess(tx, applicationId);
      break;
    case 'sent':
      result = { ...base, state: 'sent', hasFailed: null, nextAt: later(now, verdict.againMs), seen: verdict.seen, problem: null };
      await store.noteSuccess(tx, applicationId);
      break;
    case 'contradicted': {
      const proof = await keepProof(needs, tx, connection, step, verdict.observation, knownAccountId);
      result = { ...base, state: 'contradicted', hasFailed: true, nextAt: later(now, backOffMs(step.failures + 1, chance())), seenAt: proof.seenAt, seen: verdict.seen, observationId: proof.id, proof: proof.facts, problem: verdict.problem };
      break;
    }
    case 'away': {
      const waitMs = verdict.isRateLimit ? Math.max(verdict.retryAfterMs ?? seconds(5), 1) : Math.max(verdict.retryAfterMs ?? 0, backOffMs(step.failures, chance()));
      result = { ...base, state: 'unproven', hasFailed: true, nextAt: later(now, waitMs), problem: verdict.problem };
      const failures = await store.noteFailure(tx, applicationId, {
        notBefore: verdict.isRateLimit ? later(now, waitMs) : null, isCounted: !verdict.isRateLimit, text: verdict.problem, health: verdict.isRateLimit ? null : 'away',
      });
      if (failures >= circuitAfter) await store.openCircuit(tx, applicationId, later(now, Math.min(minutes(5), seconds(2) * 2 ** Math.min(failures - circuitAfter, 8)) * (0.5 + chance() / 2)));
      break;
    }
    case 'action_required':
      result = { ...base, state: 'action_required', hasFailed: true, nextAt: later(now, verdict.isOurFault ? Math.min(minutes(15), seconds(30) * (step.failures + 1)) : minutes(15)), problem: verdict.problem, task: verdict.task };
      if (verdict.isOurFault) await store.noteFailure(tx, applicationId, { notBefore: null, isCounted: false, text: verdict.problem, health: 'misconfigured' });
      break;
    case 'stopped':
      result = { ...base, hasFailed: null, nextAt: now };
      break;
  }
  const finished = await store.finishStep(tx, step.id, runnerId, result);
  if (finished === null || verdict.is === 'stopped') return;
  const said: Partial<Record<StepState, string>> = { proven: 'prove', contradicted: 'contradict', unproven: 'miss', action_required: 'ask', skipped: 'skip' };
  const verb = result.state === null || result.state === step.state ? undefined : said[result.state];
  // Attempts are many and tell nothing new; a changed standing is kept.
  if (verb !== undefined) {
    await record(tx, {
      action: `lifecycle.step.${verb}`, actor: 'system:lifecycle', actorName: 'Bailiwick', target: `person:${step.personId}`, targetName: step.title, at: now, outcome: 'allowed', reason: result.problem ?? result.skipReason,
      facts: { movementId: step.movementId, stepId: step.id, operationId: step.operationId, application: connection.name, applicationId, attempts: step.attempts, seen: result.seen, observationId: result.observationId, wasSuperseded: finished.wasSuperseded },
    });
  }
  await settleMovementIn(needs, tx, step.movementId);
}

async function keepProof(needs: RunNeeds, tx: Tx, connection: store.ConnectionFacts, step: store.ClaimedStep, seen: Observation, accountId: string | null): Promise<{ id: string; seenAt: Date; facts: Record<string, unknown> }> {
  const facts: Record<string, unknown> = { exists: seen.exists };
  const status = seen.resource?.account?.status ?? null;
  if (status !== null) facts['status'] = status;
  if (seen.isGranted !== undefined) facts['isGranted'] = seen.isGranted;
  if (seen.openSessions !== undefined) facts['openSessions'] = seen.openSessions;
  if (seen.requestId !== undefined) facts['requestId'] = seen.requestId;
  if (step.wanted.is === 'granted' || step.wanted.is === 'not_granted') facts['entitlement'] = step.wanted.name;
  const seenAt = new Date(seen.observedAt);
  const id = await recordObservation(tx, {
    applicationId: applicationIdOf(connection.applicationId), accountId: accountId === null ? null : accountIdOf(accountId), operationId: step.operationId, via: seen.via, consistency: seen.consistency, observedAt: seenAt,
    isThere: seen.exists, status, digest: seen.digest, facts,
  });
  return { id, seenAt, facts: { via: seen.via, consistency: seen.consistency, digest: seen.digest, facts } };
}

/** Comes back when the next step falls due. The pace is locked, so that the last to leave knows the most. */
export async function comeBack({ clock, jobs }: Pick<RunNeeds, 'clock' | 'jobs'>, tx: Tx, applicationId: string): Promise<void> {
  const pace = await store.lockPace(tx, applicationId);
  if (pace === null || pace.mode !== 'live') return;
  const due = await store.nextDue(tx, applicationId);
  if (due === null) return;
  const at = [due, pace.notBefore, clock.now()].reduce<Date>((latest, one) => (one !== null && one > latest ? one : latest), due);
  // Every place is taken: whoever holds one looks again when done.
  if (at <= clock.now() && pace.leased > 0) return;
  await jobs.enqueue(tx, names.runSystem, { applicationId }, { key: `${names.runSystem}:${applicationId}:timer`, runAt: at });
}
