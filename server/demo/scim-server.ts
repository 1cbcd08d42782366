import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

/*
 * Applications with a SCIM 2.0 server that we did not write (scimmy, scimmy-routers, on Express): "Chat" and "Wiki" of the
 * demo, and the one of the journeys. SCIMMY keeps its resources per process; the applications are tenants of one server.
 */

export interface ScimAccount extends Record<string, unknown> {
  readonly id: string;
  readonly userName: string;
  readonly active?: boolean;
}

export interface ScimApplication {
  readonly address: string;
  readonly accounts: () => readonly ScimAccount[];
  readonly account: (userName: string) => ScimAccount | undefined;
  readonly groupsOf: (userName: string) => readonly string[];
  /** As its own administrator does it, past Bailiwick. */
  addAccount(fields: { readonly userName: string; readonly givenName?: string; readonly familyName?: string; readonly email?: string; readonly active?: boolean }): ScimAccount;
  addGroup(displayName: string): string;
  addMember(group: string, userName: string): void;
  /** Answers 503 to everything until it is up again. */
  setDown(isDown: boolean): void;
}

export interface ScimServer {
  readonly token: string;
  readonly application: (name: string) => ScimApplication;
  close(): Promise<void>;
}

interface Entry extends Record<string, unknown> {
  readonly id: string;
}

interface Tenant {
  readonly users: Map<string, Entry>;
  readonly groups: Map<string, Entry & { displayName?: string; members?: { value: string; display?: string }[] }>;
  isDown: boolean;
  save(): void;
}

let count = 0;

/** With a folder, what the applications hold outlives the process. */
export async function startScimServer(options: { readonly names: readonly string[]; readonly token: string; readonly port?: number; readonly folder?: string }): Promise<ScimServer> {
  const tenants = new Map(options.names.map((name) => [name, openTenant(name, options.folder)]));
  // Department and employee number have their place in the enterprise extension (RFC 7643 4.3), as in most applications.
  SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false);
  declare(SCIMMY.Resources.User, (tenant) => tenant.users, 'userName');
  declare(SCIMMY.Resources.Group, (tenant) => tenant.groups, 'displayName');

  const app = express();
  for (const [name, tenant] of tenants) {
    app.use(`/${name}`, (_request, response, next) => {
      if (tenant.isDown) response.status(503).json({ schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '503', detail: 'down for maintenance' });
      else next();
    });
    app.use(`/${name}`, new SCIMMYRouters({
      type: 'bearer',
      handler: (request) => {
        if (request.header('authorization') !== `Bearer ${options.token}`) throw new Error('unknown credential');
        return '';
      },
      context: () => tenant,
      baseUri: (request) => `${request.protocol}://${request.get('host') ?? ''}`,
    }));
  }
  const server = app.listen(options.port ?? 0, '127.0.0.1');
  await new Promise<void>((resolve, reject) => { server.once('listening', resolve); server.once('error', reject); });
  const { port } = server.address() as AddressInfo;

  return {
    token: options.token,
    application(name) {
      const tenant = tenants.get(name);
      if (tenant === undefined) throw new Error(`there is no application ${name}`);
      const byName = (userName: string): ScimAccount | undefined => [...tenant.users.values()].find((one) => String(one['userName']).toLowerCase() === userName.toLowerCase()) as ScimAccount | undefined;
      const groupNamed = (displayName: string) => [...tenant.groups.values()].find((one) => one.displayName === displayName);
      return {
        address: `http://127.0.0.1:${port}/${name}`,
        accounts: () => [...tenant.users.values()] as ScimAccount[],
        account: byName,
        groupsOf(userName) {
          const id = byName(userName)?.id;
          return [...tenant.groups.values()].filter((group) => group.members?.some((member) => member.value === id)).map((group) => group.displayName ?? group.id).sort();
        },
        addAccount({ userName, givenName, familyName, email, active }) {
          const id = nextId('u');
          const made = { id, meta: {}, userName, active: active ?? true, ...(givenName === undefined && familyName === undefined ? {} : { name: { givenName, familyName }, displayName: [givenName, familyName].filter(Boolean).join(' ') }), ...(email === undefined ? {} : { emails: [{ value: email, type: 'work', primary: true }] }) };
          tenant.users.set(id, made);
          tenant.save();
          return made;
        },
        addGroup(displayName) {
          const found = groupNamed(displayName);
          if (found) return found.id;
          const id = nextId('g');
          tenant.groups.set(id, { id, displayName, members: [], meta: {} });
          tenant.save();
          return id;
        },
        addMember(group, userName) {
          const found = groupNamed(group);
          const user = byName(userName);
          if (!found || !user) throw new Error(`no group ${group} or no account ${userName}`);
          found.members = [...(found.members ?? []), { value: user.id, display: userName }];
          tenant.save();
        },
        setDown(isDown) {
          tenant.isDown = isDown;
        },
      };
    },
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }),
  };
}

