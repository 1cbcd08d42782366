import { ConnectorError, type CallContext, type Capabilities, type Confirmation, type Connector, type ConnectorKind, type ConnectorPlugs, type ListedAccount } from '../../connectors/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import { newId, type Keys } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Log } from '../../platform/log/index.ts';
import * as store from './store.ts';

/** How connectors are made and called: with their settings, their sealed secrets, and plugs for what they may not keep themselves. */
export interface Links {
  readonly kinds: ReadonlyMap<string, ConnectorKind>;
  connector(facts: { readonly applicationId: string; readonly kind: string; readonly settings: unknown }): Connector;
  /** Static: no secrets, no network. Null where the settings no longer fit the kind. */
  capabilities(facts: { readonly applicationId: string; readonly kind: string; readonly settings: unknown }): Capabilities | null;
  context(facts: { readonly applicationId: string }, call: { readonly operationId: string; readonly signal: AbortSignal; readonly isDryRun?: boolean; readonly secrets?: Readonly<Record<string, string>> }): CallContext;
}

export const secretContext = (applicationId: string, name: string): string => `lifecycle.connection/${applicationId}/${name}`;
const keptContext = (applicationId: string, operationId: string): string => `lifecycle.kept_secret/${applicationId}/${operationId}`;

export function openLinks({ kinds, keys, database, clock, log, fetch }: { kinds: readonly ConnectorKind[]; keys: Keys; database: Database; clock: Clock; log: Log; fetch: typeof globalThis.fetch }): Links {
  const byKind = new Map(kinds.map((kind) => [kind.kind, kind] as const));

  function plugsOf(applicationId: string): ConnectorPlugs {
    return {
      manualStore: {
        async list() {
          const row = await database.read((tx) => store.manualList(tx, applicationId));
          return row === null ? null : { uploadedAt: row.uploadedAt.toISOString(), accounts: row.accounts as ListedAccount[] };
        },
        async confirmations() {
          const rows = await database.read((tx) => store.manualConfirmations(tx, applicationId));
          return rows.map((row) => ({ operationId: row.operationId, confirmedAt: row.confirmedAt.toISOString(), confirmedBy: row.confirmedBy, saw: row.saw as Confirmation['saw'] }));
        },
      },
      secretKeeper: {
        async keep({ operationId, login, value }) {
          const id = newId();
          await database.transaction((tx) => store.keepSecret(tx, { id, applicationId, operationId, login, sealed: keys.seal(value, keptContext(applicationId, operationId)), at: clock.now() }));
          return `kept:${id}`;
        },
      },
    };
  }

  const connector: Links['connector'] = ({ applicationId, kind, settings }) => {
    const found = byKind.get(kind);
    if (found === undefined) throw new ConnectorError('config', `there is no connector \`${kind}\` in this version: connect the application again`);
    return found.build(settings, plugsOf(applicationId));
  };

  return {
    kinds: byKind,
    connector,
    capabilities(facts) {
      try {
        return connector(facts).capabilities();
      } catch (fault) {
        if (fault instanceof ConnectorError) return null;
        throw fault;
      }
    },
    context({ applicationId }, { operationId, signal, isDryRun = false, secrets = {} }) {
      const known = new Map(Object.entries(secrets));
      return {
        signal,
        dryRun: isDryRun,
        operationId,
        fetch,
        async secret(name) {
          let value = known.get(name);
          if (value === undefined) {
            const sealed = await database.read((tx) => store.sealedSecret(tx, applicationId, name));
            if (sealed === null) throw new ConnectorError('config', `the secret \`${name}\` is not set: set it on the connection`);
            value = keys.open(sealed, secretContext(applicationId, name)).toString('utf8');
            known.set(name, value);
          }
          return value;
        },
        log: (message, facts) => log.debug({ applicationId, operationId, ...facts }, message),
        now: () => clock.now(),
      };
    },
  };
}
