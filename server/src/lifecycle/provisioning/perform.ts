import { ConnectorError, type CallContext, type Connector, type HandTask, type NewAccount, type Observation, type Outcome, type Reference, type ResourceType, type Target } from '../../connectors/index.ts';
import type { StepAction, Wanted } from '../movement/movement.ts';

/**
 * The desired-state algorithm, for any write in any system:
 * observe → already so? proven → write → (reply lost? look) → observe until it is so or the settle window is over.
 *
 * INVARIANT: nothing is proven but by an observation, and nothing that was sent is sent again before it was observed
 * and the settle window of the system is over: a lost reply must not become a second account.
 */
export interface Undertaking {
  readonly connector: Connector;
  readonly context: CallContext;
  readonly action: StepAction;
  readonly wanted: Wanted;
  /** Null while the system has no account of the person. */
  readonly account: Reference | null;
  readonly wantedAt: Date;
  /** When this very change was sent by an earlier attempt, perhaps by a process that is dead now. */
  readonly sentAt: Date | null;
  /** Written down before the write leaves the house. */
  markSent(): Promise<void>;
  pause(ms: number): Promise<void>;
}

export type Verdict =
  | { readonly is: 'proven'; readonly observation: Observation; readonly seen: string; readonly account: Reference | null; readonly wasSent: boolean }
  /** Sent, and the system may take until later to show it. */
  | { readonly is: 'sent'; readonly againMs: number; readonly seen: string | null }
  | { readonly is: 'contradicted'; readonly observation: Observation; readonly seen: string; readonly problem: string }
  /** The system does not answer; `retryAfterMs` is what it asked for. */
  | { readonly is: 'away'; readonly problem: string; readonly retryAfterMs: number | null; readonly isRateLimit: boolean; readonly wasSent: boolean }
  | { readonly is: 'action_required'; readonly problem: string; readonly task: HandTask | null; readonly isOurFault: boolean }
  /** The system did as told and has no way to show it. */
  | { readonly is: 'cannot_see'; readonly seen: string }
  /** Our own process is stopping: nothing is known. */
  | { readonly is: 'stopped' };

const longestWaitMs = 6_000;

export async function perform(undertaking: Undertaking): Promise<Verdict> {
  let wasSent = undertaking.sentAt !== null;
  try {
    return await attempt(undertaking, () => { wasSent = true; });
  } catch (fault) {
    if (!(fault instanceof ConnectorError)) {
      if (undertaking.context.signal.aborted) return { is: 'stopped' };
      throw fault;
    }
    switch (fault.kind) {
      case 'transient': case 'ambiguous': case 'gone': return { is: 'away', problem: fault.message, retryAfterMs: fault.retryAfterMs ?? null, isRateLimit: false, wasSent };
      case 'rate_limited': return { is: 'away', problem: fault.message, retryAfterMs: fault.retryAfterMs ?? null, isRateLimit: true, wasSent };
      case 'auth': case 'permission': case 'config': return { is: 'action_required', problem: fault.message, task: null, isOurFault: true };
      default: return { is: 'action_required', problem: fault.message, task: null, isOurFault: false };
    }
  }
}

