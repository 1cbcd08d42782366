import type { SecretKeeper } from './connector-kind.ts';
import type { CallContext } from './connector.ts';

/** For tests: a call context with these secrets, and a keeper that remembers what it was given. */
export function testContexts(secrets: Readonly<Record<string, string>>, fetcher: typeof fetch = fetch): {
  context(over?: Partial<CallContext>): CallContext;
  withSecrets(other: Readonly<Record<string, string>>): CallContext;
  readonly log: string[];
  readonly keeper: SecretKeeper;
  kept(reference: string): string;
} {
  const log: string[] = [];
  const vault = new Map<string, string>();
  let operations = 0;
  const contextWith = (known: Readonly<Record<string, string>>, over: Partial<CallContext> = {}): CallContext => {
    operations += 1;
    return {
      signal: new AbortController().signal,
      dryRun: false,
      operationId: `operation-${operations}`,
      fetch: fetcher,
      secret: (name) => {
        const value = known[name] ?? vault.get(name);
        return value === undefined ? Promise.reject(new Error(`no secret ${name}`)) : Promise.resolve(value);
      },
      log: (message, facts) => { log.push(`${message} ${JSON.stringify(facts ?? {})}`); },
      now: () => new Date(performance.timeOrigin + performance.now()),
      ...over,
    };
  };
  return {
    context: (over) => contextWith(secrets, over),
    withSecrets: (other) => contextWith(other),
    log,
    keeper: {
      keep: ({ operationId, login, value }) => {
        const reference = `vault:${operationId}:${login}`;
        vault.set(reference, value);
        return Promise.resolve(reference);
      },
    },
    kept: (reference) => vault.get(reference) ?? '',
  };
}
