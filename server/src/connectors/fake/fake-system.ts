import { digestOf } from '../../platform/crypto/index.ts';

/**
 * A target system that exists only in memory, outside of Bailiwick, and behaves as badly as its schedule says.
 * Everything it does it writes into its operation log, so that a test can ask: was anything done twice?
 * The same seed and the same calls give the same faults.
 */
export interface FakeAccount {
  readonly id: string;
  readonly login: string;
  readonly email: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly profile: Readonly<Record<string, string>>;
  readonly isEnabled: boolean;
  readonly isAdministrator: boolean;
  readonly lastSignInAt: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly sessions: number;
  readonly secretDigest: string | null;
  readonly groups: readonly string[];
}

export interface FakeGroup {
  readonly id: string;
  readonly name: string;
  readonly isPrivileged: boolean;
}

/** One effective write: a refused or repeated one that changed nothing is not here. */
export interface LoggedOperation {
  readonly number: number;
  readonly at: string;
  readonly operationId: string;
  readonly operation: string;
  readonly accountId: string;
  readonly login: string;
  readonly detail: string;
}

export interface LoggedChange {
  readonly number: number;
  readonly at: string;
  readonly kind: 'upsert' | 'delete';
  readonly accountId: string;
}

export interface LoggedUse {
  readonly number: number;
  readonly at: string;
  readonly accountId: string;
}

/** Chances are per request, from 0 to 1. */
export interface FaultSchedule {
  readonly latencyMs?: readonly [number, number];
  readonly rateLimited?: number;
  readonly transient?: number;
  /** The write happens, the reply never comes. */
  readonly lostReply?: number;
  /** The write answers well and does nothing. */
  readonly silentNoOp?: number;
  /** The full list comes back empty, with status 200. */
  readonly emptyList?: number;
  /** Reads show the state of this long ago. */
  readonly staleMs?: number;
  /** Every request is refused with 503 until then. */
  readonly downUntil?: string;
}

export type ScriptedFault = 'rate_limited' | 'transient' | 'lost_reply' | 'silent_no_op' | 'empty_list' | 'stall';

/** Faults to come next, before the dice are asked; `on` names the operation, `any` the next request of all. */
export interface ScriptedStep {
  readonly on: string;
  readonly fault: ScriptedFault;
  readonly times?: number;
}

export interface FakeSystemOptions {
  readonly seed: number;
  readonly now: () => Date;
  readonly token: string;
  readonly faults?: FaultSchedule;
  readonly groups?: readonly string[];
  /** How many changes are remembered; an older cursor has expired. */
  readonly changesKept?: number;
}

