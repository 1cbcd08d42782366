import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { ConnectorError, type ConnectorErrorKind } from './connector-error.ts';
import {
  methodOf, type CallContext, type Connector, type InitialSecret, type NewAccount, type Observation, type Operation, type Outcome, type Reference, type Resource,
  type ResourceType, type Target,
} from './connector.ts';

/**
 * The one list of cases that every connector passes, against a real peer. A case that a system cannot have is skipped
 * with its reason, never left out by hand.
 */

/** Breaks the conversation, once, at the next request that fits. */
export interface Wire {
  /** The system acts, and its reply never arrives. */
  loseNextReplyToWrite(): void;
  failNextRead(): void;
  stallNextRead(): void;
  /** HTTP only: the system answers this, without acting. */
  answerNext?(status: number, headers: Readonly<Record<string, string>>): void;
}

/** What a human did in a system without an API. */
export type HandStep =
  | { readonly kind: 'create'; readonly account: NewAccount }
  | { readonly kind: 'setEnabled'; readonly account: Reference; readonly isEnabled: boolean }
  | { readonly kind: 'remove'; readonly account: Reference }
  | { readonly kind: 'grant' | 'revoke'; readonly entitlement: string; readonly principal: Reference };

export interface Harness {
  readonly connector: Connector;
  context(over?: Partial<CallContext>): CallContext;
  /** A context whose credential is wrong; absent where there is none. */
  strangerContext?(): CallContext;
  /** An id that was never given to anybody, in this system's form. */
  readonly unknownId: string;
  /** A natural key of this system made from a hint that is unique in the run. */
  login(hint: string): string;
  /** For systems that keep an account without a secret disabled. */
  readonly initialSecret?: InitialSecret;
  /** The id of an entitlement that can be granted, seen in `list('group')`. */
  entitlement(): Promise<string>;
  readonly wire?: Wire;
  byHand?(step: HandStep): Promise<void>;
  /** Opens a session of the account and tells, later, whether it still lives. */
  openSession?(account: Reference, login: string): Promise<() => Promise<boolean>>;
  /** Whether the system lets the account in with this secret. */
  letsIn?(account: Reference, login: string, secret: string): Promise<boolean>;
  /** What the secret keeper was given under this reference. */
  kept?(reference: string): string;
  /** Lines that the connector logged. */
  readonly log: readonly string[];
  close(): Promise<void>;
}

/** Every secret here is made up; none may ever appear in a text. */
const hostileLogins = [
  "o'brien", 'say "hi"', 'back\\slash', 'star*', 'paren(s)', '*()\\', ')(uid=*', "x'; drop role postgres; --", 'comma,plus+equals=', '#hash', ' leading',
  'trailing ', '=cmd|calc', '@SUM(A1)', '+1', 'żółć', '日本語', 'e\u0301', '😀', 'a\u0000b', 'a\nb', 'A'.repeat(256), '\u202Egnp.exe', '<b>x</b>', '%2e%2e/x', '{{7*7}}',
];

