import type { ApplicationAnswer, EntitlementAnswer, PersonAnswer } from '@bailiwick/contract/directory';
import type { HrImport } from '@bailiwick/contract/hr-feed';
import type { Connection, Drift, Movement, MovementSummary } from '@bailiwick/contract/lifecycle';
import { days, hours, later, minutes, seconds } from '../src/platform/clock/index.ts';
import type { MovingClock } from '../testing/moving-clock.ts';
import { softwareAuthenticator, type SoftwareAuthenticator } from '../testing/software-authenticator.ts';
import { credentialsOf, visitor, type Credentials, type Visitor } from '../testing/visitor.ts';
import { asCsv, emailOf, type Month, type Worker } from './company.ts';
import { badgeList, fillSystems, type Systems } from './systems.ts';

/*
 * A year of a company, lived through the product's own doors: forms, HTTP API, HR files, and what people do in the systems
 * past Bailiwick. Nothing is inserted; only the clock is ours.
 */

export interface DemoPerson {
  readonly part: 'administrator' | 'manager' | 'employee' | 'auditor' | 'help desk' | 'others';
  readonly name: string;
  readonly does: string;
  readonly credentials: Credentials;
}

export interface YearNeeds {
  readonly address: string;
  readonly origin: string;
  readonly setUpLink: string;
  readonly clock: MovingClock;
  readonly systems: Systems;
  readonly months: readonly Month[];
  readonly now: Date;
  /** Resolves when nothing is on its way any more. */
  quiet(): Promise<void>;
  /** The clock jumped: what fell due in between is looked at. */
  wakeUp(): Promise<void>;
  say(text: string): void;
}

/** Known to everybody who reads this line. That is the point of a demo, and why it listens on this machine only. */
export const demoPassword = 'seven otters paint bridges';

export interface Year {
  readonly people: readonly DemoPerson[];
  readonly expenses: { readonly clientId: string; readonly clientSecret: string };
}

