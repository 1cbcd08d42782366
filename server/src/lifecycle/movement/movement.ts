import { days, later } from '../../platform/clock/index.ts';

/**
 * The plan of a movement: what is wanted, compared with what is believed, as steps. Pure; `now` is given.
 *
 * A plan is always whole: it is made from the state the person should be in, never as a difference to an older plan.
 * That is why a newer movement can take over from an unfinished older one (see `unsettled`).
 */

export type MovementKind = 'joiner' | 'mover' | 'leaver' | 'rehire' | 'adjust';
export type MovementState = 'planned' | 'running' | 'waiting' | 'alarm' | 'done' | 'cancelled';
export type StepState = 'wanted' | 'sent' | 'proven' | 'contradicted' | 'unproven' | 'action_required' | 'skipped';
export type StepAction = 'end_own_sessions' | 'create_account' | 'update_account' | 'enable' | 'disable' | 'end_sessions' | 'grant' | 'revoke';
export type HeldBecause = 'preview' | 'paused' | 'brake' | 'approval';
export type LoginFrom = 'username' | 'email' | 'email-name' | 'employee-number';
export type ConnectionMode = 'preview' | 'live' | 'paused';

export const openStates: readonly StepState[] = ['wanted', 'sent', 'contradicted', 'unproven', 'action_required'];
export const isOpen = (state: StepState): boolean => state !== 'proven' && state !== 'skipped';

export interface MovingPerson {
  readonly id: string;
  readonly displayName: string;
  readonly username: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly workEmail: string | null;
  readonly employeeNumber: string | null;
  readonly title: string | null;
  readonly department: string | null;
  readonly division: string | null;
  readonly location: string | null;
  readonly employmentType: string | null;
  readonly managerId: string | null;
  readonly status: 'staged' | 'active' | 'left';
}

export interface DesiredEntitlement {
  readonly entitlementId: string;
  readonly applicationId: string;
  readonly nativeId: string;
  readonly name: string;
  readonly roleId: string;
  readonly roleName: string;
}

export interface OpenGrant {
  readonly id: string;
  readonly entitlementId: string;
  readonly applicationId: string;
  readonly nativeId: string;
  readonly name: string;
  readonly source: 'birthright' | 'direct' | 'carry-over' | 'found';
  readonly roleId: string | null;
  readonly accountId: string | null;
  readonly expiresAt: Date | null;
}

export interface KnownAccount {
  readonly id: string;
  readonly applicationId: string;
  readonly nativeId: string;
  readonly login: string;
  readonly status: 'active' | 'disabled' | 'deleted' | 'unknown';
}

/** What the target showed the last time it was read. */
export interface Holding {
  readonly accountId: string;
  readonly applicationId: string;
  readonly entitlementId: string;
  readonly nativeId: string;
  readonly name: string;
}

export interface ConnectedSystem {
  readonly applicationId: string;
  readonly name: string;
  readonly mode: ConnectionMode;
  readonly loginFrom: LoginFrom;
  readonly isByHand: boolean;
  readonly canCreate: boolean;
  readonly canEndSessions: boolean;
  /** Attributes that `update` can write there; empty where it cannot. */
  readonly writes: readonly string[];
}

export interface Surface {
  readonly name: string;
  readonly title: string;
}

/** An open step of an older movement that this one takes over: nobody knows yet how the target stands. */
export interface Unsettled {
  readonly applicationId: string;
  readonly action: StepAction;
  readonly accountId: string | null;
  readonly entitlementId: string | null;
  readonly nativeId: string | null;
  readonly name: string | null;
  /** An account that nobody has seen yet may have come to be: its creation was sent, and no read-back came. */
  readonly isPerhapsMade: boolean;
  /** Of an update: the attributes it was about. */
  readonly attributes?: readonly string[];
}

