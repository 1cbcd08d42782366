import type { BreakGlass, BreakGlassAccount } from '@bailiwick/contract/break-glass';
import { softwareAuthenticator, type CreationOptions, type RequestOptions, type SoftwareAuthenticator } from './software-authenticator.ts';
import type { Visitor } from './visitor.ts';
import type { World } from './world.ts';

/** An account with the key that lies in its envelope. */
export interface Sealed {
  readonly id: string;
  readonly key: SoftwareAuthenticator;
}

/** What an administrator does with break-glass accounts, by the API as the console calls it. */
export const breakGlassOf = (admin: Visitor, world: World) => {
  const base = '/api/v1/break-glass';
  const self = {
    read: (): Promise<BreakGlass> => admin.api<BreakGlass>('GET', base),
    account: async (id: string): Promise<BreakGlassAccount> => (await self.read()).accounts.find((one) => one.id === id)!,
    make: async (): Promise<string> => (await admin.api<{ id: string }>('POST', `${base}/accounts`)).id,
    async register(id: string, key: SoftwareAuthenticator): Promise<void> {
      const { options } = await admin.api<{ options: CreationOptions }>('POST', `${base}/accounts/${id}/key-options`);
      await admin.api('POST', `${base}/accounts/${id}/keys`, { name: 'Blue key', response: key.create(options) });
    },
    async test(id: string, key: SoftwareAuthenticator): Promise<void> {
      const { options } = await admin.api<{ options: RequestOptions }>('POST', `${base}/accounts/${id}/test-options`);
      await admin.api('POST', `${base}/accounts/${id}/test`, { response: key.get(options) });
    },
    seal: (id: string, where: { envelope: string; place: string; keeper: string }) => admin.api('POST', `${base}/accounts/${id}/seal`, where),
    startDrill: (id: string) => admin.api('POST', `${base}/accounts/${id}/drill`),
    retire: (id: string) => admin.api('POST', `${base}/accounts/${id}/retire`, { reason: 'for the test' }),
    selfTest: () => admin.api('POST', `${base}/self-test`),
    acknowledge: (useId: string, reason = 'the identity provider was down') => admin.api('POST', `${base}/uses/${useId}/acknowledge`, { reason }),
    /** Made, registered, tested, sealed. */
    async sealed(number: number): Promise<Sealed> {
      const id = await self.make();
      const key = softwareAuthenticator({ origin: world.origin });
      await self.register(id, key);
      await self.test(id, key);
      await self.seal(id, { envelope: `E-${number}`, place: `safe ${number}`, keeper: `keeper ${number}` });
      return { id, key };
    },
  };
  return self;
};

/** A job of the house, run now. */
export async function runJob(world: World, name: string): Promise<void> {
  const job = world.app.domains.modules.flatMap((module) => module.jobs ?? []).find((one) => one.name === name);
  if (!job) throw new Error(`no job is called ${name}`);
  await job.run({}, { signal: new AbortController().signal, attempt: 1 });
}
