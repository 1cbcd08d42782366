import { z } from 'zod';
import { ConnectorError } from './connector-error.ts';
import type { Connector } from './connector.ts';
import type { ManualStore } from './manual-store.ts';

/** A secret that the administrator types into the connect form; it is sealed and read through `context.secret(name)`. */
export interface SecretField {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly isOptional: boolean;
}

/** Where a newly made secret is put. It is kept BEFORE the target learns it: a secret nobody holds locks people out. */
export interface SecretKeeper {
  /** Keeps the value for the account under this operation and returns the reference to it. */
  keep(secret: { readonly operationId: string; readonly login: string; readonly value: string }): Promise<string>;
}

/** What a domain above gives to a connector when it builds one. */
export interface ConnectorPlugs {
  readonly manualStore?: ManualStore;
  readonly secretKeeper?: SecretKeeper;
}

/** A kind of system that can be connected: what its form asks, and how a connector is made of the answers. */
export interface ConnectorKind {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  /** Not secret; every field carries a title, a description and, where there is a sensible one, a default. */
  readonly settings: z.ZodObject;
  readonly secrets: readonly SecretField[];
  /** Parses the settings (ConnectorError `config` says which field and why) and makes no connection. */
  build(settings: unknown, plugs?: ConnectorPlugs): Connector;
}

export function defineConnectorKind<Settings extends z.ZodObject>(definition: {
  readonly kind: string;
  readonly title: string;
  readonly description: string;
  readonly settings: Settings;
  readonly secrets: readonly SecretField[];
  readonly build: (settings: z.output<Settings>, plugs: ConnectorPlugs) => Connector;
}): ConnectorKind {
  return {
    ...definition,
    build(settings, plugs = {}) {
      const parsed = definition.settings.safeParse(settings);
      if (!parsed.success) {
        const faults = parsed.error.issues.map((issue) => `\`${issue.path.join('.') || 'settings'}\`: ${issue.message}`);
        throw new ConnectorError('config', `the settings of this ${definition.title} connection are wrong: ${faults.join('; ')}`);
      }
      return definition.build(parsed.data, plugs);
    },
  };
}
