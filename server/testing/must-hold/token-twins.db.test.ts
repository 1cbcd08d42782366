import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type Actor, type World } from '../world.ts';

/**
 * The twins of token misuse that must not fire (PRODUCT 2.8): what looks like a refresh token used again and is not. And the one that
 * must: shown again after its time, it ends the family.
 */
const callback = 'http://127.0.0.1:5123/callback';
let world: World;
let anna: Actor;
let clientId: string;

beforeAll(async () => {
  world = await openWorld();
  const rita = await world.setUp('rita', 'Rita', 'Boss');
  anna = await world.hire('Anna', 'Linde');
  await world.signIn(anna);
  ({ clientId } = await rita.browser.api<{ clientId: string }>('POST', '/api/v1/clients', { name: 'Phone', kind: 'native', redirectUris: ['http://127.0.0.1/callback'] }));
}, 120_000);
afterAll(() => world.close());

interface Answer {
  readonly status: number;
  readonly refreshToken: string | null;
}
async function token(form: Record<string, string>): Promise<Answer> {
  const reply = await fetch(`${world.address}/oauth2/token`, { method: 'POST', body: new URLSearchParams({ client_id: clientId, ...form }) });
  const body = (await reply.json().catch(() => ({}))) as { refresh_token?: string };
  return { status: reply.status, refreshToken: body.refresh_token ?? null };
}
const refresh = (refreshToken: string): Promise<Answer> => token({ grant_type: 'refresh_token', refresh_token: refreshToken });
async function enter(): Promise<string> {
  const verifier = randomBytes(32).toString('base64url');
  const reply = await anna.browser.go(`/oauth2/authorize?${new URLSearchParams({ client_id: clientId, response_type: 'code', redirect_uri: callback, scope: 'openid', code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256' })}`);
  const answer = await token({ grant_type: 'authorization_code', code: new URL(reply.at).searchParams.get('code')!, redirect_uri: callback, code_verifier: verifier });
  return answer.refreshToken!;
}
const thefts = async (): Promise<number> => (await world.database.pool.query<{ count: number }>(`select ((select count(*) from audit.inbox where body::jsonb->>'action' = 'federation.token-family.end' and body::jsonb->>'outcome' = 'refused') + (select count(*) from audit.entry where body::jsonb->>'action' = 'federation.token-family.end' and body::jsonb->>'outcome' = 'refused'))::integer as count`)).rows[0]!.count;

it('many tabs of one browser that refresh at the same moment all go on, and nobody is called a thief', async () => {
  let current = await enter();
  for (let round = 0; round < 5; round += 1) {
    const tabs = await Promise.all(Array.from({ length: 6 }, () => refresh(current)));
    expect(tabs.map((one) => one.status)).toEqual([200, 200, 200, 200, 200, 200]);
    current = tabs[round % 6]!.refreshToken!;
    world.clock.forward(60_000);
  }
  expect(await thefts()).toBe(0);
});

it('a database that fails over while tokens are refreshed costs an answer, never the family', async () => {
  let current = await enter();
  let lost = 0;
  // Until three answers were really lost on the way.
  for (let round = 0; round < 60 && lost < 3; round += 1) {
    const asked = refresh(current);
    // Somewhere between the question and the answer every connection of the house breaks.
    await new Promise((resolve) => setTimeout(resolve, round % 12));
    await world.database.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and application_name = 'bailiwick'`);
    const first = await asked.catch(() => ({ status: 0, refreshToken: null }));
    if (first.status !== 200) lost += 1;
    // An answer that never came is asked for again with what one has: within ten seconds that is forgiven.
    let answer: Answer = first;
    for (let again = 0; again < 20 && answer.status !== 200; again += 1) {
      expect([0, 500, 503], `round ${round}: ${answer.status}`).toContain(answer.status);
      await new Promise((resolve) => setTimeout(resolve, 100));
      answer = await refresh(current).catch(() => ({ status: 0, refreshToken: null }));
    }
    expect(answer.status, `round ${round}`).toBe(200);
    current = answer.refreshToken!;
  }
  expect(lost, 'some answers were lost').toBeGreaterThan(0);
  expect(await thefts()).toBe(0);
}, 120_000);

it('the same token shown again a minute later is a thief, or the one who was robbed: the family ends (RFC 9700 4.14.2)', async () => {
  const first = await enter();
  const next = await refresh(first);
  world.clock.forward(60_000);
  expect((await refresh(first)).status).toBe(400);
  expect((await refresh(next.refreshToken!)).status).toBe(400);
  expect(await thefts()).toBe(1);
});