async function attempt(undertaking: Undertaking, onSent: () => void): Promise<Verdict> {
  const { connector, context, wanted, sentAt } = undertaking;
  const capabilities = connector.capabilities();
  const capability = capabilities.types.find((type) => type.type === kindOf(wanted)) ?? capabilities.types.find((type) => type.type === 'account');
  const windowMs = (capability?.settleMs ?? 0) * 3;
  let { account } = undertaking;

  const look = async (): Promise<{ observation: Observation; isSo: boolean; seen: string } | null> => {
    if (account === null) return null;
    const observation = await connector.observe(context, targetOf(wanted, account, undertaking.wantedAt));
    // What people saw before the change was wanted proves nothing about it.
    const isFresh = !capabilities.isByHand || Date.parse(observation.observedAt) >= undertaking.wantedAt.getTime();
    const judged = judge(wanted, observation);
    return { observation, isSo: judged.isSo && isFresh, seen: isFresh ? judged.seen : `${judged.seen}, before this was wanted` };
  };

  if (account === null) {
    const found = await find(undertaking);
    if (found.is === 'missing') {
      if (keyOf(wanted) !== null && wanted.is !== 'account') {
        // What was made a moment ago may not be listed yet.
        const notYetMs = undertaking.wantedAt.getTime() + (capability?.settleMs ?? 0) - context.now().getTime();
        if (notYetMs > 0) return { is: 'sent', againMs: notYetMs, seen: null };
      }
      if (wanted.is === 'disabled' || wanted.is === 'sessions_ended') return { is: 'proven', observation: found.observation, seen: 'there is no such account', account: null, wasSent: sentAt !== null };
      if (wanted.is !== 'account') return { is: 'action_required', problem: 'this person has no account here: run the movement again, or link the account', task: null, isOurFault: false };
    } else if (found.is === 'foreign') return { is: 'action_required', problem: found.problem, task: null, isOurFault: false };
    else account = found.reference;
  }

  const before = await look();
  // Where reads lag, what looks right in the first moments may be the past: an account that was just opened still reads
  // as closed. Then the wish is sent all the same (writes are idempotent), and only what is seen after the lag counts.
  const settledAt = undertaking.wantedAt.getTime() + (capability?.settleMs ?? 0);
  const isPerhapsStale = before?.isSo === true && context.now().getTime() < settledAt && !capabilities.isByHand;
  if (before?.isSo && !isPerhapsStale) return { is: 'proven', observation: before.observation, seen: before.seen, account, wasSent: sentAt !== null };
  if (before !== null && !before.observation.exists && (wanted.is === 'granted' || wanted.is === 'enabled' || wanted.is === 'attributes')) {
    return { is: 'action_required', problem: 'the account is gone in the system: read the system again, then adjust this person', task: null, isOurFault: false };
  }
  if (sentAt !== null) {
    if (isPerhapsStale) return { is: 'sent', againMs: settledAt - context.now().getTime(), seen: before?.seen ?? null };
    const leftMs = sentAt.getTime() + windowMs - context.now().getTime();
    if (leftMs > 0) return { is: 'sent', againMs: Math.min(leftMs, Math.max(250, windowMs / 6)), seen: before?.seen ?? null };
  }

  await undertaking.markSent();
  onSent();
  const sentNow = context.now().getTime();
  let outcome: Outcome | null = null;
  try {
    outcome = await write(undertaking, account);
  } catch (fault) {
    // The reply was lost: the write may have happened. What follows looks.
    if (!(fault instanceof ConnectorError) || fault.kind !== 'ambiguous') {
      // Somebody was faster, and there is nothing left to take from.
      const isGone = fault instanceof ConnectorError && fault.kind === 'not_found' && (wanted.is === 'not_granted' || wanted.is === 'disabled' || wanted.is === 'sessions_ended');
      if (!isGone) throw fault;
    }
  }
  if (outcome?.status === 'action_required') return { is: 'action_required', problem: outcome.note ?? 'this system has no API for it: do it by hand and confirm it', task: outcome.task ?? null, isOurFault: false };
  if (outcome?.status === 'already' && capabilities.isByHand) {
    return { is: 'action_required', problem: 'it was so in the last list, which is older than this wish: look once more and confirm', task: { title: 'Look, and confirm what you see', steps: ['Open the account there and look at it.', 'Confirm here what you see, or upload a new list of accounts.'] }, isOurFault: false };
  }
  if (outcome?.status === 'planned') return { is: 'action_required', problem: 'the connector only planned this: turn the connection live', task: null, isOurFault: true };
  if (outcome?.reference !== undefined) account = outcome.reference;
  if (account === null) {
    const found = await find({ ...undertaking, sentAt: context.now() });
    if (found.is === 'foreign') return { is: 'action_required', problem: found.problem, task: null, isOurFault: false };
    if (found.is === 'found') account = found.reference;
  }

  for (let waitMs = 40; ; waitMs = Math.min(waitMs * 2, 1_000)) {
    const after = await look();
    const lagIsOver = !isPerhapsStale || context.now().getTime() - sentNow >= (capability?.settleMs ?? 0);
    if (after?.isSo && lagIsOver) return { is: 'proven', observation: after.observation, seen: after.seen, account, wasSent: true };
    if (wanted.is === 'sessions_ended' && after?.observation.openSessions === null && outcome !== null) return { is: 'cannot_see', seen: 'the system ended them and cannot show it' };
    const spentMs = context.now().getTime() - sentNow;
    if (spentMs >= windowMs) {
      if (after === null) return { is: 'away', problem: 'the account was asked for and cannot be found yet', retryAfterMs: null, isRateLimit: false, wasSent: true };
      return { is: 'contradicted', observation: after.observation, seen: after.seen, problem: `the system took the change and shows: ${after.seen}` };
    }
    if (spentMs >= longestWaitMs || context.signal.aborted) return { is: 'sent', againMs: Math.min(windowMs - spentMs, Math.max(1_000, windowMs / 6)), seen: after?.seen ?? null };
    await undertaking.pause(waitMs);
  }
}