export async function buildYear(needs: YearNeeds): Promise<Year> {
  const { clock, systems, months, say } = needs;
  const first = months[0]!;
  const wait = (ms: number): Promise<void> => { clock.forward(ms); return Promise.resolve(); };
  const browser = (): Visitor => visitor(needs.address, clock, { wait, userAgent: agents[turn++ % agents.length]! });
  let turn = 0;

  say('the first administrator opens the one-time link');
  const robin = credentialsOf('robin', demoPassword);
  const admin = browser();
  await admin.setUp(needs.setUpLink, { givenName: 'Robin', familyName: 'Winter', email: 'robin.winter@linden.example' }, robin);
  // Whoever tries the demo has the key of Robin's app and no passkey of hers: the rule that is shipped counts, and asks nobody.
  const rules = await admin.api<{ items: { id: string }[] }>('GET', '/api/v1/enrolment-policies');
  for (const { id } of rules.items) await admin.api('POST', `/api/v1/enrolment-policies/${id}/turn`, { state: 'report-only' });
  let seenAt = clock.now();
  /** Sessions end when nobody uses them, and at night. */
  async function asAdministrator(): Promise<Visitor> {
    if (clock.now().getTime() - seenAt.getTime() > minutes(5)) {
      const isSignedIn = await admin.api('GET', '/api/v1/me').then(() => true, () => false);
      if (!isSignedIn) await admin.signIn(robin, '/admin');
    }
    seenAt = clock.now();
    return admin;
  }
  const api = async <T>(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<T> => (await asAdministrator()).api<T>(method, path, body);

  async function importFile(workers: readonly Worker[], fileName: string): Promise<HrImport> {
    const uploaded = await api<HrImport>('POST', `/api/v1/hr-imports?fileName=${fileName}`, asCsv(workers));
    if (uploaded.state === 'uploaded') throw new Error(`the HR file asks: ${uploaded.questions.map((one) => one.text).join('; ')}`);
    return api<HrImport>('POST', `/api/v1/hr-imports/${uploaded.id}/apply`, {});
  }

  const people = new Map<string, PersonAnswer>();
  async function personOf(worker: Worker): Promise<PersonAnswer> {
    const known = people.get(worker.number);
    if (known) return known;
    const { items } = await api<{ items: PersonAnswer[] }>('GET', `/api/v1/people?search=${encodeURIComponent(worker.number)}`);
    const found = items.find((one) => one.employeeNumber === worker.number);
    if (!found) throw new Error(`nobody has the number ${worker.number}`);
    people.set(worker.number, found);
    return found;
  }

  // ---- the first month

  say('an HR file of everybody; four systems that nobody governed so far');
  await fillSystems(systems, first.workers);
  await importFile(first.workers, `people-${first.at.toISOString().slice(0, 7)}.csv`);
  await needs.quiet();

  const connect = (body: Record<string, unknown>): Promise<Connection> => api<Connection>('POST', '/api/v1/connections', body);
  const scim = (name: string, description: string, address: string): Promise<Connection> => connect({ name, description, kind: 'scim', settings: { address }, secrets: { token: systems.facts.scimToken }, loginFrom: 'email' });
  const chat = await scim('Chat', 'Talk to each other', systems.chat.address);
  const wiki = await scim('Wiki', 'What we know', systems.wiki.address);
  const { password, user, ...where } = systems.warehouse.connection;
  const warehouse = await connect({ name: 'Warehouse', description: 'Figures, in PostgreSQL', kind: 'postgres', settings: { ...where, userName: user, encryption: 'off' }, secrets: { password }, loginFrom: 'email-name' });
  const badges = await connect({ name: 'Door badges', description: 'The badge office keeps a list', kind: 'manual', settings: { systemName: 'the badge system', instructions: 'Ask the reception in Lisbon, extension 40.', entitlements: ['Front door', 'Server room'] }, loginFrom: 'email' });
  const forgotten = [{ login: 'visitor-7', name: 'Visitor card 7', status: 'active', groups: 'Front door' }, { login: 'hvogel', name: 'Hanna Vogel', status: 'active', groups: 'Front door; Server room' }];
  await (await asAdministrator()).api('PUT', `/api/v1/connections/${badges.applicationId}/list`, badgeList(first.workers, forgotten));
  await needs.quiet();

  const entitlementsOf = async (connection: Connection): Promise<ReadonlyMap<string, EntitlementAnswer>> => {
    const { items } = await api<{ items: EntitlementAnswer[] }>('GET', `/api/v1/applications/${connection.applicationId}/entitlements?limit=200`);
    return new Map(items.map((one) => [one.name, one]));
  };
  const [inChat, inWiki, inWarehouse, inBadges] = [await entitlementsOf(chat), await entitlementsOf(wiki), await entitlementsOf(warehouse), await entitlementsOf(badges)];
  const idsOf = (...found: readonly (readonly [ReadonlyMap<string, EntitlementAnswer>, string])[]): string[] =>
    found.map(([map, name]) => {
      const one = map.get(name);
      if (!one) throw new Error(`no entitlement ${name}; there are ${[...map.keys()].join(', ')}`);
      return one.id;
    });
  const inDepartment = (...isOneOf: string[]) => ({ all: [{ attribute: 'department', isOneOf }] });
  await api('PATCH', `/api/v1/entitlements/${idsOf([inChat, 'admins'])[0]!}`, { risk: 'privileged' });
  await api('PATCH', `/api/v1/entitlements/${idsOf([inWiki, 'admins'])[0]!}`, { risk: 'privileged' });
  await api('PATCH', `/api/v1/entitlements/${idsOf([inBadges, 'Server room'])[0]!}`, { risk: 'high' });

  say('roles: what people have by birthright');
  const roles: readonly (readonly [string, string, unknown, string[]])[] = [
    ['Everybody', 'What everybody at Linden needs on the first day', { all: [] }, idsOf([inChat, 'everyone'], [inWiki, 'readers'], [inBadges, 'Front door'])],
    ['Engineering', 'Builds and runs', inDepartment('Engineering'), idsOf([inChat, 'engineering'], [inWiki, 'authors'])],
    ['Sales', 'Sells', inDepartment('Sales'), idsOf([inChat, 'sales'])],
    ['Support', 'Helps customers', inDepartment('Support'), idsOf([inChat, 'support'], [inWiki, 'authors'])],
    ['Finance', 'Keeps the books', inDepartment('Finance'), idsOf([inWarehouse, 'finance_read'])],
    ['Operations', 'Keeps the offices running', inDepartment('Operations'), idsOf([inBadges, 'Server room'])],
    ['Reliability', 'Looks into the figures when something breaks', { all: [{ attribute: 'title', isOneOf: ['Site Reliability Engineer'] }] }, idsOf([inWarehouse, 'analysts'])],
  ];
  for (const [name, description, rule, entitlementIds] of roles) await api('POST', '/api/v1/roles', { name, description, rule, entitlementIds });
  await api('POST', '/api/v1/roles', { name: 'Handbook editors', description: 'Given by hand', rule: null, entitlementIds: idsOf([inWiki, 'handbook editors']) });
  await needs.quiet();

  clock.forward(hours(2));
  say('after a look at the preview, the systems go live');
  for (const { applicationId } of [chat, wiki, warehouse, badges]) await api('PATCH', `/api/v1/connections/${applicationId}`, { mode: 'live' });
  await needs.quiet();
  await confirmByHand(() => true);
  const readAll = async (): Promise<void> => {
    for (const { applicationId } of [chat, wiki, warehouse, badges]) await api('POST', `/api/v1/connections/${applicationId}/read`, {});
    await needs.quiet();
  };
  await readAll();

  const { expenses } = systems;
  const client = await api<{ clientId: string; clientSecret: string; applicationId: string }>('POST', '/api/v1/clients', {
    name: 'Expenses', redirectUris: [expenses.redirectUri], postLogoutRedirectUris: [expenses.signedOutUri], homeUri: `${expenses.origin}/`, initiateLoginUri: expenses.initiateUri, backchannelLogoutUri: expenses.backchannelLogoutUri,
  });
  await api('PATCH', `/api/v1/applications/${client.applicationId}`, { description: 'Hand in what you paid' });
  await expenses.connect({ issuer: needs.origin, clientId: client.clientId, clientSecret: client.clientSecret });

  // ---- people who sign in

  const cast: DemoPerson[] = [{ part: 'administrator', name: 'Robin Winter', does: 'everything in the console', credentials: robin }];
  const browsers = new Map<string, { credentials: Credentials; browser: Visitor; passkey: SoftwareAuthenticator | null }>();
  async function firstDay(worker: Worker, hasPasskey = false): Promise<Credentials> {
    const person = await personOf(worker);
    const { pass } = await api<{ pass: string }>('POST', `/api/v1/people/${person.id}/access-pass`, { reason: 'the first day' });
    const credentials = credentialsOf(person.username, demoPassword);
    const own = browser();
    const passkey = hasPasskey ? softwareAuthenticator({ origin: needs.origin }) : null;
    if (passkey) await own.enrolPasskey(credentials, pass, passkey);
    else await own.signInWithPass(credentials, pass);
    browsers.set(worker.number, { credentials, browser: own, passkey });
    return credentials;
  }
  const stays = (worker: Worker): boolean => worker.end === '' && months.every((month) => !month.leavers.includes(worker.number) && !month.movers.includes(worker.number));
  const of = (department: string): Worker[] => first.workers.filter((worker) => worker.department === department && stays(worker));
  const head = of('Engineering').find((worker) => worker.title.startsWith('Head'))!;
  const engineer = of('Engineering').find((worker) => !worker.title.startsWith('Head'))!;
  const auditor = of('Finance').find((worker) => worker.title.includes('Director'))!;
  const helper = of('People').find((worker) => !worker.title.startsWith('Head'))!;
  const named = (worker: Worker): string => `${worker.given} ${worker.family}`;
  cast.push({ part: 'manager', name: named(head), does: `${head.title}: the team in the portal`, credentials: await firstDay(head) });
  cast.push({ part: 'employee', name: named(engineer), does: `${engineer.title}: the portal`, credentials: await firstDay(engineer) });
  cast.push({ part: 'auditor', name: named(auditor), does: 'reads everything in the console, changes nothing', credentials: await firstDay(auditor) });
  cast.push({ part: 'help desk', name: named(helper), does: 'helps people back in', credentials: await firstDay(helper) });
  // Power that lasts asks for a fresh proof, and the morning has been long.
  await admin.signOut();
  await admin.signIn(robin, '/admin');
  // Who gives a part of the console away proves anew who they are.
  await admin.signOut();
  await admin.signIn(robin, '/admin');
  await api('POST', '/api/v1/console-roles', { personId: (await personOf(auditor)).id, role: 'auditor', reason: 'internal audit' });
  await api('POST', '/api/v1/console-roles', { personId: (await personOf(helper)).id, role: 'help_desk', reason: 'first line of the help desk' });
  for (const [index, worker] of first.workers.filter((one) => stays(one) && ![head, engineer, auditor, helper].includes(one)).filter((_, index) => (months.length > 6 ? index % 3 !== 1 : index % 9 === 0)).entries()) await firstDay(worker, index % 4 !== 3);

  /** Some people come in, and open Expenses. */
  async function someMornings(share: number): Promise<void> {
    for (const [number, one] of [...browsers].filter((_, index) => index % share === 0)) {
      if (!(await isHere(number))) continue;
      await (one.passkey ? one.browser.signInByPasskey(one.passkey) : one.browser.signIn(one.credentials));
    }
  }
  async function isHere(number: string): Promise<boolean> {
    const known = people.get(number);
    return known !== undefined && (await api<PersonAnswer>('GET', `/api/v1/people/${known.id}`)).status === 'active';
  }

  /** The badge office does what the tasks say, and somebody writes down what they saw. */
  async function confirmByHand(chosen: (movement: MovementSummary) => boolean): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      const { items } = await api<{ items: MovementSummary[] }>('GET', '/api/v1/movements?isOpen=true&limit=200');
      let confirmed = 0;
      for (const movement of items.filter(chosen)) {
        const { board } = await api<Movement>('GET', `/api/v1/movements/${movement.id}`);
        for (const step of board.flatMap((system) => system.steps).filter((one) => one.applicationId === badges.applicationId && one.state === 'action_required')) {
          await api('POST', `/api/v1/movements/${movement.id}/steps/${step.id}/confirm`, { evidence: `done at the reception, card shown to Robin Winter`, ...(step.action === 'create_account' ? { accountId: step.title.replace(/^create the account /, '') } : {}) });
          confirmed += 1;
        }
      }
      if (confirmed === 0) return;
      await needs.quiet();
    }
  }

  // ---- the months after

  const moverToCome = months.slice(2).flatMap((month) => month.movers.map((number) => ({ number, month })))[0];
  for (const [index, month] of months.entries()) {
    if (index === 0) continue;
    const isLast = index === months.length - 1;
    const name = month.at.toISOString().slice(0, 7);
    say(`${name}: ${[[month.joiners, 'joins', 'join'], [month.movers, 'moves', 'move'], [month.leavers, 'leaves', 'leave']].map(([who, one, many]) => `${who!.length} ${who!.length === 1 ? String(one) : String(many)}`).join(', ')}`);

    // Contractors end on their day, without a file.
    const before = months[index - 1]!;
    for (const end of [...new Set(before.workers.filter((worker) => worker.end > before.at.toISOString().slice(0, 10)).map((worker) => worker.end))].filter((end) => end < month.at.toISOString().slice(0, 10)).sort()) {
      clock.set(later(new Date(`${end}T00:00:00Z`), days(1) + minutes(5)));
      await needs.wakeUp();
      await confirmByHand(() => true);
    }

    // The file comes in the night, a few minutes after the last day has ended.
    clock.set(new Date(`${month.at.toISOString().slice(0, 10)}T00:06:00Z`));
    await needs.wakeUp();
    const isOutage = months.length > 4 ? index === Math.floor(months.length / 2) : index === 1;
    if (isOutage) systems.wiki.setDown(true);
    await importFile(month.workers, `people-${name}.csv`);
    await needs.quiet();
    if (isOutage) {
      say('  the wiki does not answer for half a day: what is not proven stays open, and becomes an alarm');
      for (const waited of [1, 4]) {
        clock.forward(hours(waited));
        await needs.wakeUp();
      }
      systems.wiki.setDown(false);
      clock.forward(minutes(30));
      await api('POST', `/api/v1/connections/${wiki.applicationId}/check`, {});
      await needs.wakeUp();
    }
    // The night porter takes a leaver's badge away at once; the rest waits until the office opens.
    clock.forward(seconds(35));
    await confirmByHand((movement) => movement.kind === 'leaver');
    clock.forward(hours(8));
    await confirmByHand(() => true);

    for (const worker of month.workers.filter((one) => month.joiners.includes(one.number)).slice(0, 1)) await firstDay(worker);
    await someMornings(isLast ? 1 : 3);

    if (moverToCome && months.indexOf(moverToCome.month) === index + 1) {
      const worker = month.workers.find((one) => one.number === moverToCome.number)!;
      await api('POST', '/api/v1/grants', { personId: (await personOf(worker)).id, entitlementId: idsOf([inWarehouse, 'analysts'])[0], reason: 'figures for the yearly review, asked for by the head of the department' });
    }
    if (index % 3 === 1) {
      const worker = month.workers.filter((one) => stays(one) && one.department === 'People')[index % 2]!;
      await api('POST', '/api/v1/grants', { personId: (await personOf(worker)).id, entitlementId: idsOf([inWiki, 'handbook editors'])[0], reason: 'writes the handbook this quarter', expiresAt: later(clock.now(), days(80)).toISOString() }).catch((error: unknown) => {
        if ((error as { status?: number }).status !== 409) throw error;
      });
    }
    await needs.quiet();

    // Past Bailiwick, and found by the reading of the night.
    if (index === Math.min(3, months.length - 1)) {
      const sales = month.workers.filter((worker) => worker.department === 'Sales' && stays(worker));
      for (const worker of sales.slice(1, 3)) systems.chat.addMember('admins', emailOf(worker));
    }
    clock.forward(hours(12));
    await readAll();
    if (index === Math.min(3, months.length - 1)) {
      const { items } = await api<{ items: Drift[] }>('GET', '/api/v1/drift?limit=200');
      const [kept, taken] = items.filter((one) => one.kind === 'unexplained_holding' && one.personId !== null);
      if (kept) await api('POST', `/api/v1/drift/${kept.id}/adopt`, { reason: 'runs the chat together with the administrators' });
      if (taken) await api('POST', `/api/v1/drift/${taken.id}/revert`, {});
      await needs.quiet();
    }
  }

  // ---- this week

  clock.set(later(needs.now, -days(1) - hours(2)));
  await needs.wakeUp();
  await someMornings(2);
  clock.set(later(needs.now, -hours(3)));
  await needs.wakeUp();
  say('today: one joins, one moves, one leaves at once, by one button');
  const last = months.at(-1)!;
  const mover = last.workers.find((worker) => stays(worker) && worker.department === 'Support' && !worker.title.startsWith('Head'))!;
  const headOfSales = last.workers.find((worker) => worker.title === 'Head of Sales')!;
  const yesterday = later(needs.now, -days(1)).toISOString().slice(0, 10);
  const workers = last.workers
    .filter((worker) => !last.leavers.includes(worker.number))
    .map((worker) => (worker === mover ? { ...worker, department: 'Sales', title: 'Sales Engineer', manager: headOfSales.number } : worker));
  const joiner: Worker = { number: 'L400', given: 'Noor', family: 'Bakker', title: 'Test Engineer', department: 'Engineering', location: 'Berlin', type: 'Employee', manager: head.number, start: yesterday, end: '' };
  await importFile([...workers, joiner], `people-${yesterday}.csv`);
  await needs.quiet();
  const leaver = last.workers.find((worker) => stays(worker) && worker.department === 'Sales' && !browsers.has(worker.number) && !worker.title.startsWith('Head'))!;
  await firstDay(leaver, true);
  await api('POST', `/api/v1/people/${(await personOf(leaver)).id}/leave`, { reason: 'left on the spot, by agreement with the head of People' });
  await needs.quiet();
  clock.forward(seconds(50));
  await confirmByHand((movement) => movement.kind === 'leaver');
  const bookkeeper = last.workers.find((worker) => stays(worker) && worker.department === 'Finance' && worker !== auditor)!;
  await api('POST', `/api/v1/grants`, { personId: (await personOf(bookkeeper)).id, entitlementId: idsOf([inBadges, 'Server room'])[0], reason: 'counts the hardware this week', expiresAt: later(clock.now(), days(7)).toISOString() });
  await needs.quiet();
  await readAll();
  await someMornings(3);
  const { items } = await api<{ items: ApplicationAnswer[] }>('GET', '/api/v1/applications');
  say(`done: ${items.length} applications, ${last.workers.length} people`);
  return { people: cast, expenses: { clientId: client.clientId, clientSecret: client.clientSecret } };
}

const agents = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/152.0.0.0 Safari/537.36',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15',
  'Mozilla/5.0 (X11; Linux x86_64; rv:152.0) Gecko/20100101 Firefox/152.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
];
