import { z } from 'zod';
import { randomToken } from '../../platform/crypto/index.ts';
import { addressSetting } from '../contract/address.ts';
import { ConnectorError } from '../contract/connector-error.ts';
import { defineConnectorKind, type SecretKeeper } from '../contract/connector-kind.ts';
import type {
  AccountAttribute, CallContext, Capabilities, Connector, Grant, Observation, Outcome, Page, PageRequest, Reference, Resource,
} from '../contract/connector.ts';
import { observation } from '../contract/digest.ts';
import { exchange, pathSegment, type HttpReply } from '../contract/http-exchange.ts';
import { already, attributesOf, differenceOf, done, planned, refuseControlCharacters } from '../contract/plan.ts';
import type { FakeAccount, FakeGroup } from './fake-system.ts';

const settings = z.object({
  address: addressSetting(['http:', 'https:']).meta({ title: 'Address', description: 'Where the fake system listens, with its name: `http://127.0.0.1:40123/crm`.' }),
  isEventuallyConsistent: z.boolean().default(false).meta({ title: 'Reads lag behind writes', description: 'Set it where the fake is told to show stale reads.' }),
  settleMs: z.number().int().min(0).max(600_000).default(0).meta({ title: 'Settle time (ms)', description: 'How long a read may lag behind a write.' }),
  timeoutMs: z.number().int().min(10).max(120_000).default(5_000).meta({ title: 'Time limit (ms)', description: 'How long one request may take.' }),
});
type Settings = z.output<typeof settings>;

const writes: readonly AccountAttribute[] = ['login', 'email', 'givenName', 'familyName', 'displayName', 'title', 'department', 'employeeNumber', 'location'];

interface Listed<T> { readonly items: readonly T[]; readonly next?: string; readonly cursor?: string }

