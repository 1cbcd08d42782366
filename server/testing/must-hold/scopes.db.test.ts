import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sql } from '../../src/platform/db/index.ts';
import { openWorld, type Actor, type World } from '../world.ts';
import { operationsOf, type ApiDescription, type Operation } from './api-description.ts';
import { send, type RawReply } from './raw-door.ts';

/**
 * Who reaches what, through the real door: every operation of the API description, asked by everybody, with ids of other
 * people (IDOR, ASVS 8.2.2). The lists below are written by hand on purpose. A new door is open to nobody but administrators
 * until somebody adds it here and thinks about it.
 */
const mine = /^\/api\/v1\/me(\/|$)/;

const ofManagers = [
  'GET /api/v1/people', 'GET /api/v1/people/attributes', 'GET /api/v1/people/{personId}', 'POST /api/v1/people/{personId}/access-pass', 'GET /api/v1/people/{personId}/access',
  'GET /api/v1/grants', 'GET /api/v1/movements', 'GET /api/v1/movements/{movementId}',
  // As the second person of a reset; whether managers may be it, the verb says.
  'GET /api/v1/resets', 'POST /api/v1/resets/{resetId}/approve', 'POST /api/v1/resets/{resetId}/refuse',
];
const ofHelpDesk = [
  ...ofManagers,
  'GET /api/v1/people/{personId}/sessions', 'DELETE /api/v1/people/{personId}/sessions/{sessionId}', 'POST /api/v1/people/{personId}/sessions/end-all', 'GET /api/v1/people/{personId}/devices', 'GET /api/v1/people/{personId}/strange-tries', 'GET /api/v1/people/{personId}/factors',
  'POST /api/v1/people/{personId}/resets', 'POST /api/v1/resets/{resetId}/pass', 'POST /api/v1/resets/{resetId}/cancel',
  'GET /api/v1/applications', 'GET /api/v1/applications/{applicationId}', 'GET /api/v1/inventory', 'GET /api/v1/reports/today',
  'GET /api/v1/enrolment-policies', 'POST /api/v1/enrolment-policies/preview', 'GET /api/v1/enrolment-policies/{policyId}', 'GET /api/v1/enrolment-policies/{policyId}/readiness',
];
/** Auditors read everything that is not somebody's mail, where the envelopes of break-glass accounts lie, or a question only an administrator answers; and change nothing. */
const isForAuditors = ({ method, path, name }: Operation): boolean => (method === 'GET' && !['/api/v1/mail', '/api/v1/break-glass', '/api/v1/held-departures'].includes(path)) || name === 'POST /api/v1/roles/preview' || name === 'POST /api/v1/enrolment-policies/preview';

type Who = 'employee' | 'manager' | 'help desk' | 'auditor' | 'token';
const mayReach: Readonly<Record<Who, (operation: Operation) => boolean>> = {
  employee: ({ path }) => mine.test(path),
  manager: ({ path, name }) => mine.test(path) || ofManagers.includes(name),
  'help desk': ({ path, name }) => mine.test(path) || ofHelpDesk.includes(name),
  auditor: (operation) => mine.test(operation.path) || isForAuditors(operation),
  // One permission, `directory.person.read`: the three doors that ask for it, and not even its owner's own page.
  token: ({ name }) => ['GET /api/v1/people', 'GET /api/v1/people/attributes', 'GET /api/v1/people/{personId}'].includes(name),
};

let world: World;
let operations: readonly Operation[];
let admin: Actor;
let ivan: Actor;
let olga: Actor;
let maria: Actor;
let hugo: Actor;
let adele: Actor;
let token: string;
const csrf = new Map<Actor, string>();

