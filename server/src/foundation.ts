import { mkdirSync } from 'node:fs';
import { systemClock, type Clock } from './platform/clock/index.ts';
import type { Config } from './platform/config/index.ts';
import { openKeys, openPasswordHashing, type Keys, type PasswordHashing } from './platform/crypto/index.ts';
import { migrate, openDatabase, startEmbeddedPostgres, type Database } from './platform/db/index.ts';
import { openEvents, type Events } from './platform/events/index.ts';
import { openJobs, type Jobs } from './platform/jobs/index.ts';
import { openRateLimits, type RateLimits } from './platform/http/index.ts';
import { openLog, type Log } from './platform/log/index.ts';
import { openMailer, type Mailer } from './platform/mail/index.ts';
import { openMetrics, type Metrics } from './platform/metrics/index.ts';
import { allMigrations } from './migrations.ts';

/** The platform, opened: what every domain is built on. */
export interface Foundation {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: Keys;
  readonly database: Database;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly mailer: Mailer;
  readonly metrics: Metrics;
  readonly passwordHashing: PasswordHashing;
  readonly rateLimits: RateLimits;
  /** Where the embedded PostgreSQL keeps its files; null with DATABASE_URL. */
  readonly postgresFolder: string | null;
  close(): Promise<void>;
}

/** Opens database (embedded, or DATABASE_URL: one code path after this), keys and the parts above; brings the schema up to date. */
export async function openFoundation(config: Config, options: { clock?: Clock; log?: Log } = {}): Promise<Foundation> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? openLog({ level: config.logLevel });
  // PostgreSQL, when root starts it as another user, must be able to walk through.
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o711 });
  const keys = openKeys(config.keyFile, clock.now());
  const embedded = config.databaseUrl === null ? await startEmbeddedPostgres({ folder: config.dataFolder, log: (message, facts) => log.info(facts ?? {}, message) }) : null;
  const database = openDatabase(embedded ? embedded.connection : { connectionString: config.databaseUrl! }, { log });
  try {
    const metrics = openMetrics();
    const jobs = openJobs({ database, clock, log });
    await migrate(database, allMigrations(), log);
    await jobs.prepare();
    return {
      config,
      clock,
      log,
      keys,
      database,
      metrics,
      jobs,
      events: openEvents({ database, clock, log }),
      mailer: openMailer({ database, jobs, clock, smtpUrl: config.smtpUrl, from: config.mailFrom, organisation: config.organisation }),
      passwordHashing: openPasswordHashing({ pepper: keys.derive('password pepper'), inFlight: config.passwordHashesInFlight }),
      rateLimits: openRateLimits({ database, clock, isOn: config.hasRateLimits }),
      postgresFolder: embedded?.where ?? null,
      async close() {
        await jobs.stop();
        await database.close();
        await embedded?.stop();
      },
    };
  } catch (error) {
    await database.close().catch(() => undefined);
    await embedded?.stop();
    throw error;
  }
}
