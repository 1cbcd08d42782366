import { z } from 'zod';
import { randomToken } from '../../platform/crypto/index.ts';
import { addressSetting } from '../contract/address.ts';
import { ConnectorError } from '../contract/connector-error.ts';
import { defineConnectorKind, type SecretKeeper } from '../contract/connector-kind.ts';
import type {
  AccountAttribute, AccountPatch, CallContext, Capabilities, Connector, Grant, Observation, Outcome, Page, PageRequest, Reference, Resource, ResourceType,
} from '../contract/connector.ts';
import { observation } from '../contract/digest.ts';
import { exchange, pathSegment, type HttpReply, type HttpRequest } from '../contract/http-exchange.ts';
import { already, attributesOf, differenceOf, done, planned, refuseControlCharacters, refuseUnknown } from '../contract/plan.ts';
import { defaultQuirks, quirksOf, type Quirks } from './quirks.ts';
import { groupResource, isDisabled, patchOperations, userBody, userResource, withPatch, writableAttributes, type ScimGroup, type ScimUser } from './scim-resource.ts';

/*
 * Any application with a SCIM 2.0 server (RFC 7643, RFC 7644). The norm leaves much open and servers take more: what
 * differs is the quirk profile (quirks.ts), read from ServiceProviderConfig and overruled by the settings.
 */
const settings = z.object({
  address: addressSetting(['https:', 'http:']).meta({ title: 'SCIM address', description: 'The base address of the SCIM 2.0 server, without `/Users`: `https://crm.example.com/scim/v2`.' }),
  authentication: z.enum(['bearer', 'basic']).default('bearer').meta({ title: 'Authentication', description: 'A bearer token is the rule; basic for old servers.' }),
  userName: z.string().max(200).default('').meta({ title: 'User name', description: 'For basic authentication only.' }),
  writesBy: z.enum(['auto', 'patch', 'put']).default('auto').meta({ title: 'Changes are sent as', description: '`auto` asks the server. `put` for servers that claim PATCH and do it wrong.' }),
  activeIs: z.enum(['boolean', 'string']).default('boolean').meta({ title: '`active` is written as', description: 'Some servers want the text "True" or "False".' }),
  memberRemovalBy: z.enum(['path', 'value']).default('path').meta({ title: 'Members are removed by', description: '`path` is `members[value eq "id"]` (RFC 7644 3.5.2.2); `value` names the member in the body.' }),
  hasEnterpriseExtension: z.boolean().default(true).meta({ title: 'Takes department and employee number', description: 'They travel in the enterprise extension (RFC 7643 4.3). Off for servers that refuse it.' }),
  removalIs: z.enum(['hard', 'soft']).default('hard').meta({ title: 'Deleting an account', description: '`hard`: it is gone. `soft`: the server keeps it as inactive.' }),
  pageSize: z.number().int().min(1).max(1_000).default(100).meta({ title: 'Page size', description: 'How many accounts are asked for at once; the server may give fewer.' }),
  timeoutMs: z.number().int().min(100).max(120_000).default(15_000).meta({ title: 'Time limit (ms)', description: 'How long one request may take.' }),
});
type Settings = z.output<typeof settings>;

interface ListResponse { readonly totalResults: number; readonly startIndex: number | undefined; readonly resources: readonly Record<string, unknown>[] }