export interface Situation {
  readonly kind: MovementKind;
  readonly person: MovingPerson;
  /** What changed about the person, old and new; decides what is updated in the targets. */
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>;
  readonly desired: readonly DesiredEntitlement[];
  readonly openGrants: readonly OpenGrant[];
  readonly accounts: readonly KnownAccount[];
  readonly holdings: readonly Holding[];
  readonly systems: readonly ConnectedSystem[];
  readonly surfaces: readonly Surface[];
  readonly unsettled: readonly Unsettled[];
  /** Differences that a human decided to take back. */
  readonly reverts?: readonly Revert[];
  readonly now: Date;
}

export type Revert =
  | { readonly kind: 'unexplained_holding' | 'missing_holding'; readonly applicationId: string; readonly accountId: string; readonly entitlementId: string; readonly nativeId: string; readonly name: string }
  | { readonly kind: 'leaver_active'; readonly applicationId: string; readonly accountId: string };

/** What the step wants to be seen in the target. */
export type Wanted =
  /** `login` finds the account of an unfinished creation, as for `disabled`. */
  | { readonly is: 'sessions_ended'; readonly login?: string; readonly email?: string }
  /** `isPerhapsMade`: an older movement sent this creation, so an account of that name may be ours. */
  | { readonly is: 'account'; readonly login: string; readonly email: string; readonly givenName?: string; readonly familyName?: string; readonly attributes: Readonly<Record<string, string>>; readonly isPerhapsMade?: true }
  | { readonly is: 'attributes'; readonly patch: Readonly<Record<string, string | null>> }
  | { readonly is: 'enabled' }
  /** `login` finds the account of an unfinished creation, where none is linked yet. */
  | { readonly is: 'disabled'; readonly login?: string; readonly email?: string }
  | { readonly is: 'granted' | 'not_granted'; readonly entitlement: string; readonly name: string };

export interface PlannedStep {
  readonly applicationId: string | null;
  readonly surface: string | null;
  readonly system: string;
  readonly action: StepAction;
  readonly isRemoval: boolean;
  readonly accountId: string | null;
  readonly entitlementId: string | null;
  readonly position: number;
  /** False where a stuck step must not keep the next from running: a leaver loses whatever can be taken. */
  readonly waitsForEarlier: boolean;
  readonly title: string;
  readonly reason: string;
  readonly wanted: Wanted;
  readonly heldBecause: HeldBecause | null;
}

export interface GrantToGive {
  readonly entitlementId: string;
  readonly name: string;
  readonly applicationId: string;
  readonly source: 'birthright' | 'carry-over';
  readonly roleId: string | null;
  readonly reason: string;
  readonly expiresAt: Date | null;
}

export interface GrantToEnd {
  readonly grantId: string;
  readonly name: string;
  readonly applicationId: string;
  readonly reason: string;
  /** True when another grant takes its place at once: nothing changes in the target. */
  readonly isReplaced: boolean;
}

export interface MovementPlan {
  readonly kind: MovementKind;
  readonly steps: readonly PlannedStep[];
  readonly give: readonly GrantToGive[];
  readonly end: readonly GrantToEnd[];
}

export const carryOverMs = days(14);

export function planMovement(situation: Situation): MovementPlan {
  // Whatever is asked about somebody who has left, they end up with nothing.
  return situation.kind === 'leaver' || situation.person.status === 'left' ? planLeaver(situation) : planStanding(situation);
}