export function fakeConnector(settings: Settings, secretKeeper?: SecretKeeper): Connector {
  const address = settings.address.replace(/\/+$/, '');
  const consistency = settings.isEventuallyConsistent ? 'eventual' as const : 'strong' as const;

  async function send(context: CallContext, method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown, expected?: readonly number[]): Promise<HttpReply> {
    const token = await context.secret('token');
    return exchange(context, {
      method, url: `${address}${path}`, isWrite: method !== 'GET', timeoutMs: settings.timeoutMs, secrets: [token],
      headers: { authorization: `Bearer ${token}`, 'x-operation-id': context.operationId },
      ...(body === undefined ? {} : { body }), ...(expected === undefined ? {} : { expected }),
    });
  }
  const read = async <T>(context: CallContext, path: string): Promise<T> => (await send(context, 'GET', path)).body as T;
  const path = (reference: Reference): string => `/accounts/${pathSegment(reference.id)}`;
  // Before a write, ask the copy that takes the writes: deciding on a stale read is how `already` becomes a lie.
  const accountOf = (context: CallContext, reference: Reference): Promise<FakeAccount> => read(context, `${path(reference)}?fresh=1`);

  return {
    kind: 'fake',
    version: '1',
    capabilities: () => capabilitiesOf(settings),

    async check(context) {
      const who = await read<{ identity: string; permissions: string[] }>(context, '/whoami');
      const missing = ['read', 'write'].filter((one) => !who.permissions.includes(one));
      return { isReady: missing.length === 0, identity: who.identity, granted: who.permissions, missing, warnings: [] };
    },

    async list(context, type, page) {
      if (type === 'group') return { items: (await read<Listed<FakeGroup>>(context, '/groups')).items.map(groupResource), isComplete: true };
      if (type !== 'account') throw new ConnectorError('unsupported', `the fake system has no \`${type}\``);
      const listed = await read<Listed<FakeAccount>>(context, `/accounts?${query(page)}`);
      return { items: listed.items.map(accountResource), isComplete: true, ...(listed.next === undefined ? {} : { next: listed.next }) };
    },

    async entitlements(context, on) {
      const group = await read<FakeGroup>(context, `/groups/${pathSegment(on.id)}`);
      return { items: [{ id: group.id, on, slug: 'member', name: group.name, purpose: 'membership', grantableTo: ['account'], risk: group.isPrivileged ? 'privileged' : 'low' }], isComplete: true };
    },

    async grants(context, on, page): Promise<Page<Grant>> {
      const listed = await read<Listed<string>>(context, `/groups/${pathSegment(on.id)}/members?${query(page)}`);
      return {
        items: listed.items.map((id) => ({ entitlement: on.id, principal: { type: 'account', id } })),
        isComplete: true, ...(listed.next === undefined ? {} : { next: listed.next }),
      };
    },

    async observe(context, target): Promise<Observation> {
      const reference = 'resource' in target ? target.resource : 'principal' in target ? target.principal : target.sessionsOf;
      const isGroup = reference.type === 'group';
      const at = isGroup ? `/groups/${pathSegment(reference.id)}` : path(reference);
      const reply = await send(context, 'GET', at, undefined, [404]);
      const seen = { exists: reply.status !== 404, via: `GET ${at}`, consistency, observedAt: context.now().toISOString() };
      if (isGroup) return observation(seen.exists ? { ...seen, resource: groupResource(reply.body as FakeGroup) } : seen);
      const account = seen.exists ? (reply.body as FakeAccount) : null;
      if ('sessionsOf' in target) return observation({ ...seen, openSessions: account?.sessions ?? 0 });
      if ('entitlement' in target) return observation({ ...seen, isGranted: account?.groups.includes(target.entitlement) ?? false });
      return observation(account === null ? seen : { ...seen, resource: accountResource(account) });
    },

    async create(context, account) {
      refuseControlCharacters(account.login, 'login');
      const find = async (): Promise<FakeAccount | undefined> =>
        (await read<Listed<FakeAccount>>(context, `/accounts?login=${encodeURIComponent(account.login)}`)).items
          .find((one) => one.login.toLowerCase() === account.login.toLowerCase());
      const existing = await find();
      if (existing !== undefined) return already({ type: 'account', id: existing.id }, { resource: accountResource(existing) });
      const attributes = attributesOf(account);
      if (context.dryRun) return planned('POST', '/accounts', differenceOf(attributes, {}));
      const secret = account.initialSecret === 'random' ? await keepNew(context, account.login) : null;
      const { login, email, givenName, familyName, ...profile } = attributes;
      try {
        const reply = await send(context, 'POST', '/accounts', { login, email, givenName, familyName, profile, ...(secret === null ? {} : { secret: secret.value }) });
        const made = reply.body as FakeAccount;
        return done({ type: 'account', id: made.id }, secret === null ? {} : { secretReference: secret.reference });
      } catch (fault) {
        // Somebody, perhaps ourselves on another node, was faster.
        const winner = fault instanceof ConnectorError && fault.kind === 'conflict' ? await find() : undefined;
        if (winner === undefined) throw fault;
        return already({ type: 'account', id: winner.id }, { resource: accountResource(winner) });
      }
    },

    async update(context, reference, patch) {
      const before = accountResource(await accountOf(context, reference));
      const difference = differenceOf(patch, before.account?.profile ?? {});
      if (Object.keys(difference).length === 0) return already(reference);
      if (context.dryRun) return planned('PATCH', path(reference), difference, reference);
      await send(context, 'PATCH', path(reference), patch);
      return done(reference);
    },

    async setEnabled(context, reference, enabled) {
      const before = await accountOf(context, reference);
      if (before.isEnabled === enabled) return already(reference);
      if (context.dryRun) return planned('PUT', `${path(reference)}/enabled`, { isEnabled: [before.isEnabled, enabled] }, reference);
      await send(context, 'PUT', `${path(reference)}/enabled`, { isEnabled: enabled });
      return done(reference);
    },

    async remove(context, reference) {
      const before = await send(context, 'GET', `${path(reference)}?fresh=1`, undefined, [404]);
      if (before.status === 404) return already(reference);
      if (context.dryRun) return planned('DELETE', path(reference), { exists: [true, false] }, reference);
      const reply = await send(context, 'DELETE', path(reference), undefined, [404]);
      return reply.status === 404 ? already(reference) : done(reference);
    },

    grant: (context, entitlement, principal) => setMember(context, entitlement, principal, true),
    revoke: (context, entitlement, principal) => setMember(context, entitlement, principal, false),

    async revokeSessions(context, reference) {
      const { sessions } = await accountOf(context, reference);
      if (sessions === 0) return already(reference);
      if (context.dryRun) return planned('DELETE', `${path(reference)}/sessions`, { openSessions: [sessions, 0] }, reference);
      await send(context, 'DELETE', `${path(reference)}/sessions`);
      return done(reference);
    },

    async setSecret(context, reference, source) {
      const account = await accountOf(context, reference);
      if (context.dryRun) return planned('PUT', `${path(reference)}/secret`, { secret: ['(kept)', '(new)'] }, reference);
      const secret = source === 'random' ? await keepNew(context, account.login) : { value: await context.secret(source.reference), reference: source.reference };
      await send(context, 'PUT', `${path(reference)}/secret`, { value: secret.value });
      return done(reference, { secretReference: secret.reference });
    },

    async changes(context, cursor) {
      const listed = await read<Listed<{ at: string; kind: 'upsert' | 'delete'; accountId: string }>>(context, `/changes?since=${encodeURIComponent(cursor ?? '0')}`);
      return {
        items: listed.items.map((change) => ({ kind: change.kind, reference: { type: 'account', id: change.accountId }, at: change.at })),
        cursor: listed.cursor ?? cursor ?? '0',
      };
    },

    async usage(context, feed, cursor) {
      if (feed !== 'sign-ins') throw new ConnectorError('unsupported', `the fake system has no feed \`${feed}\`: it has \`sign-ins\``);
      const listed = await read<Listed<{ number: number; at: string; accountId: string }>>(context, `/usage?since=${encodeURIComponent(cursor ?? '0')}`);
      return {
        items: listed.items.map((use) => ({ id: String(use.number), at: use.at, actor: { type: 'account', id: use.accountId }, kind: 'sign_in' as const })),
        cursor: listed.cursor ?? cursor ?? '0',
      };
    },
  };

  async function setMember(context: CallContext, entitlement: string, principal: Reference, isWanted: boolean): Promise<Outcome> {
    await read<FakeGroup>(context, `/groups/${pathSegment(entitlement)}`);
    const reply = await send(context, 'GET', `${path(principal)}?fresh=1`, undefined, isWanted ? [] : [404]);
    const isGranted = reply.status !== 404 && (reply.body as FakeAccount).groups.includes(entitlement);
    if (isGranted === isWanted) return already(principal);
    const target = `/groups/${pathSegment(entitlement)}/members/${pathSegment(principal.id)}`;
    const method = isWanted ? 'PUT' : 'DELETE';
    if (context.dryRun) return planned(method, target, { isGranted: [isGranted, isWanted] }, principal);
    await send(context, method, target);
    return done(principal);
  }

  async function keepNew(context: CallContext, login: string): Promise<{ value: string; reference: string }> {
    if (secretKeeper === undefined) throw new ConnectorError('unsupported', 'there is no vault to keep a new secret in');
    const value = randomToken();
    return { value, reference: await secretKeeper.keep({ operationId: context.operationId, login, value }) };
  }
}