const patchSchema = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function scimConnector(settings: Settings, secretKeeper?: SecretKeeper): Connector {
  const address = settings.address.replace(/\/+$/, '');
  // What the server said about itself. Not state: asking again gives the same answer, it only saves a request per call.
  let quirks: Quirks | null = null;

  async function send(context: CallContext, method: HttpRequest['method'], path: string, more: { body?: unknown; ifMatch?: string; expected?: readonly number[] } = {}): Promise<HttpReply> {
    const secret = await context.secret('token');
    const basic = Buffer.from(`${settings.userName}:${secret}`).toString('base64');
    return exchange(context, {
      method, url: `${address}${path}`, isWrite: method !== 'GET', timeoutMs: settings.timeoutMs, secrets: [secret, basic],
      headers: {
        authorization: settings.authentication === 'basic' ? `Basic ${basic}` : `Bearer ${secret}`,
        accept: 'application/scim+json, application/json;q=0.9',
        ...(more.body === undefined ? {} : { 'content-type': 'application/scim+json' }),
        ...(more.ifMatch === undefined ? {} : { 'if-match': more.ifMatch }),
      },
      ...(more.body === undefined ? {} : { body: more.body }),
      ...(more.expected === undefined ? {} : { expected: more.expected }),
    });
  }

  async function serverQuirks(context: CallContext): Promise<Quirks> {
    if (quirks === null) {
      const reply = await send(context, 'GET', '/ServiceProviderConfig', { expected: [400, 403, 404, 405, 500, 501] });
      quirks = reply.status < 300 ? quirksOf(reply.body) : defaultQuirks;
    }
    return settings.writesBy === 'auto' ? quirks : { ...quirks, hasPatch: settings.writesBy === 'patch' };
  }

  const path = (reference: Reference): string => `${reference.type === 'group' ? '/Groups' : '/Users'}/${pathSegment(reference.id)}`;

  /** RFC 7644 3.4.2. What does not look like a list response is no list: above all, it is not an empty one. */
  async function search(context: CallContext, collection: '/Users' | '/Groups', parameters: Record<string, string>): Promise<ListResponse> {
    const reply = await send(context, 'GET', `${collection}?${new URLSearchParams(parameters).toString().replaceAll('+', '%20')}`);
    const body = reply.body as { totalResults?: unknown; startIndex?: unknown; Resources?: unknown } | null;
    const total = Number(body?.totalResults);
    if (body === null || !Number.isInteger(total) || (body.Resources !== undefined && !Array.isArray(body.Resources)) || (total > 0 && body.Resources === undefined && parameters['count'] !== '0')) {
      throw new ConnectorError('config', `${collection} did not answer with a SCIM list: check the address`, { status: reply.status, requestId: reply.requestId });
    }
    const resources = (body.Resources ?? []) as readonly Record<string, unknown>[];
    return { totalResults: total, startIndex: typeof body.startIndex === 'number' ? body.startIndex : undefined, resources };
  }

  /** One page by index, with the ways a server can fail to page caught: it would repeat people, or lose them. */
  async function page(context: CallContext, collection: '/Users' | '/Groups', request: PageRequest): Promise<Page<Record<string, unknown>>> {
    const [startText = '1', lastId = ''] = (request.token ?? '1').split(' ');
    const start = Number(startText);
    const size = Math.min(request.size ?? settings.pageSize, settings.pageSize, (await serverQuirks(context)).maximumResults);
    const listed = await search(context, collection, { startIndex: String(start), count: String(size) });
    if (listed.startIndex !== undefined && listed.startIndex !== start && listed.resources.length > 0) {
      return { items: [], isComplete: false, warnings: [`asked for entries from ${start}, got entries from ${listed.startIndex}: this server does not page`] };
    }
    if (lastId !== '' && listed.resources.some((one) => String(one['id']) === decodeURIComponent(lastId))) {
      return { items: [], isComplete: false, warnings: ['the server gave the same page again: this server does not page'] };
    }
    const reached = start - 1 + listed.resources.length;
    if (listed.resources.length === 0) {
      const isShort = reached < listed.totalResults;
      return { items: [], isComplete: !isShort, ...(isShort ? { warnings: [`the server tells of ${listed.totalResults} entries and stopped after ${reached}`] } : {}) };
    }
    // A server without paging sends everything at once: that is one big page, and it is whole.
    if (listed.resources.length > size && reached < listed.totalResults) return { items: listed.resources, isComplete: false, warnings: ['the server sent more than was asked for, and not all'] };
    const last = encodeURIComponent(String(listed.resources.at(-1)?.['id'] ?? ''));
    return { items: listed.resources, isComplete: true, ...(reached < listed.totalResults ? { next: `${reached + 1} ${last}` } : {}) };
  }

  /**
   * By natural key. The answer is compared here as well: a server that ignores the filter sends somebody else, and an
   * unchecked probe disables the wrong person.
   */
  async function findUser(context: CallContext, login: string, isEveryoneRead = false): Promise<ScimUser | undefined> {
    const isHim = (one: Record<string, unknown>): boolean => String(one['userName'] ?? '').toLowerCase() === login.toLowerCase();
    if (!isEveryoneRead && (await serverQuirks(context)).hasFilter) {
      const quoted = JSON.stringify(login);
      const { resources } = await search(context, '/Users', { filter: `userName eq ${quoted}`, startIndex: '1', count: '10' });
      const found = resources.find(isHim);
      if (found !== undefined || resources.length === 0) return found as ScimUser | undefined;
      context.log('the server ignores filters; every account is read instead');
    }
    let token: string | undefined;
    do {
      const listed = await page(context, '/Users', token === undefined ? {} : { token });
      const found = listed.items.find(isHim);
      if (found !== undefined) return found as unknown as ScimUser;
      if (listed.isComplete === false) throw new ConnectorError('unsupported', 'this server neither filters nor pages, so nobody can be looked up: a second account could be made');
      token = listed.next;
    } while (token !== undefined);
    return undefined;
  }

  const readUser = async (context: CallContext, reference: Reference): Promise<ScimUser> => (await send(context, 'GET', path(reference))).body as ScimUser;

  async function writeUser(context: CallContext, reference: Reference, before: ScimUser, patch: AccountPatch & { active?: boolean }, ifMatch?: string): Promise<HttpReply> {
    const { hasPatch, hasEtag } = await serverQuirks(context);
    const etag = ifMatch ?? (hasEtag ? before.meta?.version : undefined);
    const guard = etag === undefined ? {} : { ifMatch: etag };
    if (hasPatch) return send(context, 'PATCH', path(reference), { body: { schemas: [patchSchema], Operations: patchOperations(patch, before, settings.activeIs) }, ...guard });
    return send(context, 'PUT', path(reference), { body: withPatch(before, patch, settings.activeIs), ...guard });
  }

  return {
    kind: 'scim',
    version: '1',
    capabilities: () => capabilitiesOf(settings),

    async check(context) {
      quirks = null;
      const { totalResults } = await search(context, '/Users', { startIndex: '1', count: '1' });
      const found = await serverQuirks(context);
      const missing: string[] = [];
      const groups = await send(context, 'GET', '/Groups?startIndex=1&count=1', { expected: [401, 403, 404, 501] });
      if (groups.status >= 300) missing.push('read groups');
      const warnings = [
        ...(totalResults === 0 ? ['the server shows no account at all: is the token allowed to see them?'] : []),
        ...(found.hasFilter ? [] : ['the server does not filter: looking somebody up reads all accounts']),
        ...(found.hasPatch ? [] : ['the server has no PATCH: whole records are written']),
        ...(address.startsWith('http:') ? ['the connection is not encrypted'] : []),
      ];
      return { isReady: missing.length === 0, identity: settings.authentication === 'basic' ? settings.userName : `bearer token at ${new URL(address).host}`, granted: ['read users', ...(missing.length === 0 ? ['read groups'] : [])], missing, warnings };
    },

    async list(context, type, request): Promise<Page<Resource>> {
      const collection = collectionOf(type);
      const listed = await page(context, collection, request);
      const items = listed.items.map((one) => (collection === '/Users' ? userResource(one as unknown as ScimUser) : groupResource(one as unknown as ScimGroup)));
      return { ...listed, items };
    },

    async entitlements(context, on) {
      const group = (await send(context, 'GET', `${path(on)}?excludedAttributes=members`)).body as ScimGroup;
      return { items: [{ id: group.id, on, slug: 'member', name: group.displayName ?? group.id, purpose: 'membership', grantableTo: ['account'] }], isComplete: true };
    },

    async grants(context, on, request): Promise<Page<Grant>> {
      const group = (await send(context, 'GET', path(on))).body as ScimGroup;
      const ids = [...new Map((group.members ?? []).map((one) => [one.value, one])).values()].sort((a, b) => (a.value < b.value ? -1 : 1));
      const rest = ids.filter((one) => one.value > (request.token ?? ''));
      const size = request.size ?? settings.pageSize;
      const items = rest.slice(0, size).map((one): Grant => ({
        entitlement: on.id, principal: { type: one.type === 'Group' ? 'group' : 'account', id: one.value }, ...(one.type === 'Group' ? { isExpandable: true } : {}),
      }));
      const last = items.at(-1);
      return { items, isComplete: true, ...(rest.length > size && last !== undefined ? { next: last.principal.id } : {}) };
    },

    async observe(context, target): Promise<Observation> {
      if ('sessionsOf' in target) throw new ConnectorError('unsupported', 'SCIM knows nothing about sessions');
      const at = 'resource' in target ? path(target.resource) : path({ type: 'group', id: target.entitlement });
      const reply = await send(context, 'GET', at, { expected: [404] });
      const seen = {
        exists: reply.status !== 404, via: `GET ${at}`, consistency: 'strong' as const, observedAt: context.now().toISOString(),
        ...(reply.requestId === undefined ? {} : { requestId: reply.requestId }),
      };
      if ('entitlement' in target) {
        return observation({ ...seen, isGranted: seen.exists && hasMember(reply.body as ScimGroup, target.principal) });
      }
      if (!seen.exists) return observation(seen);
      const id = String((reply.body as { id?: unknown }).id);
      // A list or a stranger in the place of what was asked for proves nothing.
      if (id !== target.resource.id) throw new ConnectorError('config', `${at} answered with another entry: this is not a proof`);
      return observation({ ...seen, resource: target.resource.type === 'group' ? groupResource(reply.body as ScimGroup) : userResource(reply.body as ScimUser) });
    },

    async create(context, account) {
      refuseControlCharacters(account.login, 'login');
      refuseUnknown(account.attributes ?? {}, writesOf(settings), 'this SCIM server');
      const existing = await findUser(context, account.login);
      if (existing !== undefined) return already({ type: 'account', id: existing.id }, { resource: userResource(existing) });
      const attributes = attributesOf(account);
      if (context.dryRun) return planned('POST', '/Users', differenceOf(attributes, {}));
      if (account.initialSecret === 'invite') throw new ConnectorError('unsupported', 'SCIM cannot invite: choose a random first secret, or none');
      const secret = account.initialSecret === 'random' ? await keepNew(context, account.login) : null;
      try {
        const reply = await send(context, 'POST', '/Users', { body: { ...userBody(attributes, settings.activeIs), ...(secret === null ? {} : { password: secret.value }) } });
        const id = (reply.body as { id?: unknown } | null)?.id;
        if (typeof id !== 'string' || id === '') throw new ConnectorError('ambiguous', 'the server took the new account and did not say its id: observe before repeating it');
        return done({ type: 'account', id }, { ...(secret === null ? {} : { secretReference: secret.reference }), ...(reply.requestId === undefined ? {} : { requestId: reply.requestId }) });
      } catch (fault) {
        // Taken, and the filter did not find it: filters stumble over quotes and over upper case, so everybody is read.
        const winner = fault instanceof ConnectorError && fault.kind === 'conflict' ? await findUser(context, account.login, true) : undefined;
        if (winner === undefined) throw fault;
        return already({ type: 'account', id: winner.id }, { resource: userResource(winner) });
      }
    },

    async update(context, reference, patch, ifMatch) {
      refuseUnknown(patch, writesOf(settings), 'this SCIM server');
      const before = await readUser(context, reference);
      const difference = differenceOf(patch, userResource(before).account?.profile ?? {});
      if (Object.keys(difference).length === 0) return already(reference);
      if (context.dryRun) return planned('PATCH', path(reference), difference, reference);
      const changed = Object.fromEntries(Object.entries(patch).filter(([name]) => name in difference)) as AccountPatch;
      await writeUser(context, reference, before, changed, ifMatch);
      return done(reference);
    },

    async setEnabled(context, reference, enabled) {
      const before = await readUser(context, reference);
      if (isDisabled(before) !== enabled) return already(reference);
      if (context.dryRun) return planned('PATCH', path(reference), { active: [!enabled, enabled] }, reference);
      await writeUser(context, reference, before, { active: enabled });
      return done(reference);
    },

    async remove(context, reference) {
      const before = await send(context, 'GET', path(reference), { expected: [404] });
      if (before.status === 404 || (settings.removalIs === 'soft' && isDisabled(before.body as ScimUser))) return already(reference);
      if (context.dryRun) return planned('DELETE', path(reference), { exists: [true, false] }, reference);
      const reply = await send(context, 'DELETE', path(reference), { expected: [404] });
      return reply.status === 404 ? already(reference) : done(reference);
    },

    grant: (context, entitlement, principal) => setMember(context, entitlement, principal, true),
    revoke: (context, entitlement, principal) => setMember(context, entitlement, principal, false),

    async setSecret(context, reference, source) {
      const before = await readUser(context, reference);
      if (context.dryRun) return planned('PATCH', path(reference), { password: ['(kept)', '(new)'] }, reference);
      const secret = source === 'random' ? await keepNew(context, before.userName) : { value: await context.secret(source.reference), reference: source.reference };
      const { hasPatch } = await serverQuirks(context);
      if (hasPatch) await send(context, 'PATCH', path(reference), { body: { schemas: [patchSchema], Operations: [{ op: 'replace', path: 'password', value: secret.value }] } });
      else await send(context, 'PUT', path(reference), { body: { ...withPatch(before, {}, settings.activeIs), password: secret.value } });
      return done(reference, { secretReference: secret.reference });
    },
  };

  async function setMember(context: CallContext, entitlement: string, principal: Reference, isWanted: boolean): Promise<Outcome> {
    const at = path({ type: 'group', id: entitlement });
    const group = (await send(context, 'GET', at)).body as ScimGroup;
    if (hasMember(group, principal) === isWanted) return already(principal);
    // RFC 7644 lets a server take members that do not exist; a grant to nobody would read back as proved.
    if (isWanted) await send(context, 'GET', path(principal));
    if (context.dryRun) return planned('PATCH', at, { members: [isWanted ? null : principal.id, isWanted ? principal.id : null] }, principal);
    const { hasPatch } = await serverQuirks(context);
    if (hasPatch) {
      const add = { op: 'add', path: 'members', value: [{ value: principal.id }] };
      // The value filter names exactly one member; `value` without it changes nothing where members carry a display name.
      const byPath = { op: 'remove', path: `members[value eq ${JSON.stringify(principal.id)}]` };
      const byValue = { op: 'remove', path: 'members', value: [{ value: principal.id }] };
      await send(context, 'PATCH', at, { body: { schemas: [patchSchema], Operations: [isWanted ? add : settings.memberRemovalBy === 'path' ? byPath : byValue] } });
    } else {
      const others = (group.members ?? []).filter((one) => one.value !== principal.id);
      await send(context, 'PUT', at, { body: { ...group, members: isWanted ? [...others, { value: principal.id }] : others } });
    }
    return done(principal);
  }

  async function keepNew(context: CallContext, login: string): Promise<{ value: string; reference: string }> {
    if (secretKeeper === undefined) throw new ConnectorError('unsupported', 'there is no vault to keep a new secret in');
    const value = randomToken();
    return { value, reference: await secretKeeper.keep({ operationId: context.operationId, login, value }) };
  }
}

