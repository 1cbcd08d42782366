import { type JsonWebKey } from 'node:crypto';
import { median, spreadOf } from '../arithmetic.ts';
import { allErrors, atLeast, beside, measure, medianCpu, targetOf, type Bench, type Measured, type Outcome } from '../bench.ts';
import { es256PerSecond } from '../limits/limits.ts';
import type { TokenSettings } from '../load/scenarios.ts';
import { startFastify, startOidcProvider } from '../peers/peers.ts';

const audience = 'https://api.example.com';

/** W3: machines fetch access tokens (JWT, ES256), beside the bare library, the bare web server and the bare signature. */
export async function clientCredentials({ house, generator, isQuick, say }: Bench): Promise<Outcome> {
  const discovery = (await (await fetch(`${house.issuer}/.well-known/openid-configuration`)).json()) as { token_endpoint: string; jwks_uri: string; issuer: string };
  const { keys } = (await (await fetch(discovery.jwks_uri)).json()) as { keys: JsonWebKey[] };
  const clients = [];
  for (let number = 0; number < 10; number += 1) {
    const made = await house.api<{ clientId: string; clientSecret: string }>('POST', '/api/v1/clients', { name: `bench machine ${number}`, kind: 'machine', audiences: [audience] });
    clients.push({ id: made.clientId, secret: made.clientSecret });
  }
  const ours: TokenSettings = { path: new URL(discovery.token_endpoint).pathname, clients, form: 'grant_type=client_credentials', jwt: { issuer: discovery.issuer, audience, keys } };

  const peer = await startOidcProvider();
  const fastify = await startFastify();
  const peerTarget = targetOf(peer.port, peer.pid);
  const peerKeys = ((await (await fetch(`http://localhost:${peer.port}/jwks`)).json()) as { keys: JsonWebKey[] }).keys;
  const theirs: TokenSettings = { path: '/token', clients: [{ id: 'bench', secret: 'bench-secret-of-good-length' }], form: 'grant_type=client_credentials', jwt: { issuer: `http://localhost:${peer.port}`, audience, keys: peerKeys } };

  const shape = (seconds: number) => ({ kind: 'closed', connections: 8, seconds }) as const;
  try {
    await measure(generator, house, 'tokens', ours, shape(isQuick ? 1 : 5));
    await measure(generator, peerTarget, 'tokens', theirs, shape(isQuick ? 1 : 3));
    const rounds: { ours: Measured; theirs: Measured; web: Measured; signatures: number }[] = [];
    for (let round = 0; round < (isQuick ? 1 : 5); round += 1) {
      const seconds = isQuick ? 2 : 5;
      rounds.push({
        signatures: await es256PerSecond(1),
        ours: await measure(generator, house, 'tokens', ours, shape(seconds)),
        theirs: await measure(generator, peerTarget, 'tokens', theirs, shape(seconds)),
        web: await measure(generator, targetOf(fastify.port, fastify.pid), 'postForm', { path: '/form' }, shape(isQuick ? 1 : 2)),
      });
      say(`W3 round ${round + 1}: ${Math.round(rounds.at(-1)!.ours.rate)} tokens/s, the bare library ${Math.round(rounds.at(-1)!.theirs.rate)}`);
    }
    const rate = median(rounds.map((one) => one.ours.rate));
    const open = await measure(generator, house, 'tokens', ours, { kind: 'open', ratePerSecond: rate * 0.5, seconds: isQuick ? 3 : 10, connections: 64 });
    const library = beside('bare oidc-provider, in memory', rounds.map((one) => [one.ours.rate, one.theirs.rate]));
    return {
      id: 'W3', title: 'client credentials, JWT ES256', setting: '10 clients, c=8', unit: 'tokens/s', rate,
      limit: beside('fastify POST', rounds.map((one) => [one.ours.rate, one.web.rate])),
      peer: library,
      latency: { ...spreadOf(Object.values(open.latencies).flat()), at: '50 % load' },
      errors: allErrors([...rounds.map((one) => one.ours), open]),
      cpu: medianCpu(rounds.map((one) => one.ours)),
      aims: [atLeast('ratio to the bare library', library.ratio.value, 0.8), { ...atLeast('tokens', rate, 3_400, '/s'), text: `${Math.round(rate)}/s (3,400 on the machine of the reference)` }],
      facts: { 'ES256 signatures/s': median(rounds.map((one) => one.signatures)), 'bare library ms of processor per token': median(rounds.map((one) => one.theirs.cpu.app)), 'generator load': median(rounds.map((one) => one.ours.generatorLoad)) },
    };
  } finally {
    peer.close();
    fastify.close();
  }
}