beforeAll(async () => {
  world = await openWorld();
  admin = await world.setUp('rita', 'Rita', 'Boss');
  maria = await world.hire('Maria', 'Silva');
  olga = await world.hire('Olga', 'Below', { managerId: maria.id, privateEmail: 'olga@home.example' });
  ivan = await world.hire('Ivan', 'Aside', { privateEmail: 'ivan@home.example' });
  hugo = await world.hire('Hugo', 'Helper');
  adele = await world.hire('Adele', 'Reader');
  for (const actor of [maria, olga, ivan, hugo, adele]) await world.signIn(actor);
  for (const [person, role] of [[hugo, 'help_desk'], [adele, 'auditor']] as const) await admin.browser.api('POST', '/api/v1/console-roles', { personId: person.id, role, reason: 'for the test' });
  ({ token } = await admin.browser.api<{ token: string }>('POST', '/api/v1/tokens', { name: 'narrow', permissions: ['directory.person.read'], expiresInDays: 1 }));
  operations = operationsOf(JSON.parse((await send(world.address, { method: 'GET', path: '/api/openapi.json' })).text) as ApiDescription).filter(({ isPublic }) => !isPublic);
  for (const actor of [admin, maria, olga, ivan, hugo, adele]) csrf.set(actor, (await actor.browser.api<{ csrfToken: string }>('GET', '/api/v1/me')).csrfToken);
  await world.quiet();
}, 120_000);
afterAll(() => world.close());

const actorOf = (who: Exclude<Who, 'token'>): Actor => ({ employee: ivan, manager: maria, 'help desk': hugo, auditor: adele })[who];

/** Of somebody else, or of nobody: an id that the asker has no business with. */
async function ask(who: Who, operation: Operation, ids: Readonly<Record<string, string>>): Promise<RawReply> {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? (name === 'seq' ? '1' : name === 'role' ? 'auditor' : '01890a5d-ac96-774b-bcce-b302099a8057')));
  const actor = who === 'token' ? null : actorOf(who);
  const isBytes = operation.bodyType === 'application/octet-stream';
  return send(world.address, {
    method: operation.method,
    path,
    headers: {
      accept: 'application/json',
      ...(actor ? { cookie: [...actor.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'x-csrf-token': csrf.get(actor)! } : { authorization: `Bearer ${token}` }),
      ...(operation.body ? { 'content-type': isBytes ? 'application/octet-stream' : 'application/json' } : {}),
    },
    body: operation.body ? (isBytes ? 'x' : '{}') : undefined,
  });
}
const codeOf = (reply: RawReply): string => (reply.status >= 400 ? (JSON.parse(reply.text) as { code: string }).code : '');

describe.each(Object.keys(mayReach) as Who[])('%s', (who) => {
  it('reaches the doors on the list and no other', async () => {
    const wrong: string[] = [];
    for (const operation of operations) {
      // Ends what the test needs.
      if (operation.name === 'POST /api/v1/me/sessions/end-others') continue;
      const reply = await ask(who, operation, { personId: ivan.id });
      const isClosed = reply.status === 403 && codeOf(reply) === 'platform.not_permitted';
      if (isClosed === mayReach[who](operation)) wrong.push(`${operation.name}: ${reply.status} ${codeOf(reply)}`);
    }
    expect(wrong).toEqual([]);
  });
});

it('nobody without a credential reaches anything', async () => {
  const open: string[] = [];
  for (const operation of operations) {
    const reply = await send(world.address, { method: operation.method, path: operation.path.replace(/\{\w+\}/g, ivan.id), headers: { accept: 'application/json', ...(operation.body ? { 'content-type': operation.bodyType! } : {}) }, body: operation.body ? '{}' : undefined });
    if (reply.status !== 401) open.push(`${operation.name}: ${reply.status}`);
  }
  expect(open).toEqual([]);
});

