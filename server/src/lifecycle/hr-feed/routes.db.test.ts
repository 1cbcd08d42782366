import type { HrChange, HrImport } from '@bailiwick/contract/hr-feed';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../testing/database.ts';
import { systemClock } from '../../platform/clock/index.ts';
import { loadConfig } from '../../platform/config/index.ts';
import { html } from '../../platform/html/index.ts';
import { describeApi, openGate, openHttp, type Http, type Principal } from '../../platform/http/index.ts';
import { silentLog } from '../../platform/log/index.ts';
import { openMetrics } from '../../platform/metrics/index.ts';
import { permissions } from '../permissions.ts';
import { hrFeedModule } from './hr-feed-module.ts';

const ivan: Principal = { kind: 'token', actor: 'token:ivan' as Principal['actor'], name: 'Ivan', personId: null, sessionId: null, assuranceLevel: 0, methods: [], authenticatedAt: null, onlyPermissions: null, csrfToken: null };

let world: TestDatabase;
let http: Http;
beforeAll(async () => {
  world = await testDatabase();
  const gate = openGate({ decider: { decide: async () => ({ is: 'allowed', scope: { is: 'everything' } }) }, recordRefusal: async () => undefined });
  const module = hrFeedModule({ clock: systemClock, database: world.database, announce: async () => undefined, gate });
  http = await openHttp({
    config: loadConfig({ BAILIWICK_PORT: '0' }), clock: systemClock, log: silentLog, metrics: openMetrics(), gate,
    sessionReader: { cookieName: 'bailiwick', read: async ({ bearer }) => (bearer === 'ivan-ivan-ivan' ? ivan : null) },
    pageFrame: { frame: ({ content }) => content, refusal: (refusal) => html`${refusal.message}` },
    sayRefusal: () => null,
    csrfKey: Buffer.alloc(32, 1),
    modules: [{ domain: 'lifecycle', permissions, ...module }],
    isReady: async () => true,
  });
});
afterAll(async () => {
  await http.close();
  await world.drop();
});

const authorization = 'Bearer ivan-ivan-ivan';
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH';
const ask = (method: Method, path: string, body?: unknown) => http.fastify.inject({ method, url: `/api/v1${path}`, headers: { authorization }, ...(body === undefined ? {} : { payload: body as object }) });
const upload = (content: Buffer | string, query = 'fileName=hr.csv', type = 'text/csv') => http.fastify.inject({ method: 'POST', url: `/api/v1/hr-imports?${query}`, headers: { authorization, 'content-type': type }, payload: content });

const text = 'Employee ID,First Name,Last Name,Manager ID,Hire Date\r\n1,Ken,Sharma,,2020-01-31\r\n2,Terri,Duffy,1,2020-02-01\r\n3,José,,1,2020-02-01\r\n';