/** A leaver loses everything that can be taken; what is stuck keeps nothing else from going. */
function planLeaver({ kind, person, openGrants, accounts, holdings, systems, surfaces, unsettled }: Situation): MovementPlan {
  const steps: PlannedStep[] = surfaces.map((surface, index) => ({
    applicationId: null, surface: surface.name, system: surface.title, action: 'end_own_sessions', isRemoval: true, accountId: null, entitlementId: null,
    position: index + 1, waitsForEarlier: false, title: `end everything under ${surface.title}`, reason: `${person.displayName} left`, wanted: { is: 'sessions_ended' }, heldBecause: null,
  }));
  const reason = `${person.displayName} left`;
  for (const system of systems) {
    const add = stepsOf(system, false, 100);
    const own = accounts.filter((account) => account.applicationId === system.applicationId && account.status !== 'deleted');
    const isPerhapsMade = unsettled.some((one) => one.applicationId === system.applicationId && one.isPerhapsMade);
    if (own.length === 0 && isPerhapsMade) {
      const { login, email } = accountFor(person, system);
      steps.push(add({ action: 'disable', isRemoval: true, title: `disable the account ${login}, should it have come to be`, reason, wanted: { is: 'disabled', login, email } }));
      // Whoever was told of the account may have signed in before we ever saw it.
      if (system.canEndSessions) steps.push({ ...add({ action: 'end_sessions', isRemoval: true, title: `end the sessions of ${login}, should it have come to be`, reason, wanted: { is: 'sessions_ended', login, email } }), waitsForEarlier: true });
    }
    for (const account of own) steps.push(add({ action: 'disable', isRemoval: true, accountId: account.id, title: `disable the account ${account.login}`, reason, wanted: { is: 'disabled' } }));
    // Only after the account is proven to be closed: before that, the next session would begin behind our back.
    if (system.canEndSessions) for (const account of own) steps.push({ ...add({ action: 'end_sessions', isRemoval: true, accountId: account.id, title: `end the sessions of ${account.login}`, reason, wanted: { is: 'sessions_ended' } }), waitsForEarlier: true });
    for (const account of own) {
      // By hand, one task for the account is enough; a list of ten small ones would not be done.
      if (system.isByHand) continue;
      const held = new Map<string, { nativeId: string; name: string }>();
      for (const one of holdings) if (one.accountId === account.id) held.set(one.entitlementId, one);
      for (const one of openGrants) if (one.applicationId === system.applicationId && (one.accountId === null || one.accountId === account.id)) held.set(one.entitlementId, one);
      for (const one of unsettled) {
        if (one.applicationId === system.applicationId && one.entitlementId !== null && one.nativeId !== null && (one.accountId === null || one.accountId === account.id)) held.set(one.entitlementId, { nativeId: one.nativeId, name: one.name ?? one.nativeId });
      }
      for (const [entitlementId, one] of held) steps.push(add(revoke(account, entitlementId, one, reason)));
    }
  }
  return { kind, steps, give: [], end: openGrants.map((grant) => ({ grantId: grant.id, name: grant.name, applicationId: grant.applicationId, reason, isReplaced: false })) };
}