/** mulberry32: 32 bits of state are plenty for dice. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Version {
  readonly at: number;
  readonly account: FakeAccount | null;
}

export type Verdict = { readonly fault: ScriptedFault | null; readonly latencyMs: number };

export class FakeSystem {
  readonly token: string;
  readonly operations: LoggedOperation[] = [];
  readonly changes: LoggedChange[] = [];
  readonly uses: LoggedUse[] = [];
  faults: FaultSchedule;
  readonly #script: { on: string; fault: ScriptedFault; left: number }[] = [];
  readonly #versions = new Map<string, Version[]>();
  readonly #groups = new Map<string, FakeGroup>();
  readonly #roll: () => number;
  readonly #now: () => Date;
  readonly #changesKept: number;
  #count = 0;

  constructor(options: FakeSystemOptions) {
    this.token = options.token;
    this.faults = options.faults ?? {};
    this.#roll = dice(options.seed);
    this.#now = options.now;
    this.#changesKept = options.changesKept ?? 10_000;
    for (const name of options.groups ?? ['staff', 'engineers', 'admins']) this.addGroup(name);
  }

  // What a test or a demo does to the system directly, as its own administrator would.

  addGroup(name: string): FakeGroup {
    const group = { id: `g-${this.#groups.size + 1}`, name, isPrivileged: name === 'admins' };
    this.#groups.set(group.id, group);
    return group;
  }

  script(...steps: readonly ScriptedStep[]): void {
    for (const step of steps) this.#script.push({ on: step.on, fault: step.fault, left: step.times ?? 1 });
  }

  openSession(id: string): void {
    this.#change(id, 'sign_in', 'host', (account) => ({ ...account, sessions: account.sessions + 1, lastSignInAt: this.#now().toISOString() }), false);
    this.uses.push({ number: this.uses.length + 1, at: this.#now().toISOString(), accountId: id });
  }

  hasSecret(id: string, value: string): boolean {
    return this.latest(id)?.secretDigest === digestOf(value).toString('hex');
  }

  /** The true state now, whatever the reads say. */
  latest(id: string): FakeAccount | null {
    return this.#versions.get(id)?.at(-1)?.account ?? null;
  }

  everyAccount(): readonly FakeAccount[] {
    return [...this.#versions.keys()].map((id) => this.latest(id)).filter((account) => account !== null);
  }

  // What the door asks.

  /** Decides, once per request, what goes wrong with it. */
  verdict(operation: string, isWrite: boolean): Verdict {
    const { faults } = this;
    const [least, most] = faults.latencyMs ?? [0, 0];
    const latencyMs = Math.round(least + (most - least) * this.#roll());
    if (faults.downUntil !== undefined && this.#now().getTime() < Date.parse(faults.downUntil)) return { fault: 'transient', latencyMs };
    const scripted = this.#script.find((step) => step.left > 0 && (step.on === operation || step.on === 'any' || step.on === (isWrite ? 'write' : 'read')));
    if (scripted !== undefined) {
      scripted.left -= 1;
      return { fault: scripted.fault, latencyMs };
    }
    const chances: readonly (readonly [ScriptedFault, number | undefined, boolean])[] = [
      ['rate_limited', faults.rateLimited, true], ['transient', faults.transient, true],
      ['lost_reply', faults.lostReply, isWrite], ['silent_no_op', faults.silentNoOp, isWrite],
      ['empty_list', faults.emptyList, operation === 'list'],
    ];
    for (const [fault, chance, applies] of chances) if (applies && chance !== undefined && this.#roll() < chance) return { fault, latencyMs };
    return { fault: null, latencyMs };
  }

  read(id: string): FakeAccount | null {
    return this.#asSeen(this.#versions.get(id) ?? []);
  }

  /** By id, after `after`; the order of ids is the order of creation. */
  page(after: string, size: number): readonly FakeAccount[] {
    const items: FakeAccount[] = [];
    for (const id of [...this.#versions.keys()].sort()) {
      if (id <= after) continue;
      const account = this.read(id);
      if (account !== null) items.push(account);
      if (items.length === size) break;
    }
    return items;
  }

  byLogin(login: string): FakeAccount | null {
    return this.everyAccount().find((account) => account.login.toLowerCase() === login.toLowerCase()) ?? null;
  }

  groups(): readonly FakeGroup[] {
    return [...this.#groups.values()];
  }

  group(id: string): FakeGroup | null {
    return this.#groups.get(id) ?? null;
  }

  create(operationId: string, fields: { login: string; email: string; givenName: string | null; familyName: string | null; profile: Record<string, string>; secret: string | null }): FakeAccount | 'taken' {
    if (this.byLogin(fields.login) !== null) return 'taken';
    this.#count += 1;
    const at = this.#now().toISOString();
    const account: FakeAccount = {
      id: `a-${String(this.#count).padStart(8, '0')}`, login: fields.login, email: fields.email, givenName: fields.givenName,
      familyName: fields.familyName, profile: fields.profile, isEnabled: true, isAdministrator: false, lastSignInAt: null,
      createdAt: at, updatedAt: at, sessions: 0, groups: [],
      secretDigest: fields.secret === null ? null : digestOf(fields.secret).toString('hex'),
    };
    this.#save(account.id, account);
    this.#log(operationId, 'create', account, '');
    return account;
  }

  update(operationId: string, id: string, fields: Readonly<Record<string, string | null>>): boolean {
    return this.#change(id, 'update', operationId, (account) => {
      const profile = { ...account.profile };
      const own: { login?: string; email?: string; givenName?: string | null; familyName?: string | null } = {};
      for (const [name, value] of Object.entries(fields)) {
        if (name === 'givenName' || name === 'familyName') own[name] = value;
        else if (name === 'login' || name === 'email') own[name] = value ?? '';
        else if (value === null) delete profile[name];
        else profile[name] = value;
      }
      return { ...account, ...own, profile };
    });
  }

  setEnabled(operationId: string, id: string, isEnabled: boolean): boolean {
    return this.#change(id, isEnabled ? 'enable' : 'disable', operationId, (account) => ({ ...account, isEnabled }));
  }

  remove(operationId: string, id: string): boolean {
    const account = this.latest(id);
    if (account === null) return false;
    this.#save(id, null);
    this.#log(operationId, 'remove', account, '');
    return true;
  }

  setMember(operationId: string, groupId: string, id: string, isMember: boolean): boolean {
    const account = this.latest(id);
    if (account === null || account.groups.includes(groupId) === isMember) return false;
    return this.#change(id, isMember ? 'grant' : 'revoke', operationId, (before) => ({
      ...before, groups: isMember ? [...before.groups, groupId] : before.groups.filter((one) => one !== groupId),
    }), true, groupId);
  }

  endSessions(operationId: string, id: string): boolean {
    if ((this.latest(id)?.sessions ?? 0) === 0) return false;
    return this.#change(id, 'revokeSessions', operationId, (account) => ({ ...account, sessions: 0 }));
  }

  setSecret(operationId: string, id: string, value: string): boolean {
    return this.#change(id, 'setSecret', operationId, (account) => ({ ...account, secretDigest: digestOf(value).toString('hex') }));
  }

  oldestChange(): number {
    return this.changes[0]?.number ?? 1;
  }

  #change(id: string, operation: string, operationId: string, to: (account: FakeAccount) => FakeAccount, isLogged = true, detail = ''): boolean {
    const before = this.latest(id);
    if (before === null) return false;
    const after = to(before);
    if (JSON.stringify(after) === JSON.stringify(before)) return false;
    this.#save(id, { ...after, updatedAt: this.#now().toISOString() });
    if (isLogged) this.#log(operationId, operation, after, detail);
    return true;
  }

  #save(id: string, account: FakeAccount | null): void {
    const at = this.#now();
    const versions = this.#versions.get(id) ?? [];
    versions.push({ at: at.getTime(), account });
    if (versions.length > 50) versions.shift();
    this.#versions.set(id, versions);
    this.changes.push({ number: (this.changes.at(-1)?.number ?? 0) + 1, at: at.toISOString(), kind: account === null ? 'delete' : 'upsert', accountId: id });
    if (this.changes.length > this.#changesKept) this.changes.shift();
  }

  #log(operationId: string, operation: string, account: FakeAccount, detail: string): void {
    this.operations.push({ number: this.operations.length + 1, at: this.#now().toISOString(), operationId, operation, accountId: account.id, login: account.login, detail });
  }

  #asSeen(versions: readonly Version[]): FakeAccount | null {
    const until = this.#now().getTime() - (this.faults.staleMs ?? 0);
    return versions.findLast((version) => version.at <= until)?.account ?? null;
  }
}