describe('the HR feed over HTTP', () => {
  it('takes a file, shows page after page what it would do, does it once', async () => {
    const answer = await upload(text);
    expect([answer.statusCode, answer.json()]).toEqual([201, expect.objectContaining({ state: 'previewed', fileName: 'hr.csv', uploadedBy: 'Ivan', counts: expect.objectContaining({ joiner: 2, badRows: 1 }) as unknown })]);
    const one = answer.json<HrImport>();
    expect(one.problems).toMatchObject([{ line: 4, code: 'name_missing', severity: 'bad' }]);
    expect(one.sample.map((change) => [change.kind, change.name])).toEqual([['joiner', 'Ken Sharma'], ['joiner', 'Terri Duffy']]);

    const first = await ask('GET', `/hr-imports/${one.id}/changes?kind=joiner&limit=1`);
    const { items, next } = first.json<{ items: HrChange[]; next: string }>();
    const second = await ask('GET', `/hr-imports/${one.id}/changes?kind=joiner&limit=1&cursor=${next}`);
    expect([items[0]!.name, second.json<{ items: HrChange[] }>().items[0]!.name, second.json<{ next: null }>().next]).toEqual(['Ken Sharma', 'Terri Duffy', null]);
    const file = await ask('GET', `/hr-imports/${one.id}/problems.csv`);
    expect([file.headers['content-type'], file.body.split('\r\n')[1]]).toEqual(['text/csv; charset=utf-8', expect.stringContaining('4,bad,3,Last Name')]);

    expect((await ask('POST', `/hr-imports/${one.id}/apply`, { confirmedRemovals: 7 })).json()).toMatchObject({ status: 409, code: 'lifecycle.hr_import_confirmation_differs' });
    expect((await ask('POST', `/hr-imports/${one.id}/apply`, {})).json()).toMatchObject({ state: 'applied', appliedBy: 'Ivan' });
    expect((await ask('POST', `/hr-imports/${one.id}/apply`, {})).json()).toMatchObject({ status: 409, code: 'lifecycle.hr_import_closed' });
    expect((await upload(text)).json()).toMatchObject({ sameFile: { importId: one.id }, counts: { joiner: 0, unchanged: 2 }, consequences: [expect.stringContaining('1 row with a mistake')] });
    expect((await ask('GET', '/hr-imports?limit=1')).json()).toMatchObject({ items: [{ state: 'previewed' }], next: expect.any(String) as unknown });
  });

  it('an upload that is missing, empty, too large or no CSV gets a clear answer', async () => {
    expect((await http.fastify.inject({ method: 'POST', url: '/api/v1/hr-imports', headers: { authorization } })).json()).toMatchObject({ state: 'held', brake: { reasons: [{ is: 'empty' }], confirmWith: null } });
    expect((await upload(Buffer.alloc(20 * 1_048_576 + 1))).json()).toMatchObject({ status: 400, detail: 'the body is larger than 20971520 bytes; send less' });
    expect((await upload('PK\u0003\u0004', 'fileName=hr.xlsx', 'application/octet-stream')).json()).toMatchObject({ status: 400, code: 'lifecycle.hr_file_is_a_spreadsheet' });
    expect((await upload(text, 'fileName=hr.csv&isComplete=perhaps')).statusCode).toBe(400);
    expect((await upload(`${'a,'.repeat(600)}\n`)).json()).toMatchObject({ status: 400, code: 'lifecycle.hr_file_unreadable' });
  });

  it('what is asked wrongly is refused, never a bug', async () => {
    const { id } = (await upload(text)).json<HrImport>();
    const wrong = [
      await ask('GET', '/hr-imports/no-id'),
      await ask('GET', '/hr-imports/01890000-0000-7000-8000-000000000000'),
      await ask('GET', `/hr-imports/${id}/changes?cursor=nonsense`),
      await ask('GET', '/hr-imports?cursor=WyJ4IiwieSJd'),
      await ask('PUT', `/hr-imports/${id}/mapping`, { columns: [{ index: 0, attribute: 'title' }, { index: 1, attribute: 'title' }] }),
      await ask('PUT', `/hr-imports/${id}/mapping`, { columns: [{ index: 400, attribute: 'title' }] }),
      await ask('PUT', `/hr-imports/${id}/mapping`, { unknown: 1 }),
      await ask('PATCH', '/hr-feed', { timeZone: 'Mars/Olympus' }),
      await ask('POST', `/hr-imports/${id}/apply`, { confirmedRemovals: -1 }),
    ];
    expect(wrong.map((answer) => answer.statusCode)).toEqual([400, 404, 400, 400, 400, 400, 400, 400, 400]);
    expect((await ask('PUT', `/hr-imports/${id}/mapping`, { columns: [{ index: 3, attribute: null }], isComplete: false, encoding: 'utf-8', separator: ',' })).json()).toMatchObject({ isComplete: false, recognised: { columns: expect.arrayContaining([expect.objectContaining({ header: 'Manager ID', attribute: null, confidence: 'chosen' })]) as unknown } });
    expect((await ask('POST', `/hr-imports/${id}/refuse`)).statusCode).toBe(204);
    expect((await ask('GET', `/hr-imports/${id}`)).json()).toMatchObject({ state: 'refused', problems: [], sample: [] });
    expect((await ask('PATCH', '/hr-feed', { timeZone: 'Europe/Berlin' })).json()).toMatchObject({ timeZone: 'Europe/Berlin' });
  });

  it('is described', () => {
    const { routes } = hrFeedModule({ clock: systemClock, database: world.database, announce: async () => undefined, gate: null as never });
    expect(Object.keys((describeApi(routes, { url: 'http://localhost', version: '0' }) as { paths: object }).paths)).toHaveLength(9);
  });
});
