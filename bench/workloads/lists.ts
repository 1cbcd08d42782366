import { spreadOf, type Spread } from '../arithmetic.ts';
import { allErrors, allLatencies, atMost, measure, type Bench, type Outcome } from '../bench.ts';
import type { Asked } from '../load/scenarios.ts';

/** W8: what the console asks all day: first and deep pages, searches, filters. */
export async function lists({ house, generator, isQuick, people }: Bench): Promise<Outcome> {
  const asked = await questions(house, people);
  const shape = (seconds: number) => ({ kind: 'closed', connections: 8, seconds }) as const;
  const warm = await measure(generator, house, 'reads', { asked }, shape(isQuick ? 1 : 3));
  const capacity = await measure(generator, house, 'reads', { asked }, shape(isQuick ? 2 : 6));
  const open = await measure(generator, house, 'reads', { asked }, { kind: 'open', ratePerSecond: capacity.rate * 0.5, seconds: isQuick ? 4 : 12, connections: 64 });
  // One reader alone: what a page costs, without the waiting behind others that chance arrivals at half load bring.
  const alone = await measure(generator, house, 'reads', { asked }, { kind: 'closed', connections: 1, seconds: isQuick ? 2 : 6 });
  const latencies: Record<string, Spread> = {};
  for (const [name, values] of Object.entries(alone.latencies)) latencies[name] = spreadOf(values);
  const slowest = Object.entries(latencies).sort((a, b) => b[1].p95 - a[1].p95)[0]!;
  const atHalf = allLatencies(open);
  return {
    id: 'W8', title: 'lists and search', setting: `${people.toLocaleString('en-GB')} people, ${asked.length} questions`, unit: 'answers/s', rate: capacity.rate,
    latency: { ...atHalf, at: '50 % load' }, latencies,
    errors: allErrors([warm, capacity, open, alone]),
    cpu: capacity.cpu,
    aims: [atMost(`slowest list alone (${slowest[0]}) p95`, slowest[1].p95, 10, ' ms'), atMost('p95 of all at 50 % load', atHalf.p95, 10, ' ms')],
    facts: { 'generator load': capacity.generatorLoad },
  };
}

async function questions(house: Bench['house'], people: number): Promise<readonly Asked[]> {
  const bearer = house.token;
  const [middle] = (await house.pool.query<{ employee_number: string; username: string; work_email: string; given_name: string; family_name: string; id: string }>(
    `select id, employee_number, username, work_email, given_name, family_name from directory.person where source = 'hr' order by id offset $1 limit 1`, [Math.floor(people / 2)])).rows;
  if (!middle) throw new Error('nobody was seeded');
  const deep = await deepCursor(house, people);
  const ask = (name: string, path: string, itemsAtLeast = 1): Asked => ({ name, path, bearer, itemsAtLeast });
  const search = (name: string, text: string, itemsAtLeast = 1): Asked => ask(name, `/api/v1/people?limit=50&search=${encodeURIComponent(text)}`, itemsAtLeast);
  return [
    ask('people, first page', '/api/v1/people?limit=50', 50),
    ask('people, deep page', `/api/v1/people?limit=50&cursor=${encodeURIComponent(deep)}`, 50),
    ask('people of a department', '/api/v1/people?limit=50&department=Sales', 50),
    ask('people who are active', '/api/v1/people?limit=50&status=active', 50),
    search('search: one letter', 'm', 50),
    search('search: a common name', 'maria', 20),
    search('search: first and last name', `${middle.given_name} ${middle.family_name}`),
    search('search: two common beginnings', 'ma iv'),
    search('search: two names nobody has together', 'maria sofia', 0),
    search('search: employee number', middle.employee_number),
    search('search: e-mail', middle.work_email),
    search('search: nobody', 'xyzzyq', 0),
    ask('search within a department', '/api/v1/people?limit=50&search=maria&department=Legal', 1),
    ask('search among those who left', '/api/v1/people?limit=50&search=maria&status=left', 0),
    ask('one letter among those to come', '/api/v1/people?limit=50&search=m&status=staged', 0),
    ask('search: accounts', '/api/v1/accounts?limit=50&search=maria', 20),
    ask('search: accounts, one letter', '/api/v1/accounts?limit=50&search=m', 50),
    ask('accounts, first page', '/api/v1/accounts?limit=50', 50),
    ask('accounts tied to nobody', '/api/v1/accounts?limit=50&tiedToNobody=true', 10),
    ask('grants, first page', '/api/v1/grants?limit=50', 50),
    ask('audit, first page', '/api/v1/audit/entries?limit=50', 1),
    ask('applications', '/api/v1/applications?limit=50', 1),
    ask('movements', '/api/v1/movements?limit=50', 0),
  ];
}

/** The cursor of a page in the middle of all people, reached as the console would: page after page. */
async function deepCursor(house: Bench['house'], people: number): Promise<string> {
  let cursor: string | null = null;
  for (let seen = 0; seen < Math.min(people / 2, 500_000); seen += 200) {
    const page: { next: string | null } = await house.api('GET', `/api/v1/people?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    if (!page.next) throw new Error(`the list of people ended after ${seen} of ${people}`);
    cursor = page.next;
  }
  return cursor!;
}