export function connectorContract(name: string, start: () => Promise<Harness>): void {
  describe(`${name} keeps the connector contract`, () => {
    let peer: Harness;
    let run = 0;

    beforeAll(async () => { peer = await start(); }, 60_000);
    afterAll(async () => { await peer?.close(); }, 60_000);

    const can = (operation: Operation, type: ResourceType = 'account'): boolean =>
      peer.connector.capabilities().types.some((one) => one.type === type && one.operations.includes(operation));
    const need = (t: TestContext, isThere: boolean, reason: string): void => { if (!isThere) t.skip(reason); };
    const accountCapability = () => {
      const found = peer.connector.capabilities().types.find((one) => one.type === 'account');
      if (found === undefined) throw new Error('a connector without accounts');
      return found;
    };
    const asDryRun = (): CallContext => peer.context({ dryRun: true });
    const newAccount = (hint: string): NewAccount => {
      run += 1;
      const login = peer.login(`${hint}${run}`);
      return { login, email: `${hint}${run}@example.com`, givenName: 'Maria', familyName: `Ivanova ${run}`, ...(peer.initialSecret === undefined ? {} : { initialSecret: peer.initialSecret }) };
    };

    /** Looks until it is so, inside the settle window that the connector declares. */
    const seen = async (target: Target, isSo: (one: Observation) => boolean): Promise<Observation> => {
      const { settleMs } = accountCapability();
      const until = performance.now() + (settleMs ?? 0) * 3;
      for (;;) {
        const observed = await peer.connector.observe(peer.context(), target);
        if (isSo(observed) || performance.now() >= until) {
          expect(observed).toSatisfy(isSo);
          return observed;
        }
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
    };
    const perform = async (outcome: Outcome, step: HandStep): Promise<Outcome> => {
      if (outcome.status === 'action_required') {
        if (peer.byHand === undefined) throw new Error('an action is required and the harness has no hands');
        await peer.byHand(step);
      } else expect(outcome.status).toBe('done');
      return outcome;
    };
    const create = async (account: NewAccount): Promise<Reference> => {
      const { reference } = await perform(await call('create')(peer.context(), account), { kind: 'create', account });
      if (reference === undefined) throw new Error('create gave no reference');
      await seen({ resource: reference }, (one) => one.exists);
      return reference;
    };
    const setEnabled = async (account: Reference, isEnabled: boolean): Promise<Outcome> =>
      perform(await call('setEnabled')(peer.context(), account, isEnabled), { kind: 'setEnabled', account, isEnabled });

    function call<Name extends 'create' | 'update' | 'setEnabled' | 'remove' | 'grant' | 'revoke' | 'revokeSessions' | 'setSecret' | 'changes' | 'usage'>(method: Name): NonNullable<Connector[Name]> {
      const found = peer.connector[method];
      if (found === undefined) throw new Error(`the connector has no ${method}`);
      return found.bind(peer.connector) as NonNullable<Connector[Name]>;
    }

    const every = async (type: ResourceType, size: number): Promise<Resource[]> => {
      const items: Resource[] = [];
      let token: string | undefined;
      for (let pages = 0; pages < 500; pages += 1) {
        const page = await peer.connector.list(peer.context(), type, { size, ...(token === undefined ? {} : { token }) });
        items.push(...page.items);
        expect(page.items.length).toBeLessThanOrEqual(size);
        if (page.next === undefined) return items;
        token = page.next;
      }
      throw new Error('the list never ends');
    };
    const failure = async (work: Promise<unknown>): Promise<ConnectorError> => {
      const fault = await work.then((value) => { throw new Error(`this should have failed, and gave ${JSON.stringify(value)}`); }, (caught: unknown) => caught);
      if (!(fault instanceof ConnectorError)) throw fault;
      return fault;
    };
    const refused = async (work: Promise<unknown>, ...kinds: ConnectorErrorKind[]): Promise<ConnectorError> => {
      const fault = await failure(work);
      expect(kinds).toContain(fault.kind);
      return fault;
    };

    test('every declared operation has its method, and every permission belongs to a declared operation', () => {
      for (const type of peer.connector.capabilities().types) {
        for (const operation of type.operations) expect(peer.connector[methodOf[operation]], operation).toBeTypeOf('function');
        for (const operation of Object.keys(type.permissions)) expect(type.operations).toContain(operation);
      }
    });

    test('the check says who we are and that nothing is missing', async () => {
      const result = await peer.connector.check(peer.context());
      expect(result.isReady).toBe(true);
      expect(result.identity).not.toBe('');
      expect(result.missing).toEqual([]);
    });

    test('a wrong credential is an error, never an empty list', async (t) => {
      const stranger = peer.strangerContext?.bind(peer);
      if (stranger === undefined) return t.skip('this system has no credential');
      await refused(peer.connector.check(stranger()), 'auth');
      await refused(peer.connector.list(stranger(), 'account', { size: 2 }), 'auth');
      await refused(peer.connector.observe(stranger(), { resource: { type: 'account', id: peer.unknownId } }), 'auth');
    });

    test('a dry run plans a new account and makes none', async () => {
      const account = newAccount('planned');
      const outcome = await call('create')(asDryRun(), account);
      expect(outcome.status).toBe('planned');
      expect(outcome.plan?.difference['login'] ?? outcome.plan?.difference['exists']).toBeDefined();
      expect((await every('account', 100)).map((one) => one.name)).not.toContain(account.login);
    });

    test('a new account is seen by a direct read, active and under its own name', async () => {
      const account = newAccount('born');
      const reference = await create(account);
      const observed = await seen({ resource: reference }, (one) => one.exists);
      expect(observed.resource?.account?.login).toBe(account.login);
      expect(observed.resource?.account?.status).toBe('active');
      expect(observed.via).not.toBe('');
    });

    test('creating the same account twice gives the same account', async () => {
      const account = newAccount('twice');
      const reference = await create(account);
      const again = await call('create')(peer.context(), account);
      expect(again).toMatchObject({ status: 'already', reference });
      expect((await every('account', 100)).filter((one) => one.account?.login === account.login)).toHaveLength(1);
    });

    test('two creations at the same moment give one account', async (t) => {
      need(t, peer.byHand === undefined, 'a human does one thing at a time');
      const account = newAccount('race');
      const outcomes = await Promise.all([call('create')(peer.context(), account), call('create')(peer.context(), account)]);
      expect(new Set(outcomes.map((one) => one.reference?.id)).size).toBe(1);
    });

    test('pages of two end, repeat nobody and show the new account', async () => {
      const made: string[] = [];
      for (const hint of ['pagea', 'pageb', 'pagec']) made.push((await create(newAccount(hint))).id);
      const ids = (await every('account', 2)).map((one) => one.id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of made) expect(ids).toContain(id);
      expect(ids.toSorted()).toEqual((await every('account', 100)).map((one) => one.id).toSorted());
    });

    test('the digest stays while nothing changes and moves when something does', async () => {
      const reference = await create(newAccount('digest'));
      const first = await seen({ resource: reference }, (one) => one.exists);
      const second = await peer.connector.observe(peer.context(), { resource: reference });
      expect(second.digest).toBe(first.digest);
      await setEnabled(reference, false);
      const third = await seen({ resource: reference }, (one) => one.resource?.account?.status !== 'active');
      expect(third.digest).not.toBe(first.digest);
    });

    test('disabling and enabling are seen, and doing either twice is nothing new', async () => {
      const reference = await create(newAccount('able'));
      const plan = await call('setEnabled')(asDryRun(), reference, false);
      expect(plan.status).toBe('planned');
      await seen({ resource: reference }, (one) => one.resource?.account?.status === 'active');
      await setEnabled(reference, false);
      await seen({ resource: reference }, (one) => one.resource?.account?.status === 'disabled');
      expect((await call('setEnabled')(peer.context(), reference, false)).status).toBe('already');
      expect((await every('account', 100)).find((one) => one.id === reference.id)?.account?.status).toBe('disabled');
      await setEnabled(reference, true);
      await seen({ resource: reference }, (one) => one.resource?.account?.status === 'active');
      expect((await call('setEnabled')(peer.context(), reference, true)).status).toBe('already');
    });

    test('a grant is seen, listed, taken back, and neither is done twice', async () => {
      const principal = await create(newAccount('granted'));
      const other = await create(newAccount('other'));
      const entitlement = await peer.entitlement();
      const group: Reference = { type: 'group', id: entitlement };
      expect((await every('group', 100)).map((one) => one.id)).toContain(entitlement);
      expect((await peer.connector.entitlements(peer.context(), group, {})).items.map((one) => one.id)).toContain(entitlement);

      expect((await call('grant')(asDryRun(), entitlement, principal)).status).toBe('planned');
      await seen({ entitlement, principal }, (one) => one.isGranted === false);
      for (const one of [principal, other]) await perform(await call('grant')(peer.context(), entitlement, one), { kind: 'grant', entitlement, principal: one });
      for (const one of [principal, other]) await seen({ entitlement, principal: one }, (observed) => observed.isGranted === true);
      expect((await call('grant')(peer.context(), entitlement, principal)).status).toBe('already');

      const holders: string[] = [];
      let token: string | undefined;
      do {
        const page = await peer.connector.grants(peer.context(), group, { size: 1, ...(token === undefined ? {} : { token }) });
        holders.push(...page.items.map((one) => one.principal.id));
        token = page.next;
      } while (token !== undefined && holders.length < 1_000);
      expect(holders).toEqual(expect.arrayContaining([principal.id, other.id]));
      expect(new Set(holders).size).toBe(holders.length);

      await perform(await call('revoke')(peer.context(), entitlement, principal), { kind: 'revoke', entitlement, principal });
      await seen({ entitlement, principal }, (one) => one.isGranted === false);
      await seen({ entitlement, principal: other }, (one) => one.isGranted === true);
      expect((await call('revoke')(peer.context(), entitlement, principal)).status).toBe('already');
      await perform(await call('revoke')(peer.context(), entitlement, other), { kind: 'revoke', entitlement, principal: other });
      await seen({ entitlement, principal: other }, (one) => one.isGranted === false);
    });

    test('a changed attribute is seen, and what the system has no place for is refused by name', async (t) => {
      const writable = accountCapability().writes ?? [];
      need(t, can('update'), 'this system changes no attributes');
      const reference = await create(newAccount('patched'));
      const [field, value] = writable.includes('familyName') ? ['familyName', "O'Neil-Żółć"] as const : ['login', peer.login(`renamed${run}`)] as const;
      expect((await call('update')(asDryRun(), reference, { [field]: value })).status).toBe('planned');
      expect((await call('update')(peer.context(), reference, { [field]: value })).status).toBe('done');
      await seen({ resource: reference }, (one) => one.resource?.account?.profile[field] === value);
      expect((await call('update')(peer.context(), reference, { [field]: value })).status).toBe('already');
      const missing = (['location', 'title', 'department', 'employeeNumber'] as const).find((name) => !writable.includes(name));
      if (missing !== undefined) expect((await refused(call('update')(peer.context(), reference, { [missing]: 'x' }), 'invalid')).message).toContain(missing);
    });

    test('an unknown account does not exist, and cannot be changed', async () => {
      const nobody: Reference = { type: 'account', id: peer.unknownId };
      expect((await peer.connector.observe(peer.context(), { resource: nobody })).exists).toBe(false);
      await refused(call('setEnabled')(peer.context(), nobody, false), 'not_found');
      await refused(call('grant')(peer.context(), await peer.entitlement(), nobody), 'not_found');
      for (const id of ['', '..', '../accounts', "' or 1=1 --", '*', '<GUID=*>', '\u0000']) {
        const observed = await peer.connector.observe(peer.context(), { resource: { type: 'account', id } }).catch((fault: unknown) => fault);
        if (observed instanceof Error) expect(observed).toSatisfy((fault) => fault instanceof ConnectorError && ['not_found', 'invalid'].includes(fault.kind));
        else expect(observed).toMatchObject({ exists: false });
      }
    });

    test('a removed account is gone as declared, and removing it twice is nothing new', async (t) => {
      need(t, can('remove'), 'this system removes nothing');
      const reference = await create(newAccount('removed'));
      expect((await call('remove')(asDryRun(), reference)).status).toBe('planned');
      await perform(await call('remove')(peer.context(), reference), { kind: 'remove', account: reference });
      const isHard = accountCapability().removalIs === 'hard';
      await seen({ resource: reference }, (one) => (isHard ? !one.exists : one.resource?.account?.status !== 'active'));
      expect((await call('remove')(peer.context(), reference)).status).toBe('already');
      const entitlement = await peer.entitlement();
      if (isHard) expect((await call('revoke')(peer.context(), entitlement, reference)).status).toBe('already');
    });

    test('a system that says "later" is heard, in each of the four ways of writing when', async (t) => {
      const answerNext = peer.wire?.answerNext?.bind(peer.wire);
      if (answerNext === undefined) return t.skip('this system does not speak HTTP');
      const now = peer.context().now().getTime();
      const ways: readonly (readonly [string, string])[] = [
        ['retry-after', '30'], ['retry-after', new Date(now + 30_000).toUTCString()],
        ['x-ratelimit-reset', String(Math.ceil((now + 30_000) / 1_000))], ['x-ratelimit-reset', new Date(now + 30_000).toISOString()],
      ];
      for (const [header, value] of ways) {
        answerNext(429, { [header]: value });
        const fault = await refused(peer.connector.list(peer.context(), 'account', { size: 2 }), 'rate_limited');
        expect(fault.retryAfterMs, `${header}: ${value}`).toBeGreaterThan(25_000);
        expect(fault.retryAfterMs, `${header}: ${value}`).toBeLessThanOrEqual(32_000);
        expect(fault.isRetryable).toBe(true);
      }
    });

    test('a lost reply to a creation is called ambiguous, and asking again finds the one account', async (t) => {
      if (peer.wire === undefined) return t.skip('there is no wire to cut');
      const account = newAccount('lost');
      peer.wire.loseNextReplyToWrite();
      const fault = await refused(call('create')(peer.context(), account), 'ambiguous');
      expect(fault.isRetryable).toBe(false);
      const again = await call('create')(peer.context(), account);
      expect(again.status).toBe('already');
      await seen({ resource: again.reference ?? { type: 'account', id: '' } }, (one) => one.exists);
      expect((await every('account', 100)).filter((one) => one.account?.login === account.login)).toHaveLength(1);
    });

    test('a lost reply to a disabling is called ambiguous, and the read-back shows that it happened', async (t) => {
      if (peer.wire === undefined) return t.skip('there is no wire to cut');
      const reference = await create(newAccount('lostoff'));
      peer.wire.loseNextReplyToWrite();
      await refused(call('setEnabled')(peer.context(), reference, false), 'ambiguous');
      await seen({ resource: reference }, (one) => one.resource?.account?.status === 'disabled');
      expect((await call('setEnabled')(peer.context(), reference, false)).status).toBe('already');
    });

    test('a system that fails while it is read is worth another try later', async (t) => {
      if (peer.wire === undefined) return t.skip('there is no wire to cut');
      peer.wire.failNextRead();
      expect((await refused(peer.connector.list(peer.context(), 'account', { size: 2 }), 'transient')).isRetryable).toBe(true);
    });

    test('a call that is stopped stops at once', async (t) => {
      if (peer.wire === undefined) return t.skip('there is no wire to stall');
      peer.wire.stallNextRead();
      const controller = new AbortController();
      const started = performance.now();
      const reading = refused(peer.connector.list(peer.context({ signal: controller.signal }), 'account', { size: 2 }), 'transient');
      setTimeout(() => controller.abort(), 50);
      await reading;
      expect(performance.now() - started).toBeLessThan(2_000);
      const stopped = AbortSignal.abort();
      await refused(call('create')(peer.context({ signal: stopped }), newAccount('stopped')), 'transient');
    });

    test('ended sessions are really over', async (t) => {
      const open = peer.openSession?.bind(peer);
      if (!can('revokeSessions') || open === undefined) return t.skip('this system cannot end sessions');
      const account = newAccount('session');
      const reference = await create(account);
      const isOpen = await open(reference, account.login);
      await seen({ sessionsOf: reference }, (one) => (one.openSessions ?? 0) > 0);
      expect((await call('revokeSessions')(asDryRun(), reference)).status).toBe('planned');
      expect(await isOpen()).toBe(true);
      expect((await call('revokeSessions')(peer.context(), reference)).status).toBe('done');
      await seen({ sessionsOf: reference }, (one) => one.openSessions === 0);
      expect(await isOpen()).toBe(false);
      expect((await call('revokeSessions')(peer.context(), reference)).status).toBe('already');
    });

    test('a new secret lets in, the old one does not, and neither is ever said aloud', async (t) => {
      const { letsIn, kept } = peer;
      if (!can('setSecret') || letsIn === undefined || kept === undefined) return t.skip('this system sets no secrets');
      const account = newAccount('secret');
      const reference = await create(account);
      const change = async (): Promise<readonly [string, Outcome]> => {
        const outcome = await call('setSecret')(peer.context(), reference, 'random');
        return [kept.call(peer, outcome.secretReference ?? ''), outcome];
      };
      const [first, firstOutcome] = await change();
      expect(await letsIn.call(peer, reference, account.login, first)).toBe(true);
      const [second] = await change();
      expect(await letsIn.call(peer, reference, account.login, first)).toBe(false);
      expect(await letsIn.call(peer, reference, account.login, second)).toBe(true);
      const spoken = JSON.stringify([firstOutcome, peer.log, await peer.connector.observe(peer.context(), { resource: reference })]);
      for (const secret of [first, second]) expect(spoken).not.toContain(secret);
    });

    test('an expired cursor says so, and a deletion is told', async (t) => {
      need(t, can('changes'), 'this system tells no changes');
      const start = await call('changes')(peer.context());
      let { cursor } = start;
      for (let page = start; page.items.length > 0;) {
        page = await call('changes')(peer.context(), cursor);
        cursor = page.cursor;
      }
      const reference = await create(newAccount('told'));
      if (can('remove')) await call('remove')(peer.context(), reference);
      const changes = await call('changes')(peer.context(), cursor);
      expect(changes.items.filter((one) => one.reference.id === reference.id).map((one) => one.kind)).toEqual(can('remove') ? ['upsert', 'delete'] : ['upsert']);
      await refused(call('changes')(peer.context(), '-1000000'), 'gone');
    });

    test('usage is told once, in order, and nothing is lost between two readings', async (t) => {
      const open = peer.openSession?.bind(peer);
      if (!can('usage') || open === undefined) return t.skip('this system tells no usage');
      const feed = 'sign-ins';
      const before = await call('usage')(peer.context(), feed);
      const account = newAccount('used');
      const reference = await create(account);
      await open(reference, account.login);
      const after = await call('usage')(peer.context(), feed, before.cursor);
      expect(after.items.filter((one) => one.actor.id === reference.id)).toHaveLength(1);
      // Others may use the same server meanwhile; ours is not told again, and nothing is told twice.
      const told = new Set([...before.items, ...after.items].map((one) => one.id));
      const again = await call('usage')(peer.context(), feed, after.cursor);
      expect(again.items.filter((one) => one.actor.id === reference.id || told.has(one.id))).toEqual([]);
    });

    test('a hostile name is kept exactly, or refused, and harms nobody else', async () => {
      const bystander = await create(newAccount('bystander'));
      const before = await peer.connector.observe(peer.context(), { resource: bystander });
      run += 1;
      for (const hostile of hostileLogins) {
        const account: NewAccount = { ...newAccount('hostile'), login: `${hostile}${hostile.length > 200 || hostile.endsWith(' ') ? '' : run}` };
        try {
          const reference = await create(account);
          const observed = await seen({ resource: reference }, (one) => one.exists);
          expect(observed.resource?.account?.login).toBe(account.login);
          expect((await call('create')(peer.context(), account)).reference).toEqual(reference);
          await setEnabled(reference, false);
          await seen({ resource: reference }, (one) => one.resource?.account?.status === 'disabled');
        } catch (fault) {
          if (!(fault instanceof ConnectorError)) throw fault;
          expect(fault.kind, `${JSON.stringify(hostile)}: ${fault.message}`).toBe('invalid');
        }
      }
      expect((await peer.connector.observe(peer.context(), { resource: bystander })).digest).toBe(before.digest);
    });
  });
}
