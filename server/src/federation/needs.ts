import type { Clock } from '../platform/clock/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Keys } from '../platform/crypto/index.ts';
import type { Database, Tx } from '../platform/db/index.ts';
import type { Announce } from '../platform/events/index.ts';
import type { ActorId, Gate, PageFrame, SessionReader } from '../platform/http/index.ts';
import type { Jobs } from '../platform/jobs/index.ts';
import type { Log } from '../platform/log/index.ts';

/** Ends one sign-in session, with its audit entry and its event; authentication does it, `app.ts` connects it. */
export type EndSession = (tx: Tx, input: { readonly actor: ActorId; readonly actorName: string; readonly personId: string; readonly sessionId: string; readonly reason: string }) => Promise<void>;

/** What `app.ts` hands over. */
export interface FederationNeeds {
  readonly config: Pick<Config, 'url' | 'isSecure'>;
  readonly clock: Clock;
  readonly database: Database;
  readonly keys: Keys;
  readonly announce: Announce;
  readonly jobs: Pick<Jobs, 'enqueue'>;
  readonly log: Pick<Log, 'error' | 'warn'>;
  readonly gate: Pick<Gate, 'system'>;
  readonly sessionReader: SessionReader;
  readonly pageFrame: PageFrame;
  readonly endSession: EndSession;
}