/** Everybody who stays: birthright as the roles say, hand-given grants by the rules of the kind. */
function planStanding(situation: Situation): MovementPlan {
  const { kind, person, desired, openGrants, accounts, holdings, systems, unsettled, now } = situation;
  const isHere = person.status === 'active';
  const wanted = new Map(isHere ? desired.map((one) => [one.entitlementId, one] as const) : []);
  const give: GrantToGive[] = [];
  const end: GrantToEnd[] = [];
  const kept = new Set<string>();
  const gone = new Map<string, { grant: OpenGrant; reason: string }>();
  const close = (grant: OpenGrant, reason: string, isReplaced = false): void => {
    end.push({ grantId: grant.id, name: grant.name, applicationId: grant.applicationId, reason, isReplaced });
    if (isReplaced) kept.add(grant.entitlementId);
    else gone.set(grant.entitlementId, { grant, reason });
  };
  const birthright = (one: DesiredEntitlement): GrantToGive => ({ entitlementId: one.entitlementId, name: one.name, applicationId: one.applicationId, source: 'birthright', roleId: one.roleId, reason: `birthright of the role ${one.roleName}`, expiresAt: null });

  for (const grant of openGrants) {
    const right = wanted.get(grant.entitlementId);
    if (!isHere) close(grant, `${person.displayName} is not here`);
    else if (right !== undefined) {
      const isSame = grant.source === 'birthright' ? desired.some((one) => one.entitlementId === grant.entitlementId && one.roleId === grant.roleId) : grant.source === 'direct' && kind !== 'mover';
      if (isSame) kept.add(grant.entitlementId);
      else {
        close(grant, `birthright of the role ${right.roleName} now`, true);
        give.push(birthright(right));
      }
    } else if (grant.expiresAt !== null && grant.expiresAt <= now) close(grant, grant.source === 'carry-over' ? 'the carry-over has ended' : 'the time of this grant is over');
    else if (grant.source === 'birthright') close(grant, 'no role gives it any more');
    else if (kind === 'mover' && grant.source !== 'carry-over' && (grant.expiresAt === null || grant.expiresAt > later(now, carryOverMs))) {
      close(grant, 'moved: kept as a carry-over', true);
      give.push({ entitlementId: grant.entitlementId, name: grant.name, applicationId: grant.applicationId, source: 'carry-over', roleId: null, reason: `carried over from before the move${person.managerId === null ? '' : '; the manager decides'}`, expiresAt: later(now, carryOverMs) });
    } else kept.add(grant.entitlementId);
  }
  const held = new Set(openGrants.map((grant) => grant.entitlementId));
  const added = [...wanted.values()].filter((one) => !held.has(one.entitlementId));
  give.push(...added.map(birthright));

  const byId = new Map<string, { applicationId: string; nativeId: string; name: string }>();
  for (const one of [...openGrants, ...wanted.values()]) byId.set(one.entitlementId, one);
  const steps: PlannedStep[] = [];
  for (const system of systems) {
    const isOurs = (one: { readonly applicationId: string }): boolean => one.applicationId === system.applicationId;
    const waiting = unsettled.filter(isOurs);
    const own = accounts.filter((account) => isOurs(account) && account.status !== 'deleted');
    const account = own.find((one) => one.status === 'active') ?? own[0] ?? null;
    // A grant that was just given by hand is open already, and no reason that the account had before.
    const hadReason = openGrants.some((grant) => isOurs(grant) && !waiting.some((one) => one.action === 'grant' && one.entitlementId === grant.entitlementId));
    const staying = [...kept].filter((entitlementId) => byId.get(entitlementId)?.applicationId === system.applicationId);
    const coming = added.filter(isOurs);
    const hasReason = staying.length + coming.length > 0;
    const add = stepsOf(system, true, 100);

    // Old access goes before new access comes, in each system: the overlap is never more than zero.
    const revoked = new Set<string>();
    const take = (entitlementId: string, one: { nativeId: string; name: string }, reason: string, only: string | null): void => {
      const holders = own.filter((each) => (only !== null ? each.id === only : each.id === account?.id || holdings.some((holding) => holding.accountId === each.id && holding.entitlementId === entitlementId)));
      for (const holder of holders) {
        if (revoked.has(`${holder.id} ${entitlementId}`)) continue;
        revoked.add(`${holder.id} ${entitlementId}`);
        steps.push(add(revoke(holder, entitlementId, one, reason)));
      }
    };
    for (const { grant, reason } of gone.values()) if (isOurs(grant)) take(grant.entitlementId, grant, reason, grant.accountId);
    for (const one of waiting) {
      if (one.entitlementId === null || one.nativeId === null || kept.has(one.entitlementId) || wanted.has(one.entitlementId)) continue;
      take(one.entitlementId, { nativeId: one.nativeId, name: one.name ?? one.nativeId }, 'taken over from an unfinished movement', one.accountId);
    }
    for (const one of situation.reverts ?? []) if (one.kind === 'unexplained_holding' && isOurs(one)) take(one.entitlementId, one, 'no grant explains it: a human took it back', one.accountId);

    const wasLeaving = waiting.some((one) => one.action === 'disable' || one.action === 'enable');
    for (const each of own) {
      const isTakenBack = (situation.reverts ?? []).some((one) => one.kind === 'leaver_active' && one.accountId === each.id);
      const hasLostItsReason = hadReason && !hasReason && each.status !== 'disabled';
      if (isTakenBack || (!hasReason && (hasLostItsReason || waiting.some((one) => one.action === 'disable')))) {
        steps.push(add({ action: 'disable', isRemoval: true, accountId: each.id, title: `disable the account ${each.login}`, reason: isTakenBack ? 'its person is not here: a human took it back' : 'no grant gives it a reason any more', wanted: { is: 'disabled' } }));
      }
    }
    if (hasReason && isHere) {
      if (account === null) {
        const fresh = accountFor(person, system);
        steps.push(add({ action: 'create_account', isRemoval: false, title: `create the account ${fresh.login}`, reason: kind === 'joiner' ? `${person.displayName} joined` : `${person.displayName} gets access here`, wanted: { is: 'account', ...fresh, ...(waiting.some((one) => one.isPerhapsMade) ? { isPerhapsMade: true as const } : {}) } }));
      } else {
        if (kind === 'rehire' || wasLeaving || (account.status !== 'active' && (kind === 'joiner' || !hadReason))) {
          steps.push(add({ action: 'enable', isRemoval: false, accountId: account.id, title: `enable the account ${account.login}`, reason: kind === 'rehire' ? `${person.displayName} came back` : `${person.displayName} gets access here`, wanted: { is: 'enabled' } }));
        }
        const patch = patchFor(situation, system, waiting.flatMap((one) => one.attributes ?? []));
        if (Object.keys(patch).length > 0) steps.push(add({ action: 'update_account', isRemoval: false, accountId: account.id, title: `update ${Object.keys(patch).join(', ')} of ${account.login}`, reason: 'it changed in the directory', wanted: { is: 'attributes', patch } }));
      }
      const late = staying.filter((entitlementId) => kind === 'rehire' || kind === 'joiner' || waiting.some((one) => one.entitlementId === entitlementId) || (situation.reverts ?? []).some((one) => one.kind === 'missing_holding' && one.entitlementId === entitlementId));
      const toGrant = [...coming.map((one) => one.entitlementId), ...late];
      for (const entitlementId of toGrant) {
        const one = byId.get(entitlementId);
        if (one === undefined) continue;
        const right = wanted.get(entitlementId);
        steps.push(add({ action: 'grant', isRemoval: false, accountId: account?.id ?? null, entitlementId, title: `give ${one.name}`, reason: right === undefined ? 'a grant says so' : `birthright of the role ${right.roleName}`, wanted: { is: 'granted', entitlement: one.nativeId, name: one.name } }));
      }
    }
  }
  return { kind, steps, give, end };
}

