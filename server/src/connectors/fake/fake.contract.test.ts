import { connectorContract } from '../contract/contract-suite.ts';
import { breakableFetch } from '../contract/http-wire.ts';
import { testContexts } from '../contract/test-context.ts';
import { FakeSystem } from './fake-system.ts';
import { fakeKind } from './fake.ts';
import { serveFakes } from './server.ts';

const now = (): Date => new Date(performance.timeOrigin + performance.now());

for (const [name, faults] of [
  ['the fake system', {}],
  ['the fake system with reads that lag and replies that dawdle', { staleMs: 25, latencyMs: [0, 2] as const }],
] as const) {
  const isSlow = 'staleMs' in faults;
  connectorContract(name, async () => {
    const system = new FakeSystem({ seed: 7, now, token: 'right-token', faults });
    const { url, close } = await serveFakes(new Map([['crm', system]]));
    const { fetch: fetcher, wire } = breakableFetch(fetch);
    const contexts = testContexts({ token: 'right-token' }, fetcher);
    const connector = fakeKind.build({ address: `${url}/crm`, isEventuallyConsistent: isSlow, settleMs: isSlow ? 60 : 0 }, { secretKeeper: contexts.keeper });
    return {
      connector, wire, log: contexts.log, unknownId: 'a-77777777', close,
      context: contexts.context,
      kept: contexts.kept,
      strangerContext: () => contexts.withSecrets({ token: 'wrong-token' }),
      login: (hint) => hint,
      entitlement: () => Promise.resolve('g-2'),
      openSession: (account) => {
        system.openSession(account.id);
        return Promise.resolve(() => Promise.resolve((system.latest(account.id)?.sessions ?? 0) > 0));
      },
      letsIn: (account, _login, secret) => Promise.resolve(system.hasSecret(account.id, secret)),
    };
  });
}