const nextId = (letter: string): string => {
  count += 1;
  return `${letter}${String(count).padStart(6, '0')}`;
};

function openTenant(name: string, folder: string | undefined): Tenant {
  const file = folder === undefined ? null : path.join(folder, `${name}.json`);
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const kept = file !== null && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { users: Entry[]; groups: Entry[] }) : { users: [], groups: [] };
  const tenant: Tenant = {
    users: new Map(kept.users.map((one) => [one.id, one])),
    groups: new Map(kept.groups.map((one) => [one.id, one])),
    isDown: false,
    save() {
      if (file === null) return;
      writeFileSync(`${file}.new`, JSON.stringify({ users: [...tenant.users.values()], groups: [...tenant.groups.values()] }), { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
  };
  for (const one of [...kept.users, ...kept.groups]) count = Math.max(count, Number(one.id.slice(1)));
  return tenant;
}

function declare(resource: typeof SCIMMY.Resources.User | typeof SCIMMY.Resources.Group, entries: (tenant: Tenant) => Map<string, Entry>, key: 'userName' | 'displayName'): void {
  const stored = (tenant: unknown): Map<string, Entry> => entries(tenant as Tenant);
  const declared = SCIMMY.Resources.declare(resource as typeof SCIMMY.Resources.User) as unknown as {
    ingress(work: (resource: { id?: string }, entry: unknown, tenant: unknown) => unknown): typeof declared;
    egress(work: (resource: { id?: string; filter?: { match(all: unknown[]): unknown[] } }, tenant: unknown) => unknown): typeof declared;
    degress(work: (resource: { id: string }, tenant: unknown) => void): typeof declared;
  };
  const missing = (id: string): Error => new SCIMMY.Types.Error(404, '', `Resource ${id} not found`);
  declared
    .egress((request, tenant) => {
      const all = stored(tenant);
      if (request.id !== undefined) {
        const found = all.get(request.id);
        if (found === undefined) throw missing(request.id);
        return found;
      }
      // SCIMMY parses the filter and leaves applying it to us.
      const everyone = [...all.values()];
      return request.filter === undefined ? everyone : request.filter.match(everyone);
    })
    .ingress((request, entry, tenant) => {
      const all = stored(tenant);
      const fields = JSON.parse(JSON.stringify(entry)) as Record<string, unknown>;
      if (request.id !== undefined && !all.has(request.id)) throw missing(request.id);
      const name = String(fields[key] ?? '').toLowerCase();
      if ([...all.values()].some((one) => String(one[key]).toLowerCase() === name && one.id !== request.id)) throw new SCIMMY.Types.Error(409, 'uniqueness', `\`${name}\` is taken`);
      const id = request.id ?? nextId(key === 'userName' ? 'u' : 'g');
      all.set(id, { ...fields, id, meta: {} });
      (tenant as Tenant).save();
      return all.get(id);
    })
    .degress((request, tenant) => {
      if (!stored(tenant).delete(request.id)) throw missing(request.id);
      (tenant as Tenant).save();
    });
}