type Found =
  | { readonly is: 'missing'; readonly observation: Observation }
  | { readonly is: 'found'; readonly reference: Reference }
  | { readonly is: 'foreign'; readonly problem: string };

/** Looks for an account by its natural key: creating it as a dry run is a look-up (connector contract). */
async function find({ connector, context, wanted, sentAt }: Undertaking): Promise<Found> {
  const missing: Found = { is: 'missing', observation: { exists: false, via: 'look-up by name', consistency: 'strong', observedAt: context.now().toISOString(), digest: '' } };
  const key = keyOf(wanted);
  if (key === null) return missing;
  if (connector.create === undefined) throw new ConnectorError('unsupported', 'this system makes no accounts through its connector: make it by hand, then read the system');
  const outcome = await connector.create({ ...context, dryRun: true }, newAccount(connector, key));
  if (outcome.status !== 'already' || outcome.reference === undefined) return missing;
  // An account of that name which we did not make may belong to somebody else: giving it away, or closing it, would be wrong.
  const emails = outcome.resource?.account?.emails ?? [];
  const isOurs = sentAt !== null || wanted.is === 'disabled' || wanted.is === 'sessions_ended' || (wanted.is === 'account' && wanted.isPerhapsMade === true) || (key.email !== '' && emails.some((email) => email.toLowerCase() === key.email.toLowerCase()));
  return isOurs ? { is: 'found', reference: outcome.reference } : { is: 'foreign', problem: `an account \`${key.login}\` is there already and is not provably of this person: link it, or rename it, then try again` };
}

/** By which the account is found that the step names no other way. */
function keyOf(wanted: Wanted): Parameters<typeof newAccount>[1] | null {
  if (wanted.is === 'account') return wanted;
  return (wanted.is === 'disabled' || wanted.is === 'sessions_ended') && wanted.login !== undefined ? { login: wanted.login, email: wanted.email ?? '' } : null;
}

function newAccount(connector: Connector, wanted: { readonly login: string; readonly email: string; readonly givenName?: string; readonly familyName?: string; readonly attributes?: Readonly<Record<string, string>> }): NewAccount {
  const secrets = connector.capabilities().types.find((type) => type.type === 'account')?.initialSecrets ?? ['none'];
  const attributes = wanted.attributes ?? {};
  return {
    login: wanted.login, email: wanted.email, initialSecret: secrets.includes('none') ? 'none' : secrets.includes('invite') ? 'invite' : 'random',
    ...(wanted.givenName === undefined ? {} : { givenName: wanted.givenName }), ...(wanted.familyName === undefined ? {} : { familyName: wanted.familyName }),
    ...(Object.keys(attributes).length === 0 ? {} : { attributes }),
  };
}

