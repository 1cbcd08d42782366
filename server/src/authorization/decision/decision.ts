import type { Scope } from '../../platform/http/index.ts';
import type { ConsoleRoleName } from '../console-role/console-role.ts';

/** What the database knows about whoever asks, at this moment. */
export interface Standing {
  readonly isActive: boolean;
  readonly consoleRoles: readonly ConsoleRoleName[];
  readonly hasReports: boolean;
}

export interface Asking {
  readonly kind: 'person' | 'token' | 'system';
  readonly personId: string | null;
  readonly assuranceLevel: 0 | 1 | 2 | 3;
  /** Since factors were last proven; null for tokens and the system. */
  readonly proofAgeSeconds: number | null;
  /** Of a token: what it was made for. */
  readonly onlyPermissions: readonly string[] | null;
}

export type Verdict = { readonly is: 'allowed'; readonly scope: Scope } | { readonly is: 'refused'; readonly why: string } | { readonly is: 'step_up'; readonly assuranceLevel: 2; readonly maxAgeSeconds: number | null };

/** What a manager may do about the people below, directly or not. */
const ofManagers: ReadonlySet<string> = new Set(['directory.person.read', 'authentication.access-pass.issue', 'authentication.reset.read', 'authentication.reset.decide', 'lifecycle.movement.read', 'authorization.grant.read']);

/** What the help desk may do; never about privileged people (PRODUCT 2.3: it cannot reset a privileged account). */
const ofHelpDesk: ReadonlySet<string> = new Set(['directory.person.read', 'authentication.access-pass.issue', 'authentication.reset.read', 'authentication.reset.ask', 'authentication.reset.decide', 'authentication.session.read', 'authentication.session.end', 'authentication.device.read', 'authentication.factor.read', 'authentication.enrolment.read', 'lifecycle.movement.read', 'authorization.grant.read']);
/** These are not about a person, so nobody is left out. */
const ofHelpDeskEverywhere: ReadonlySet<string> = new Set(['directory.application.read', 'directory.inventory.read', 'reports.today.read']);

/** What outlives the session in which it is done: an open screen, or a stolen cookie, must not be enough to plant it (ASVS 7.5.3). */
const lasting: ReadonlySet<string> = new Set([
  'authentication.api-token.create',
  'authentication.branding.change',
  'authentication.enrolment.change',
  'authentication.enrolment.excuse',
  'authentication.enrolment.make',
  'authentication.enrolment.remove',
  'authentication.enrolment.turn',
  'authentication.passkey-model.add',
  'authentication.passkey-model.list',
  'authentication.place.change',
  'authentication.policy.change',
  'authorization.console-role.give',
  'federation.client.add',
  'federation.client.change',
  'federation.client.rotate-secret',
  'lifecycle.connection.change',
  'lifecycle.connection.make',
]);
const freshForSeconds = 15 * 60;

const isOwn = (permission: string): boolean => permission.split('.')[1] === 'own';
const isRead = (permission: string): boolean => permission.endsWith('.read') && !isOwn(permission);

const allowed = (scope: Scope): Verdict => ({ is: 'allowed', scope });

/**
 * Who may do what, as a straight line: everybody their own, then the widest of what the roles give.
 * INVARIANT: a token may do what it names AND what its owner may now; an auditor changes nothing.
 */
export function decide(asking: Asking, standing: Standing | null, permission: string): Verdict {
  if (asking.kind === 'system') return allowed({ is: 'everything' });
  if (asking.onlyPermissions && !asking.onlyPermissions.includes(permission)) return { is: 'refused', why: `the API token lacks ${permission}` };
  if (asking.personId === null) {
    // Made on the server host, for scripts that start from nothing: exactly the permissions it names, and none that is about oneself.
    if (asking.kind !== 'token' || !asking.onlyPermissions || isOwn(permission)) return { is: 'refused', why: `${permission} is about a person, and this is nobody` };
    return allowed({ is: 'everything' });
  }
  // The session or the token is older than the leaving (the same query that read it said so too).
  if (!standing?.isActive) return { is: 'refused', why: 'the person does not work here at this moment' };

  if (isOwn(permission)) return allowed({ is: 'self', of: asking.personId });

  const { consoleRoles, hasReports } = standing;
  if (consoleRoles.includes('auditor') && isRead(permission)) return allowed({ is: 'everything' });
  if (consoleRoles.includes('administrator')) {
    // A password alone must not run the house (63B-4 2.2, ASVS 6.3). A token proved itself when an administrator made it.
    if (asking.kind === 'person' && asking.assuranceLevel < 2) return { is: 'step_up', assuranceLevel: 2, maxAgeSeconds: null };
    if (asking.kind === 'person' && lasting.has(permission) && (asking.proofAgeSeconds === null || asking.proofAgeSeconds > freshForSeconds)) return { is: 'step_up', assuranceLevel: 2, maxAgeSeconds: freshForSeconds };
    return allowed({ is: 'everything' });
  }
  if (consoleRoles.includes('help_desk')) {
    if (ofHelpDeskEverywhere.has(permission)) return allowed({ is: 'everything' });
    if (ofHelpDesk.has(permission)) return asking.kind === 'person' && asking.assuranceLevel < 2 ? { is: 'step_up', assuranceLevel: 2, maxAgeSeconds: null } : allowed({ is: 'unprivileged' });
  }
  if (hasReports && ofManagers.has(permission)) return allowed({ is: 'reports', of: asking.personId });
  return { is: 'refused', why: consoleRoles.length > 0 ? `the role ${consoleRoles.join(', ')} does not include ${permission}` : `no role gives ${permission}` };
}