describe('beyond the reach of a role there is nobody (IDOR)', () => {
  const onPeople = (names: readonly string[]): readonly Operation[] => operations.filter(({ name, path }) => names.includes(name) && path.includes('{personId}'));
  const bodies: Readonly<Record<string, unknown>> = { 'POST /api/v1/people/{personId}/access-pass': { reason: 'please' }, 'POST /api/v1/people/{personId}/resets': { reason: 'please', identityCheck: 'called back' } };
  const asked = async (who: Exclude<Who, 'token'>, operation: Operation, personId: string): Promise<string> => {
    const actor = actorOf(who);
    return actor.browser.api(operation.method as 'GET', operation.path.replace('{personId}', personId).replace(/\{\w+\}/, '01890a5d-ac96-774b-bcce-b302099a8057'), bodies[operation.name]).then(() => 'done', (error: { code: string }) => error.code.split('.')[1]!);
  };

  it('a manager reaches the people below and nobody beside or above', async () => {
    for (const operation of onPeople(ofManagers)) {
      expect([operation.name, await asked('manager', operation, olga.id)]).toEqual([operation.name, 'done']);
      for (const other of [ivan, admin, maria]) expect([operation.name, other.name, await asked('manager', operation, other.id)]).toEqual([operation.name, other.name, 'person_not_found']);
    }
  });

  it('the help desk reaches everybody but those with power: not an administrator, not an auditor, not itself', async () => {
    for (const operation of onPeople(ofHelpDesk)) {
      expect([operation.name, await asked('help desk', operation, ivan.id)]).not.toEqual([operation.name, 'person_not_found']);
      for (const other of [admin, adele, hugo]) expect([operation.name, other.name, await asked('help desk', operation, other.id)]).toEqual([operation.name, other.name, 'person_not_found']);
    }
    await world.signIn(ivan);
  });

  it('lists hold whom the reader may see, whatever the filter says', async () => {
    const idsOf = async (actor: Actor, path: string): Promise<readonly string[]> => (await actor.browser.api<{ items: readonly { id: string; personId?: string }[] }>('GET', path)).items.map((one) => one.personId ?? one.id);
    expect(await idsOf(maria, '/api/v1/people')).toEqual([olga.id]);
    expect(await idsOf(maria, '/api/v1/people?search=ivan')).toEqual([]);
    for (const list of ['grants', 'movements']) {
      expect(new Set([olga.id, ...(await idsOf(maria, `/api/v1/${list}`))])).toEqual(new Set([olga.id]));
      expect(await idsOf(maria, `/api/v1/${list}?personId=${ivan.id}`)).toEqual([]);
      expect(await idsOf(hugo, `/api/v1/${list}?personId=${admin.id}`)).toEqual([]);
    }
    const seen = await idsOf(hugo, '/api/v1/people');
    expect(seen).toEqual(expect.arrayContaining([ivan.id, olga.id, maria.id]));
    for (const powerful of [admin, adele, hugo]) expect(seen).not.toContain(powerful.id);
  });

  it('a private e-mail address is shown to who keeps or audits the record, not to managers and the help desk', async () => {
    const privateEmail = async (actor: Actor, id: string): Promise<string | null> => (await actor.browser.api<{ privateEmail: string | null }>('GET', `/api/v1/people/${id}`)).privateEmail;
    expect(await privateEmail(admin, olga.id)).toBe('olga@home.example');
    for (const reader of [maria, hugo]) expect([reader.name, await privateEmail(reader, olga.id)]).toEqual([reader.name, null]);
  });

  it('a manager reads no movement of somebody else', async () => {
    const { items } = await admin.browser.api<{ items: readonly { id: string; personId: string }[] }>('GET', `/api/v1/movements?personId=${ivan.id}`);
    for (const { id } of items) await expect(maria.browser.api('GET', `/api/v1/movements/${id}`)).rejects.toMatchObject({ status: 404 });
  });
});

it('neither manager nor help desk issue a pass for somebody with an administrator account in any system, found or given', async () => {
  const pavel = await world.hire('Pavel', 'Root', { managerId: maria.id });
  const script = await world.script();
  const { applicationId } = await script.api<{ applicationId: string }>('POST', '/api/v1/connections', { name: 'Vault', kind: 'manual', settings: { systemName: 'Vault' } });
  await script.api('PUT', `/api/v1/connections/${applicationId}/list`, new TextEncoder().encode('login,email,name,active,groups\npavel.root,pavel.root@linden.example,Pavel Root,yes,users\n'));
  await world.quiet();
  const issue = (helper: Actor): Promise<unknown> => helper.browser.api('POST', `/api/v1/people/${pavel.id}/access-pass`, { reason: 'lost the telephone' });
  for (const helper of [maria, hugo]) await issue(helper);
  const touched = await world.database.transaction((tx) => sql<{ id: string }>(tx)`update directory.account set is_privileged = true where person_id = ${pavel.id} returning id`);
  expect(touched).toHaveLength(1);
  await expect(issue(maria)).rejects.toMatchObject({ code: 'authentication.pass_for_privileged' });
  await expect(issue(hugo)).rejects.toMatchObject({ code: 'authentication.person_not_found' });
});