type StepParts = Pick<PlannedStep, 'action' | 'isRemoval' | 'title' | 'reason' | 'wanted'> & { readonly accountId?: string | null; readonly entitlementId?: string | null };

function stepsOf(system: ConnectedSystem, waitsForEarlier: boolean, first: number): (parts: StepParts) => PlannedStep {
  let position = first;
  return (parts) => ({
    applicationId: system.applicationId, surface: null, system: system.name, accountId: null, entitlementId: null, ...parts,
    position: position++, waitsForEarlier, heldBecause: system.mode === 'live' ? null : system.mode,
  });
}

const revoke = (account: KnownAccount, entitlementId: string, one: { readonly nativeId: string; readonly name: string }, reason: string): StepParts => ({
  action: 'revoke', isRemoval: true, accountId: account.id, entitlementId, title: `take ${one.name} from ${account.login}`, reason, wanted: { is: 'not_granted', entitlement: one.nativeId, name: one.name },
});

export function loginFor(person: MovingPerson, loginFrom: LoginFrom): string {
  switch (loginFrom) {
    case 'username': return person.username;
    case 'email': return person.workEmail ?? person.username;
    case 'email-name': return (person.workEmail ?? person.username).replace(/@.*$/, '').toLowerCase();
    case 'employee-number': return person.employeeNumber ?? person.username;
  }
}

