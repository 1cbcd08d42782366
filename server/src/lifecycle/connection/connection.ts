import type { CheckResult } from '../../connectors/index.ts';
import type { LoginFrom } from '../movement/movement.ts';

/** What a check of a connection found, as kept. */
export interface KeptCheck {
  readonly at: string;
  readonly isReady: boolean;
  readonly identity: string | null;
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
  readonly credentialExpiresAt: string | null;
  readonly problem: string | null;
}

export const keptCheck = (result: CheckResult, at: Date): KeptCheck => ({
  at: at.toISOString(), isReady: result.isReady, identity: result.identity, missing: result.missing, warnings: result.warnings, credentialExpiresAt: result.credentialExpiresAt ?? null,
  problem: result.missing.length === 0 ? null : `our own credential lacks: ${result.missing.join(', ')}`,
});

export const failedCheck = (problem: string, at: Date): KeptCheck => ({ at: at.toISOString(), isReady: false, identity: null, missing: [], warnings: [], credentialExpiresAt: null, problem });

/** How the sign-in name of a new account is made, unless an administrator says otherwise: databases and directories like short names. */
export const usualLogin = (kind: string): LoginFrom => (kind === 'postgres' || kind === 'ldap' ? 'email-name' : 'username');

/** Health as the check and the calls tell it. */
export const healthOf = (check: KeptCheck): 'healthy' | 'misconfigured' => (check.isReady ? 'healthy' : 'misconfigured');

/** The settings that say where a credential travels, and how well it is guarded on its way. */
const way = ['address', 'host', 'port', 'encryption', 'certificateAuthority'] as const;

/** Whether a kept credential would go somewhere else, or less guarded, than where it was given for. */
export const leadsElsewhere = (before: Readonly<Record<string, unknown>>, after: Readonly<Record<string, unknown>>): boolean => way.some((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