describe('what is one\'s own', () => {
  it('sessions and factors of others are not found under `me`', async () => {
    const { session } = await olga.browser.api<{ session: { id: string } }>('GET', '/api/v1/me');
    await expect(ivan.browser.api('DELETE', `/api/v1/me/sessions/${session.id}`)).rejects.toMatchObject({ status: 404 });
    const { totps } = await olga.browser.api<{ totps: readonly { id: string }[] }>('GET', '/api/v1/me/factors');
    await expect(ivan.browser.api('PATCH', `/api/v1/me/factors/${totps[0]!.id}`, { name: 'mine now' })).rejects.toMatchObject({ status: 404 });
    await expect(ivan.browser.api('DELETE', `/api/v1/me/factors/${totps[0]!.id}`)).rejects.toMatchObject({ status: 404 });
    expect((await olga.browser.api<{ session: { id: string } }>('GET', '/api/v1/me')).session.id).toBe(session.id);
  });

  it('nobody gives access, a pass or a role to themselves, and the last administrator stays', async () => {
    await expect(admin.browser.api('POST', `/api/v1/people/${admin.id}/access-pass`, { reason: 'please' })).rejects.toMatchObject({ code: 'authentication.pass_for_oneself' });
    await expect(admin.browser.api('DELETE', `/api/v1/console-roles/${admin.id}/administrator`)).rejects.toMatchObject({ code: 'authorization.last_administrator' });
    await expect(admin.browser.api('POST', `/api/v1/people/${admin.id}/leave`, { reason: 'bye' })).rejects.toMatchObject({ status: 409 });
    for (const actor of [ivan, maria, hugo, adele]) await expect(actor.browser.api('POST', '/api/v1/console-roles', { personId: actor.id, role: 'administrator', reason: 'please' })).rejects.toMatchObject({ status: 403 });
  });
});

describe('API tokens', () => {
  it('do no more than their owner may now, and make no tokens and no factors', async () => {
    const second = await world.hire('Sven', 'Second');
    await world.signIn(second);
    await admin.browser.api('POST', '/api/v1/console-roles', { personId: second.id, role: 'administrator', reason: 'for a while' });
    const { permissions } = await second.browser.api<{ permissions: readonly string[] }>('GET', '/api/v1/me');
    const made = await second.browser.api<{ token: string }>('POST', '/api/v1/tokens', { name: 'everything', permissions, expiresInDays: 1 });
    const script = world.newVisitor(made.token);
    expect((await script.api<{ items: readonly unknown[] }>('GET', '/api/v1/people')).items.length).toBeGreaterThan(3);
    await expect(script.api('POST', '/api/v1/tokens', { name: 'child', permissions: ['directory.person.read'], expiresInDays: 1 })).rejects.toMatchObject({ code: 'authentication.not_a_person' });
    await expect(script.api('POST', '/api/v1/me/factors/totp', {})).rejects.toMatchObject({ code: 'authentication.not_a_person' });
    await expect(script.api('POST', '/api/v1/grants', { personId: second.id, entitlementId: '01890a5d-ac96-774b-bcce-b302099a8057', reason: 'mine' })).rejects.toMatchObject({ code: 'authorization.own_access' });

    await admin.browser.api('DELETE', `/api/v1/console-roles/${second.id}/administrator`);
    await expect(script.api('GET', '/api/v1/people')).rejects.toMatchObject({ status: 403 });
    await admin.browser.api('POST', `/api/v1/people/${second.id}/leave`, { reason: 'gone' });
    await expect(script.api('GET', '/api/v1/me')).rejects.toMatchObject({ status: 401 });
  });
});