const personal = (person: MovingPerson): Readonly<Record<string, string | null>> => ({ displayName: person.displayName, title: person.title, department: person.department, employeeNumber: person.employeeNumber, location: person.location });

function accountFor(person: MovingPerson, system: ConnectedSystem): { login: string; email: string; givenName?: string; familyName?: string; attributes: Record<string, string> } {
  const attributes: Record<string, string> = {};
  for (const [name, value] of Object.entries(personal(person))) if (value !== null && value !== '' && system.writes.includes(name)) attributes[name] = value;
  return {
    login: loginFor(person, system.loginFrom), email: person.workEmail ?? '', attributes,
    ...(person.givenName === null ? {} : { givenName: person.givenName }), ...(person.familyName === null ? {} : { familyName: person.familyName }),
  };
}

/** Only what changed in the directory: a value that somebody set in the target by hand stays. */
function patchFor({ person, changes }: Situation, system: ConnectedSystem, unfinished: readonly string[]): Record<string, string | null> {
  const now: Readonly<Record<string, string | null>> = { ...personal(person), email: person.workEmail, givenName: person.givenName, familyName: person.familyName };
  const names: Readonly<Record<string, string>> = { workEmail: 'email', givenName: 'givenName', familyName: 'familyName', displayName: 'displayName', title: 'title', department: 'department', employeeNumber: 'employeeNumber', location: 'location' };
  const patch: Record<string, string | null> = {};
  for (const name of new Set([...Object.keys(changes).map((changed) => names[changed]), ...unfinished])) {
    if (name === undefined || !system.writes.includes(name)) continue;
    // An account without an address is no account in most systems.
    if (name === 'email' && now[name] === null) continue;
    patch[name] = now[name] ?? null;
  }
  return patch;
}

// ---- words

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;
const systemsOf = (rows: readonly { readonly applicationId: string | null }[]): string => count(new Set(rows.map((row) => row.applicationId)).size, 'system', 'systems');

/** `gives 3 grants in 2 systems, removes 14 grants in 5 systems`. */
export function wordsOf(plan: MovementPlan): string {
  const parts: string[] = [];
  const of = (action: StepAction): readonly PlannedStep[] => plan.steps.filter((step) => step.action === action);
  const ended = plan.end.filter((grant) => !grant.isReplaced);
  const given = plan.give.filter((grant) => !plan.end.some((ending) => ending.isReplaced && ending.applicationId === grant.applicationId && ending.name === grant.name));
  if (of('end_own_sessions').length > 0) parts.push('ends every session here');
  if (ended.length > 0) parts.push(`removes ${count(ended.length, 'grant', 'grants')} in ${systemsOf(ended)}`);
  else if (of('revoke').length > 0) parts.push(`takes ${count(of('revoke').length, 'entitlement', 'entitlements')} away in ${systemsOf(of('revoke'))}`);
  if (of('disable').length > 0) parts.push(`disables ${count(of('disable').length, 'account', 'accounts')}`);
  if (of('create_account').length > 0) parts.push(`makes ${count(of('create_account').length, 'account', 'accounts')}`);
  if (of('enable').length > 0) parts.push(`enables ${count(of('enable').length, 'account', 'accounts')}`);
  if (given.length > 0) parts.push(`gives ${count(given.length, 'grant', 'grants')} in ${systemsOf(given)}`);
  // The grant itself was given before, by hand: only the target follows.
  else if (of('grant').length > 0) parts.push(`gives ${count(of('grant').length, 'entitlement', 'entitlements')} in ${systemsOf(of('grant'))}`);
  if (of('update_account').length > 0) parts.push(`updates ${count(of('update_account').length, 'account', 'accounts')}`);
  const carried = plan.give.filter((grant) => grant.source === 'carry-over');
  if (carried.length > 0) parts.push(`keeps ${count(carried.length, 'hand-given grant', 'hand-given grants')} for 14 days`);
  return parts.length === 0 ? 'changes nothing' : parts.join(', ');
}

