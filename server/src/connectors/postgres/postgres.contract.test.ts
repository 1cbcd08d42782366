import path from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { testServer } from '../../../testing/database.ts';
import { connectorContract, type Harness } from '../contract/contract-suite.ts';
import { breakableTcp } from '../contract/tcp-wire.ts';
import { testContexts } from '../contract/test-context.ts';
import { postgresKind } from './postgres.ts';
import { scramVerifier } from './scram-verifier.ts';

const run = `c${process.pid}`;

/** Roles belong to the whole server, which other tests use as well: ours carry a name of their own and are dropped. */
async function dropOurs(administrator: pg.Client, prefix: string): Promise<void> {
  const { rows } = await administrator.query<{ name: string }>(`select rolname as name from pg_roles where rolname like $1 or shobj_description(oid, 'pg_authid') like '%[bailiwick:account]%' order by rolname = $2`, [`${prefix}%`, `${prefix}_ours`]);
  for (const { name } of rows) await administrator.query(`drop owned by ${pg.escapeIdentifier(name)}; drop role ${pg.escapeIdentifier(name)}`);
}

const start = (isSuperuser: boolean) => async (): Promise<Harness> => {
  const server = await testServer();
  const prefix = `${run}${isSuperuser ? 's' : 'r'}`;
  const administrator = new pg.Client(server);
  await administrator.connect();
  const group = `${prefix}_engineers`;
  await administrator.query(`create role ${pg.escapeIdentifier(group)} nologin`);
  const ours = isSuperuser ? { name: server.user, password: server.password } : { name: `${prefix}_ours`, password: 'ours-and-secret' };
  if (!isSuperuser) {
    await administrator.query(`create role ${ours.name} login createrole password '${ours.password}'; grant pg_signal_backend, pg_read_all_stats to ${ours.name}; grant ${pg.escapeIdentifier(group)} to ${ours.name} with admin option`);
  }
  const { rows } = await administrator.query<{ id: string }>('select oid::text as id from pg_roles where rolname = $1', [group]);
  const upstream = server.host.startsWith('/') ? { path: path.join(server.host, `.s.PGSQL.${server.port}`) } : { host: server.host, port: server.port };
  const tcp = await breakableTcp(upstream, (sent) => /create role|alter role/.test(sent.toString('latin1')));
  const contexts = testContexts({ password: ours.password });
  const settings = { host: '127.0.0.1', port: tcp.port, database: server.database, userName: ours.name, encryption: 'off' };
  const visitors: pg.Client[] = [];
  const visit = async (user: string, password: string): Promise<pg.Client> => {
    const client = new pg.Client({ ...server, user, password });
    client.on('error', () => undefined);
    await client.connect();
    visitors.push(client);
    return client;
  };
  return {
    connector: postgresKind.build(settings, { secretKeeper: contexts.keeper }),
    wire: tcp.wire, log: contexts.log, unknownId: '4294967000',
    context: contexts.context,
    kept: contexts.kept,
    strangerContext: () => contexts.withSecrets({ password: 'wrong' }),
    login: (hint) => `${prefix}_${hint}`,
    entitlement: () => Promise.resolve(rows[0]?.id ?? ''),
    openSession: async (account, login) => {
      const connector = postgresKind.build(settings, { secretKeeper: contexts.keeper });
      const outcome = await connector.setSecret?.(contexts.context(), account, 'random');
      const visitor = await visit(login, contexts.kept(outcome?.secretReference ?? ''));
      return () => visitor.query('select 1').then(() => true, () => false);
    },
    letsIn: (_account, login, secret) => visit(login, secret).then((client) => client.end().then(() => true), () => false),
    close: async () => {
      await Promise.all(visitors.map((one) => one.end().catch(() => undefined)));
      await tcp.close();
      await dropOurs(administrator, prefix);
      await administrator.end();
    },
  };
};

connectorContract('PostgreSQL as a superuser', start(true));
connectorContract('PostgreSQL with CREATEROLE only', start(false));

test('the verifier is the one that PostgreSQL itself would make', async () => {
  const server = await testServer();
  const client = new pg.Client(server);
  await client.connect();
  const name = `${run}_verifier`;
  try {
    await client.query(`set password_encryption = 'scram-sha-256'; create role ${name} password 'Grüße, Maria'`);
    const { rows } = await client.query<{ stored: string }>('select rolpassword as stored from pg_authid where rolname = $1', [name]);
    const stored = rows[0]?.stored ?? '';
    const [, iterations, salt] = /^SCRAM-SHA-256\$(\d+):([^$]+)\$/.exec(stored) ?? [];
    expect(await scramVerifier('Grüße, Maria', Buffer.from(salt ?? '', 'base64'), Number(iterations))).toBe(stored);
  } finally {
    await client.query(`drop role if exists ${name}`);
    await client.end();
  }
});

test('a role that owns a table is not removed until a successor is named, and never our own', async () => {
  const server = await testServer();
  const administrator = new pg.Client(server);
  await administrator.connect();
  const [owner, successor] = [`${run}_owner`, `${run}_successor`];
  const contexts = testContexts({ password: server.password });
  const settings = { host: server.host, port: server.port, database: server.database, userName: server.user, encryption: 'off' };
  const connector = postgresKind.build(settings);
  try {
    await administrator.query(`create role ${owner} login; create role ${successor}; create table ${owner} (); alter table ${owner} owner to ${owner}`);
    const made = await connector.create?.(contexts.context(), { login: owner, email: 'owner@example.com' });
    const account = made?.reference ?? { type: 'account', id: '' };
    expect(made?.status).toBe('already');
    await expect(connector.remove?.(contexts.context(), account)).rejects.toMatchObject({ kind: 'precondition' });
    const willing = postgresKind.build({ ...settings, reassignOwnedTo: successor });
    expect((await willing.remove?.(contexts.context(), account))?.status).toBe('done');
    expect((await administrator.query('select tableowner from pg_tables where tablename = $1', [owner])).rows).toEqual([{ tableowner: successor }]);
    const us = (await administrator.query<{ id: string }>('select oid::text as id from pg_roles where rolname = current_user')).rows[0]?.id ?? '';
    await expect(connector.setEnabled?.(contexts.context(), { type: 'account', id: us }, false)).rejects.toMatchObject({ kind: 'precondition' });
  } finally {
    await administrator.query(`drop table if exists ${owner}; drop role if exists ${owner}; drop role if exists ${successor}`);
    await administrator.end();
  }
});

test('a name that resolves to a metadata address is refused, and a host with one is not even a setting', async () => {
  expect(() => postgresKind.build({ host: '169.254.169.254', userName: 'x' })).toThrow('link-local');
  const connector = postgresKind.build({ host: '2852039166', userName: 'x', encryption: 'off', timeoutMs: 2_000 });
  await expect(connector.check(testContexts({ password: 'x' }).context())).rejects.toMatchObject({ kind: 'config' });
});
