import type { AddressInfo } from 'node:net';
import express from 'express';
import SCIMMY from 'scimmy';
import SCIMMYRouters from 'scimmy-routers';

/**
 * For tests and the demo: a SCIM server that we did not write (scimmy, scimmy-routers, on Express 4). Under `/scim` it
 * behaves; under `/deaf` it ignores filters, as some servers do; under `/endless` it ignores where a page should start.
 * SCIMMY keeps its resources per process: one peer per process.
 */
export interface ScimPeer {
  readonly address: (variant: 'scim' | 'deaf' | 'endless') => string;
  readonly token: string;
  /** Makes a group in every variant and returns its id. */
  addGroup(name: string): string;
  hasPassword(id: string, value: string): boolean;
  readonly accounts: () => number;
  close(): Promise<void>;
}

type Entry = Record<string, unknown> & { id: string };
interface Tenant { readonly variant: string; readonly users: Map<string, Entry>; readonly groups: Map<string, Entry> }

export async function startScimPeer(token = 'scim-token', port = 0): Promise<ScimPeer> {
  const tenants = new Map<string, Tenant>();
  for (const variant of ['scim', 'deaf', 'endless']) tenants.set(variant, { variant, users: new Map(), groups: new Map() });
  let count = 0;
  const nextId = (): string => { count += 1; return `u${String(count).padStart(6, '0')}`; };

  declare(SCIMMY.Resources.User, (tenant) => tenant.users, 'userName', nextId);
  declare(SCIMMY.Resources.Group, (tenant) => tenant.groups, 'displayName', nextId);

  const app = express();
  for (const [variant, tenant] of tenants) {
    if (variant === 'endless') app.use('/endless', (request, _response, next) => { delete request.query['startIndex']; next(); });
    app.use(`/${variant}`, new SCIMMYRouters({
      type: 'bearer',
      handler: (request) => {
        // A careless server that quotes what it refuses: no secret may come out of our errors even so.
        if (request.header('authorization') !== `Bearer ${token}`) throw new Error(`unknown credential ${request.header('authorization') ?? ''}`);
        return '';
      },
      context: () => tenant,
      baseUri: (request) => `${request.protocol}://${request.get('host') ?? ''}`,
    }));
  }
  const server = app.listen(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => { server.once('listening', resolve); server.once('error', reject); });
  const { port: listening } = server.address() as AddressInfo;
  return {
    address: (variant) => `http://127.0.0.1:${listening}/${variant}`,
    token,
    addGroup(displayName) {
      const id = nextId();
      for (const { groups } of tenants.values()) groups.set(id, { id, displayName, members: [], meta: {} });
      return id;
    },
    hasPassword: (id, value) => [...tenants.values()].some(({ users }) => users.get(id)?.['password'] === value),
    accounts: () => [...tenants.values()].reduce((sum, { users }) => sum + users.size, 0),
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()); }),
  };
}

function declare(resource: typeof SCIMMY.Resources.User | typeof SCIMMY.Resources.Group, entries: (tenant: Tenant) => Map<string, Entry>, key: 'userName' | 'displayName', nextId: () => string): void {
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
      // SCIMMY parses the filter and leaves applying it to us. Under /deaf nobody does.
      const { variant } = tenant as Tenant;
      const everyone = [...all.values()];
      return request.filter === undefined || variant === 'deaf' ? everyone : request.filter.match(everyone);
    })
    .ingress((request, entry, tenant) => {
      const all = stored(tenant);
      const fields = JSON.parse(JSON.stringify(entry)) as Record<string, unknown>;
      const before = request.id === undefined ? undefined : all.get(request.id);
      if (request.id !== undefined && before === undefined) throw missing(request.id);
      const name = String(fields[key] ?? '');
      const taken = [...all.values()].find((one) => String(one[key]).toLowerCase() === name.toLowerCase() && one.id !== request.id);
      if (taken !== undefined) throw new SCIMMY.Types.Error(409, 'uniqueness', `\`${name}\` is taken`);
      const id = request.id ?? nextId();
      // SCIMMY leaves the password out of its JSON, as a server should.
      const secret = (entry as { password?: string }).password ?? before?.['password'];
      all.set(id, { ...fields, id, meta: {}, ...(secret === undefined ? {} : { password: secret }) });
      return all.get(id);
    })
    .degress((request, tenant) => {
      if (!stored(tenant).delete(request.id)) throw missing(request.id);
    });
}