async function write({ connector, context, wanted }: Undertaking, account: Reference | null): Promise<Outcome> {
  const cannot = (what: string): never => { throw new ConnectorError('unsupported', `this system cannot ${what} through its connector: do it there by hand; the read-back will see it`); };
  if (wanted.is === 'account') {
    // It is there and nobody can use it: an older movement closed what a lost reply had left behind.
    if (account !== null) return connector.setEnabled ? connector.setEnabled(context, account, true) : cannot('enable accounts');
    return connector.create ? connector.create(context, newAccount(connector, wanted)) : cannot('make accounts');
  }
  if (account === null) throw new ConnectorError('not_found', 'this person has no account here');
  switch (wanted.is) {
    case 'enabled': return connector.setEnabled ? connector.setEnabled(context, account, true) : cannot('enable accounts');
    case 'disabled': return connector.setEnabled ? connector.setEnabled(context, account, false) : cannot('disable accounts');
    case 'attributes': return connector.update ? connector.update(context, account, wanted.patch) : cannot('change accounts');
    case 'granted': return connector.grant ? connector.grant(context, wanted.entitlement, account) : cannot('give entitlements');
    case 'not_granted': return connector.revoke ? connector.revoke(context, wanted.entitlement, account) : cannot('take entitlements away');
    case 'sessions_ended': return connector.revokeSessions ? connector.revokeSessions(context, account) : cannot('end sessions');
  }
}

const kindOf = (wanted: Wanted): ResourceType => (wanted.is === 'granted' || wanted.is === 'not_granted' ? 'group' : 'account');

function targetOf(wanted: Wanted, account: Reference, since: Date): Target {
  if (wanted.is === 'granted' || wanted.is === 'not_granted') return { entitlement: wanted.entitlement, principal: account };
  if (wanted.is === 'sessions_ended') return { sessionsOf: account, since: since.toISOString() };
  return { resource: account };
}

/** Whether what was seen is what was wanted, and what was seen in words. Pure. */
export function judge(wanted: Wanted, seen: Observation): { readonly isSo: boolean; readonly seen: string } {
  const status = seen.resource?.account?.status;
  const words = !seen.exists ? 'the account is gone' : status === undefined ? 'the account is there' : `the account is ${status}`;
  switch (wanted.is) {
    case 'account': return { isSo: seen.exists && status !== 'deleted' && status !== 'disabled', seen: words };
    case 'enabled': return { isSo: seen.exists && status === 'active', seen: words };
    case 'disabled': return { isSo: !seen.exists || status === 'disabled' || status === 'deleted', seen: words };
    case 'granted': return { isSo: seen.exists && seen.isGranted === true, seen: !seen.exists ? words : seen.isGranted === true ? `has ${wanted.name}` : `does not have ${wanted.name}` };
    case 'not_granted': return { isSo: !seen.exists || seen.isGranted === false, seen: !seen.exists ? words : seen.isGranted === true ? `still has ${wanted.name}` : `does not have ${wanted.name}` };
    case 'sessions_ended': {
      if (!seen.exists || seen.openSessions === 0) return { isSo: true, seen: 'no open session' };
      return { isSo: false, seen: typeof seen.openSessions === 'number' ? `${seen.openSessions} open sessions` : 'the system cannot count sessions' };
    }
    case 'attributes': {
      const profile: Readonly<Record<string, string | undefined>> = seen.resource?.account?.profile ?? {};
      const other = Object.entries(wanted.patch).filter(([name, value]) => (profile[name] ?? '') !== (value ?? ''));
      return { isSo: seen.exists && other.length === 0, seen: other.length === 0 ? 'the attributes are as wanted' : `${other.map(([name]) => name).join(', ')} differ` };
    }
  }
}

/** Full jitter (0 … cap), so that a thousand waiting steps do not come back in one wave. Pure: `chance` is from 0 to 1. */
export function backOffMs(failures: number, chance: number): number {
  const cap = Math.min(15 * 60_000, 500 * 2 ** Math.min(failures, 12));
  return Math.round(cap * chance) + 50;
}

