import { median, spreadOf } from '../arithmetic.ts';
import { allErrors, atLeast, beside, measure, medianCpu, targetOf, type Bench, type Measured, type Outcome } from '../bench.ts';
import { selectsPerSecond } from '../limits/limits.ts';
import type { IntrospectionSettings } from '../load/scenarios.ts';
import { startFastify } from '../peers/peers.ts';

/** W5: a resource server asks about opaque tokens; one in ten was revoked and must never be called active. */
export async function introspection({ house, generator, isQuick, say }: Bench): Promise<Outcome> {
  const discovery = (await (await fetch(`${house.issuer}/.well-known/openid-configuration`)).json()) as Record<'token_endpoint' | 'introspection_endpoint' | 'revocation_endpoint', string>;
  const client = await house.api<{ clientId: string; clientSecret: string }>('POST', '/api/v1/clients', { name: 'bench resource server', kind: 'machine' });
  const authorization = `Basic ${Buffer.from(`${encodeURIComponent(client.clientId)}:${encodeURIComponent(client.clientSecret)}`).toString('base64')}`;
  const post = async (address: string, form: string): Promise<string> => {
    const reply = await fetch(address, { method: 'POST', headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' }, body: form });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${address} answered ${reply.status}: ${text}`);
    return text;
  };

  const tokens: { value: string; isActive: boolean }[] = [];
  const wanted = isQuick ? 200 : 2_000;
  await Promise.all(Array.from({ length: 4 }, async () => {
    while (tokens.length < wanted) {
      const { access_token: value } = JSON.parse(await post(discovery.token_endpoint, 'grant_type=client_credentials')) as { access_token: string };
      const isActive = tokens.push({ value, isActive: true }) % 10 !== 0;
      if (isActive) continue;
      await post(discovery.revocation_endpoint, `token=${encodeURIComponent(value)}`);
      tokens.find((one) => one.value === value)!.isActive = false;
    }
  }));
  const isOpaque = !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(tokens[0]!.value);
  const settings: IntrospectionSettings = { path: new URL(discovery.introspection_endpoint).pathname, client: { id: client.clientId, secret: client.clientSecret }, tokens };

  const fastify = await startFastify();
  const shape = (seconds: number) => ({ kind: 'closed', connections: 8, seconds }) as const;
  try {
    await measure(generator, house, 'introspections', settings, shape(isQuick ? 1 : 4));
    const rounds: { ours: Measured; web: Measured; selects: number }[] = [];
    for (let round = 0; round < (isQuick ? 1 : 4); round += 1) {
      rounds.push({
        selects: await selectsPerSecond(isQuick ? 1 : 2, house.connection),
        ours: await measure(generator, house, 'introspections', settings, shape(isQuick ? 2 : 5)),
        web: await measure(generator, targetOf(fastify.port, fastify.pid), 'postForm', { path: '/form' }, shape(isQuick ? 1 : 2)),
      });
      say(`W5 round ${round + 1}: ${Math.round(rounds.at(-1)!.ours.rate)} introspections/s`);
    }
    const rate = median(rounds.map((one) => one.ours.rate));
    const open = await measure(generator, house, 'introspections', settings, { kind: 'open', ratePerSecond: rate * 0.5, seconds: isQuick ? 3 : 8, connections: 64 });
    return {
      id: 'W5', title: `introspection, ${isOpaque ? 'opaque' : 'JWT'}, 10 % revoked`, setting: `${wanted.toLocaleString('en-GB')} tokens, c=8`, unit: 'answers/s', rate,
      limit: beside('PostgreSQL select by key, c=8', rounds.map((one) => [one.ours.rate, one.selects])),
      latency: { ...spreadOf(Object.values(open.latencies).flat()), at: '50 % load' },
      errors: allErrors([...rounds.map((one) => one.ours), open]),
      cpu: medianCpu(rounds.map((one) => one.ours)),
      aims: [{ ...atLeast('answers', rate, 3_800, '/s'), text: `${Math.round(rate)}/s (3,800 on the machine of the reference)` }],
      facts: { 'fastify POST/s': median(rounds.map((one) => one.web.rate)), 'generator load': median(rounds.map((one) => one.ours.generatorLoad)) },
    };
  } finally {
    fastify.close();
  }
}
