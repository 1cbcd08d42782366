import type { AccountFacts, Observation, Reference, Resource } from '../../connectors/index.ts';
import {
  accountId as accountIdOf, applicationId as applicationIdOf, findAccountByNativeId, linkAccounts, personId as personIdOf, recordAccountGone, recordAccountSeen, recordHolding,
  type AccountKind, type AccountSeen, type AccountStatus,
} from '../../directory/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import type { Wanted } from '../movement/movement.ts';
import { findEntitlementByNativeId } from './store.ts';

export interface SeenPermits {
  readonly link: Permit<'directory.account.change'>;
}

const statuses: Readonly<Record<AccountFacts['status'], AccountStatus>> = { active: 'active', disabled: 'disabled', staged: 'disabled', pending: 'active', deleted: 'deleted' };
const kinds: Readonly<Record<AccountFacts['kind'], AccountKind>> = { human: 'person', guest: 'person', service: 'service', bot: 'service', shared: 'shared', unknown: 'unknown' };

/** An account as a connector shows it, in the directory's words. Null: this is no account. */
export function seenAccount(resource: Resource, digest: string): AccountSeen | null {
  const { account } = resource;
  if (account === undefined) return null;
  return {
    nativeId: resource.id, login: account.login, email: account.emails[0] ?? null, displayName: account.profile.displayName ?? ([account.profile.givenName, account.profile.familyName].filter(Boolean).join(' ') || null),
    kind: kinds[account.kind], status: statuses[account.status], mfa: account.mfa ?? 'unknown', isPrivileged: account.isAdministrator ?? false, digest,
    ...(account.lastSignInAt === undefined ? {} : { lastUsedAt: account.lastSignInAt }),
  };
}

/** Names by which service and shared accounts give themselves away. Only a guess: a human's word stays. */
export function kindByName(login: string): { readonly kind: AccountKind; readonly isSure: boolean } {
  const name = login.toLowerCase().replace(/@.*$/, '');
  if (/^(svc|service|srv|bot|robot|sa)[-_.]|[-_.](svc|service|bot)\d*$/.test(name)) return { kind: 'service', isSure: true };
  if (/^(app|api|cron|job|batch|backup|deploy|ci|cd|jenkins|gitlab|github|terraform|ansible|monitoring|prometheus|grafana|nagios|zabbix|sync|integration|webhook|daemon|postgres|root|rds|replication|replicator)([-_.\d]|$)/.test(name)) return { kind: 'service', isSure: false };
  if (/^(info|sales|support|office|reception|front[-_.]?desk|accounts?|accounting|billing|hr|team|shared|all|contact|hello|help|help[-_.]?desk|marketing|orders?|warehouse|kiosk|training|test|guest|demo|scanner|printer|meeting|conference)([-_.\d]|$)/.test(name)) return { kind: 'shared', isSure: false };
  if (/^(adm|admin)([-_.]|$)|[-_.](adm|admin)$/.test(name)) return { kind: 'admin', isSure: false };
  return { kind: 'unknown', isSure: false };
}

export type Told =
  | { readonly is: 'told'; readonly accountId: string | null }
  | { readonly is: 'foreign'; readonly login: string };

/** What a proof showed becomes the directory's picture: the account, whose it is, what it holds. */
export async function tellDirectory(
  needs: { readonly clock: Clock; readonly announce: Announce; readonly permits: SeenPermits },
  tx: Tx,
  { applicationId, personId, accountId, reference, wanted, observation }: { applicationId: string; personId: string; accountId: string | null; reference: Reference | null; wanted: Wanted; observation: Observation },
): Promise<Told> {
  const at = new Date(observation.observedAt);
  if (!observation.exists) {
    if (accountId !== null) await recordAccountGone(tx, accountIdOf(accountId), at);
    return { is: 'told', accountId };
  }
  let known = accountId;
  const { resource } = observation;
  if (resource !== undefined && resource.type === 'account' && reference !== null) {
    const before = await findAccountByNativeId(tx, applicationIdOf(applicationId), reference.id);
    if (before !== null && before.personId !== null && before.personId !== personId) return { is: 'foreign', login: before.login };
    // The kind is the person's own from here on: we made it, or it was theirs.
    const seen = seenAccount(resource, observation.digest);
    if (seen !== null) known = await recordAccountSeen(tx, applicationIdOf(applicationId), wanted.is === 'account' && seen.kind === 'unknown' ? { ...seen, kind: 'person' } : seen, at);
  }
  if (known === null && reference !== null) known = (await findAccountByNativeId(tx, applicationIdOf(applicationId), reference.id))?.id ?? null;
  if (known === null) return { is: 'told', accountId: null };
  if (wanted.is === 'account' || (wanted.is === 'disabled' && wanted.login !== undefined)) {
    await linkAccounts(tx, needs, needs.permits.link, [{ accountId: accountIdOf(known), personId: personIdOf(personId), situation: 'linked' }]);
  }
  if ((wanted.is === 'granted' || wanted.is === 'not_granted') && observation.isGranted !== undefined) {
    const entitlementId = await findEntitlementByNativeId(tx, applicationId, wanted.entitlement);
    if (entitlementId !== null) await recordHolding(tx, known, entitlementId, observation.isGranted, at);
  }
  return { is: 'told', accountId: known };
}
