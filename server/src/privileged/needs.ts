import type { Clock } from '../platform/clock/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Database } from '../platform/db/index.ts';
import type { Announce } from '../platform/events/index.ts';
import type { Gate } from '../platform/http/index.ts';
import type { Mailer } from '../platform/mail/index.ts';
import type { Metrics } from '../platform/metrics/index.ts';

/** What `app.ts` hands over. */
export interface Needs {
  readonly config: Pick<Config, 'url' | 'isSecure' | 'organisation'>;
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
  readonly gate: Pick<Gate, 'system'>;
  readonly mailer: Pick<Mailer, 'post' | 'trouble'>;
  readonly metrics: Pick<Metrics, 'gauge'>;
  /** Goes through all that `bailiwick recover-admin` does for somebody, and takes it back. Null: it works. */
  rehearseHostCommand(username: string | null): Promise<string | null>;
}