export function titleOf(kind: MovementKind, person: MovingPerson, changes: Situation['changes']): string {
  switch (kind) {
    case 'joiner': return `${person.displayName} joins${person.department === null ? '' : ` ${person.department}`}`;
    case 'leaver': return `${person.displayName} leaves`;
    case 'rehire': return `${person.displayName} comes back`;
    case 'mover': {
      const [attribute, pair] = ['department', 'division', 'location', 'title', 'employmentType'].map((name) => [name, changes[name]] as const).find(([, found]) => found !== undefined) ?? ['', undefined];
      return pair === undefined ? `${person.displayName} moves` : `${person.displayName}: ${attribute === 'employmentType' ? 'employment type' : attribute} ${say(pair[0])} → ${say(pair[1])}`;
    }
    case 'adjust': return `the access of ${person.displayName} is adjusted`;
  }
}

const say = (value: unknown): string => (typeof value === 'string' && value !== '' ? value : 'none');

/** A change of these is a move; anything else only updates accounts. */
export const movingAttributes = ['department', 'division', 'title', 'location', 'employmentType'] as const;
export const isMove = (changes: Situation['changes']): boolean => movingAttributes.some((name) => changes[name] !== undefined);

/** Leavers before movers before joiners, whatever waits. */
export const urgencyOf = (kind: MovementKind): number => ({ leaver: 0, mover: 1, adjust: 2, rehire: 3, joiner: 4 })[kind];

// ---- states

export interface StepStanding {
  readonly state: StepState;
  readonly heldBecause: HeldBecause | null;
  readonly isRemoval: boolean;
  readonly provenAt: Date | null;
  readonly isSuperseded: boolean;
  /** Waits for an earlier step of its system that waits for a person. */
  readonly isBlocked?: boolean;
}

/**
 * INVARIANT: done only when every step is proven, or skipped with a reason; proven only when every step is. An alarm stays an alarm until then.
 */
export function standingOf(steps: readonly StepStanding[], facts: { readonly isAlarmed: boolean; readonly plannedAt: Date }): { state: MovementState; provenAt: Date | null; zeroAt: Date | null } {
  const open = steps.filter((step) => isOpen(step.state));
  const latest = (some: readonly StepStanding[]): Date | null => some.reduce<Date | null>((last, { provenAt }) => (provenAt !== null && (last === null || provenAt > last) ? provenAt : last), null);
  const removals = steps.filter((step) => step.isRemoval);
  const zeroAt = removals.length > 0 && removals.every((step) => step.state === 'proven') ? latest(removals) : null;
  if (open.length === 0) {
    if (steps.some((step) => step.isSuperseded)) return { state: 'cancelled', provenAt: null, zeroAt };
    return { state: 'done', provenAt: steps.every((step) => step.state === 'proven') ? (latest(steps) ?? facts.plannedAt) : null, zeroAt };
  }
  if (facts.isAlarmed) return { state: 'alarm', provenAt: null, zeroAt };
  if (open.every((step) => step.heldBecause === 'approval')) return { state: 'planned', provenAt: null, zeroAt };
  if (open.every((step) => step.heldBecause !== null || step.state === 'action_required' || step.isBlocked === true)) return { state: 'waiting', provenAt: null, zeroAt };
  return { state: 'running', provenAt: null, zeroAt };
}

/** PRODUCT 2.2, the brake: more than max(5 accounts, 10 %) of a system in one run stops and asks. */
export const exceedsBrake = (removals: number, accounts: number): boolean => removals > Math.max(5, Math.floor(accounts / 10));