const hasMember = (group: ScimGroup, principal: Reference): boolean => (group.members ?? []).some((one) => one.value === principal.id);

function collectionOf(type: ResourceType): '/Users' | '/Groups' {
  if (type === 'account') return '/Users';
  if (type === 'group') return '/Groups';
  throw new ConnectorError('unsupported', `SCIM has no \`${type}\``);
}

const writesOf = (settings: Settings): readonly AccountAttribute[] => (settings.hasEnterpriseExtension ? writableAttributes : writableAttributes.filter((name) => name !== 'department' && name !== 'employeeNumber'));

function capabilitiesOf(settings: Settings): Capabilities {
  const reading = { pageSizeMaximum: settings.pageSize, readConsistency: 'strong' as const, settleMs: 0 };
  const writes = writesOf(settings);
  return {
    types: [
      {
        type: 'account', ...reading, removalIs: settings.removalIs, initialSecrets: ['none', 'random'], writes, knows: [],
        operations: ['list', 'observe', 'create', 'update', 'disable', 'enable', 'remove', 'setSecret'],
        permissions: { list: ['GET /Users'], observe: ['GET /Users/{id}'], create: ['POST /Users'], update: ['PATCH or PUT /Users/{id}'], disable: ['PATCH or PUT /Users/{id}'], enable: ['PATCH or PUT /Users/{id}'], remove: ['DELETE /Users/{id}'] },
      },
      { type: 'group', ...reading, operations: ['list', 'observe', 'grant', 'revoke'], permissions: { list: ['GET /Groups'], grant: ['PATCH or PUT /Groups/{id}'], revoke: ['PATCH or PUT /Groups/{id}'] }, knows: [] },
    ],
    changes: 'none',
    naturalKey: 'login',
    isByHand: false,
    rate: { concurrency: 2, scope: 'token' },
  };
}

export const scimKind = defineConnectorKind({
  kind: 'scim',
  title: 'SCIM 2.0 application',
  description: 'Any application with a SCIM 2.0 server: accounts are created, changed, disabled and removed, and group membership is given and taken.',
  settings,
  secrets: [{ name: 'token', title: 'Token or password', description: 'The bearer token that the application issued, or the password for basic authentication.', isOptional: false }],
  build: (parsed, plugs) => scimConnector(parsed, plugs.secretKeeper),
});
