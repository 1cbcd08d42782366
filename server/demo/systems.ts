import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startEmbeddedPostgres } from '../src/platform/db/index.ts';
import { emailOf, type Worker } from './company.ts';
import { startExpenses, type Expenses } from './expenses.ts';
import { startScimServer, type ScimApplication } from './scim-server.ts';

/** What outlives the process, in `demo.json`: where the systems are and how Bailiwick enters them. */
export interface SystemFacts {
  readonly scimPort: number;
  readonly scimToken: string;
  readonly expensesPort: number;
  readonly warehousePassword: string;
}

export const newSystemFacts = (ports: { scim: number; expenses: number }): SystemFacts => ({ scimPort: ports.scim, expensesPort: ports.expenses, scimToken: randomBytes(24).toString('base64url'), warehousePassword: randomBytes(24).toString('base64url') });

export interface Warehouse {
  readonly connection: { readonly host: string; readonly port: number; readonly database: string; readonly user: string; readonly password: string };
  ask<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export interface Systems {
  readonly facts: SystemFacts;
  readonly chat: ScimApplication;
  readonly wiki: ScimApplication;
  readonly warehouse: Warehouse;
  readonly expenses: Expenses;
  close(): Promise<void>;
}

export async function startSystems(facts: SystemFacts, folders: { readonly scim: string; readonly warehouse: string }): Promise<Systems> {
  const [scim, expenses, warehouse] = await Promise.all([
    startScimServer({ names: ['chat', 'wiki'], token: facts.scimToken, port: facts.scimPort, folder: folders.scim }),
    startExpenses({ port: facts.expensesPort }),
    openWarehouse(folders.warehouse, facts.warehousePassword),
  ]);
  return {
    facts,
    chat: scim.application('chat'),
    wiki: scim.application('wiki'),
    warehouse,
    expenses,
    async close() {
      await Promise.all([scim.close(), expenses.close(), warehouse.close()]);
    },
  };
}

/** A PostgreSQL server of its own, beside the one that Bailiwick keeps its records in. */
async function openWarehouse(folder: string, superuserPassword: string): Promise<Warehouse> {
  const server = await startEmbeddedPostgres({ folder, superuserPassword, log: () => undefined });
  const connection = { host: server.connection.host, port: server.connection.port, database: 'postgres', user: 'postgres', password: superuserPassword };
  const pool = new pg.Pool({ ...connection, max: 2, application_name: 'warehouse administrator' });
  pool.on('error', () => undefined);
  return {
    connection,
    async ask<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
      return (await pool.query<Row>(text, [...values])).rows;
    },
    async close() {
      await pool.end();
      await server.stop();
    },
  };
}

export const roleName = (worker: Worker): string => emailOf(worker).replace(/@.*$/, '');

/** How the systems stood before anybody governed them: what people needed, what was forgotten, what nobody knows any more. */
export async function fillSystems({ chat, wiki, warehouse }: Systems, workers: readonly Worker[]): Promise<void> {
  for (const group of ['everyone', 'engineering', 'sales', 'support', 'admins']) chat.addGroup(group);
  for (const group of ['readers', 'authors', 'handbook editors', 'admins']) wiki.addGroup(group);
  const chatGroup: Readonly<Record<string, string>> = { Engineering: 'engineering', Sales: 'sales', Support: 'support' };
  workers.forEach((worker, index) => {
    const account = { userName: emailOf(worker), givenName: worker.given, familyName: worker.family, email: emailOf(worker) };
    // The newest ones were never given an account.
    if (index % 23 !== 22) {
      chat.addAccount(account);
      chat.addMember('everyone', account.userName);
      const own = chatGroup[worker.department];
      if (own !== undefined) chat.addMember(own, account.userName);
    }
    if (index % 19 !== 18) {
      wiki.addAccount(account);
      wiki.addMember('readers', account.userName);
      if (worker.department === 'Engineering' || worker.department === 'Support') wiki.addMember('authors', account.userName);
    }
  });
  // Left behind over the years.
  for (const userName of ['ci-bot', 'old.intern@linden.example', 'h.vogel@linden.example', 'conference-room-2']) chat.addAccount({ userName });
  for (const userName of ['backup-reader', 'h.vogel@linden.example', 'agency@partner.example']) wiki.addAccount({ userName });
  chat.addMember('admins', 'ci-bot');
  const engineers = workers.filter((worker) => worker.department === 'Engineering');
  if (engineers[1]) chat.addMember('admins', emailOf(engineers[1]));
  if (engineers[2]) wiki.addMember('admins', emailOf(engineers[2]));

  for (const group of ['analysts', 'finance_read', 'warehouse_admin']) await warehouse.ask(`create role ${group} nologin`);
  await warehouse.ask('create table if not exists public.ledger (id integer primary key, booked_on date, amount numeric)');
  await warehouse.ask('grant select on public.ledger to finance_read');
  for (const worker of workers.filter((one) => one.department === 'Finance')) {
    const name = pg.escapeIdentifier(roleName(worker));
    await warehouse.ask(`create role ${name} login in role finance_read`);
  }
  for (const worker of engineers.slice(0, 6)) await warehouse.ask(`create role ${pg.escapeIdentifier(roleName(worker))} login in role analysts`);
  for (const forgotten of ['report_bot', 'hvogel', 'tmp_migration_2021']) await warehouse.ask(`create role ${forgotten} login`);
  await warehouse.ask('grant analysts to report_bot');
  await warehouse.ask('grant warehouse_admin to hvogel');
}

/** The list that the badge office exports; the doors have no API. */
export function badgeList(workers: readonly Worker[], more: readonly { readonly login: string; readonly name: string; readonly status: string; readonly groups: string }[] = []): string {
  const rows = workers.map((worker) => [emailOf(worker), `${worker.given} ${worker.family}`, emailOf(worker), 'active', worker.department === 'Operations' ? 'Front door; Server room' : 'Front door']);
  const cell = (text: string): string => (/[",;\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return [['Login', 'Name', 'Email', 'Status', 'Groups'], ...rows, ...more.map((one) => [one.login, one.name, '', one.status, one.groups])].map((row) => row.map(cell).join(',')).join('\n') + '\n';
}
