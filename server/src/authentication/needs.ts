import type { Clock } from '../platform/clock/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Keys, PasswordHashing } from '../platform/crypto/index.ts';
import type { Database, Fragment, Tx } from '../platform/db/index.ts';
import type { Announce, AnnounceWithin } from '../platform/events/index.ts';
import type { Gate, Principal, RateLimits } from '../platform/http/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import type { Log } from '../platform/log/index.ts';
import type { Mailer } from '../platform/mail/index.ts';
import type { Metrics } from '../platform/metrics/index.ts';
import type { SignIn } from './sign-in/sign-in.ts';
import type { Geography } from './place/geography.ts';

/** Answers from authorization, which stands beside this domain and not below it; `app.ts` connects it. */
export interface ConsoleRoles {
  hasAdministrator(tx: Tx): Promise<boolean>;
  /** Gives the administrator role; recorded in the audit by whoever implements it. */
  giveAdministrator(tx: Tx, personId: string, reason: string): Promise<void>;
  rolesOf(tx: Tx, personId: string): Promise<readonly string[]>;
  /** False when the person has privileged access and `actorId` is no administrator: a help desk cannot reset those above it. */
  mayHelp(tx: Tx, actorPersonId: string | null, personId: string): Promise<boolean>;
}

export interface ApplicationOfSession {
  readonly sessionId: string;
  readonly applicationId: string;
  readonly name: string;
  readonly lastAt: Date;
}

/** Groups of people that authorization knows: each a `select` over what it publishes, so that a list of thousands is one question. */
export interface PeopleGroups {
  /** `person_id` of whoever has a role in the console. */
  readonly withConsoleRole: Fragment;
  /** `person_id` of those who run it. */
  readonly administrators: Fragment;
  /** `person_id` of those whose role in the console makes them a second person for a reset. */
  readonly decideResets: Fragment;
  /** `person_id, role_id`: who has a business role. */
  readonly inRoles: Fragment;
  /** `role_id, name` of the business roles. */
  readonly roles: Fragment;
}

/** Privileged's answer, connected by `app.ts`: its rule knows break-glass accounts, which this domain does not. */
export interface LastWayIn {
  /** As the transaction stands now: can somebody sign in as administrator, or are two break-glass accounts sealed? Takes the lock that others wait for. */
  isOpenIn(tx: Tx): Promise<boolean>;
}

/** What `app.ts` hands over. */
export interface AuthenticationNeeds {
  readonly config: Pick<Config, 'url' | 'isSecure' | 'organisation' | 'fidoRootFile' | 'geoipFile' | 'certificateDoor' | 'host'>;
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
  readonly announceWithin: AnnounceWithin;
  readonly mailer: Pick<Mailer, 'post'>;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly keys: Pick<Keys, 'seal' | 'open' | 'derive'>;
  readonly hashing: PasswordHashing;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  readonly rateLimits: Pick<RateLimits, 'take'>;
  readonly metrics: Pick<Metrics, 'counter' | 'histogram'>;
  readonly gate: Pick<Gate, 'system'>;
  readonly consoleRoles: ConsoleRoles;
  readonly peopleGroups: PeopleGroups;
  readonly lastWayIn: LastWayIn;
  /** Every permission the principal holds now, for the console to show what works. */
  permissionsOf(principal: Principal): Promise<readonly string[]>;
  /** Of federation: which applications were signed in to out of these sessions. */
  applicationsOfSessions(sessionIds: readonly string[]): Promise<readonly ApplicationOfSession[]>;
  /** Origins to which the page that waits behind `returnTo` will send the browser on: browsers hold the redirects after a form to `form-action`. */
  formTargetsOf(returnTo: string): Promise<readonly string[]>;
  /** The name of the application whose sign-in waits behind `returnTo`, for the person who is asked on a telephone; null for our own pages. */
  applicationOf(returnTo: string): Promise<string | null>;
}

/** Everything inside the domain. No verb asks for all of it: each picks what it uses. */
export interface Needs extends Omit<AuthenticationNeeds, 'metrics'> {
  readonly geography: Geography;
  countSignIn(method: string, outcome: 'proven' | 'wrong' | 'wait'): void;
  /** A sign-in has become a session: how long it took, by what was proven. */
  noteSignIn(signIn: SignIn, at: Date): void;
}