function capabilitiesOf(settings: Settings): Capabilities {
  const reading = { readConsistency: settings.isEventuallyConsistent ? 'eventual' as const : 'strong' as const, settleMs: settings.settleMs, pageSizeMaximum: 1_000 };
  return {
    types: [
      {
        type: 'account', ...reading, removalIs: 'hard', initialSecrets: ['none', 'random'], writes, knows: ['lastSignIn', 'administrator', 'sessions'],
        operations: ['list', 'observe', 'changes', 'usage', 'create', 'update', 'disable', 'enable', 'remove', 'setSecret', 'revokeSessions'],
        permissions: { list: ['read'], observe: ['read'], create: ['write'], update: ['write'], disable: ['write'], enable: ['write'], remove: ['write'], setSecret: ['write'], revokeSessions: ['write'] },
      },
      { type: 'group', ...reading, operations: ['list', 'observe', 'grant', 'revoke'], permissions: { list: ['read'], grant: ['write'], revoke: ['write'] }, knows: [] },
    ],
    changes: 'delta',
    naturalKey: 'login',
    isByHand: false,
    rate: { concurrency: 4, scope: 'token' },
  };
}

const query = (page: PageRequest): string => new URLSearchParams({ size: String(page.size ?? 100), ...(page.token === undefined ? {} : { after: page.token }) }).toString();

function accountResource(account: FakeAccount): Resource {
  const names = { ...(account.givenName === null ? {} : { givenName: account.givenName }), ...(account.familyName === null ? {} : { familyName: account.familyName }) };
  return {
    type: 'account', id: account.id, name: account.login, updatedAt: account.updatedAt,
    account: {
      login: account.login, emails: account.email === '' ? [] : [account.email], status: account.isEnabled ? 'active' : 'disabled', kind: 'unknown',
      isAdministrator: account.isAdministrator, createdAt: account.createdAt, lastSignInAt: account.lastSignInAt,
      profile: { login: account.login, ...(account.email === '' ? {} : { email: account.email }), ...names, ...account.profile },
    },
    attributes: { groups: account.groups },
  };
}

const groupResource = (group: FakeGroup): Resource => ({ type: 'group', id: group.id, name: group.name, attributes: { isPrivileged: group.isPrivileged } });

export const fakeKind = defineConnectorKind({
  kind: 'fake',
  title: 'Fake system',
  description: 'An invented system that lies, stalls and fails on a seeded schedule; for the simulation, the demo and tests.',
  settings,
  secrets: [{ name: 'token', title: 'Token', description: 'The token that the fake system was started with.', isOptional: false }],
  build: (parsed, plugs) => fakeConnector(parsed, plugs.secretKeeper),
});
