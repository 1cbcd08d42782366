import { Logger, parseCronItems, run, runMigrations, type Runner, type Task } from 'graphile-worker';
import { EventEmitter } from 'node:events';
import pg from 'pg';
import { newId } from '../crypto/index.ts';
import type { Clock } from '../clock/index.ts';
import { sql, type Database, type Tx } from '../db/index.ts';
import type { Log } from '../log/index.ts';
import { every } from './wait.ts';

/** An intention that outlives the process. `run` may be called again after a crash: it must look before it acts. */
export interface JobDefinition {
  readonly name: string;
  /** `signal` aborts when the process stops. `attempt` counts from 1. Throwing means: try again later, up to `maxAttempts`. */
  run(payload: unknown, context: { readonly signal: AbortSignal; readonly attempt: number }): Promise<void>;
  /** Cron expression (UTC) for work that comes round by itself. */
  readonly schedule?: string;
  readonly maxAttempts?: number;
}

export interface EnqueueOptions {
  /** A second job with the same key replaces the first while that one waits. */
  readonly key?: string;
  readonly runAt?: Date;
  /** Jobs of one queue run one after the other. */
  readonly queue?: string;
  readonly maxAttempts?: number;
}

export interface Jobs {
  define(job: JobDefinition): void;
  enqueue(tx: Tx, name: string, payload: unknown, options?: EnqueueOptions): Promise<void>;
  prepare(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const concurrency = 24;
const lockSpace = 1_120_411;

/**
 * Jobs in PostgreSQL (graphile-worker: LISTEN/NOTIFY, so they start at once). The library gives a dead process's jobs back
 * after four hours; here each process holds an advisory lock for its life, so that any other node, or the next start,
 * sees within seconds that it is gone and gives its jobs back.
 */
export function openJobs({ database, clock, log }: { database: Database; clock: Clock; log: Log }): Jobs {
  const definitions = new Map<string, JobDefinition>();
  const nodeId = newId();
  const stopping = new AbortController();
  const pool = new pg.Pool({ ...database.connection, max: 6, idleTimeoutMillis: 30_000, application_name: 'bailiwick jobs' });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle jobs connection was lost'));
  pool.on('connect', (client) => client.on('error', (error) => log.warn({ err: error }, 'a jobs connection was lost')));
  const logger = new Logger(() => (level, message, meta) => {
    if (level === 'error') log.error({ ...pick(meta) }, message);
    // Jobs wait for systems outside most of their time: more of them than connections is what is wanted.
    else if (level === 'warning' && !message.includes('smaller than concurrency')) log.warn({ ...pick(meta) }, message);
    else log.trace(message);
  });
  let runner: Runner | null = null;
  let stopReaping: (() => Promise<void>) | null = null;
  let presence: Promise<void> | null = null;

  const tasks = (): Record<string, Task> =>
    Object.fromEntries(
      [...definitions.values()].map((job) => [
        job.name,
        async (payload: unknown, { job: row }: Parameters<Task>[1]) => {
          try {
            await job.run(payload, { signal: stopping.signal, attempt: row.attempts });
          } catch (error) {
            log.warn({ err: error, job: job.name, attempt: row.attempts }, 'a job did not finish; it is tried again');
            throw error;
          }
        },
      ]),
    );

  /** Holds the advisory lock of this node until stop; takes it again after the database was away. */
  async function beThere(workerIds: readonly string[]): Promise<void> {
    let isFirst = true;
    while (!stopping.signal.aborted) {
      await database
        .session(async (tx) => {
          const [row] = await sql<{ lockKey: number }>(tx)`
            insert into platform.node (id, worker_ids, started_at)
                 values (${nodeId}, ${[...workerIds]}::text[], ${clock.now()})
            on conflict (id) do update set worker_ids = excluded.worker_ids
              returning lock_key`;
          await sql(tx)`select pg_advisory_lock(${lockSpace}::integer, ${row!.lockKey}::integer)`;
          while (!stopping.signal.aborted) {
            await pause(2_000);
            await sql(tx)`select 1`;
          }
        })
        .catch((error: unknown) => {
          if (isFirst || !stopping.signal.aborted) log.warn({ err: error }, 'this node lost its place in the database; taking it again');
        });
      isFirst = false;
      if (!stopping.signal.aborted) await pause(500);
    }
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const done = () => { clearTimeout(timer); stopping.signal.removeEventListener('abort', done); resolve(); };
      const timer = setTimeout(done, ms);
      stopping.signal.addEventListener('abort', done);
    });

  async function giveBackJobsOfTheDead(): Promise<void> {
    await database.session(async (tx) => {
      const nodes = await sql<{ id: string; lockKey: number; workerIds: string[] }>(tx)`select id, lock_key, worker_ids from platform.node where id <> ${nodeId}`;
      for (const node of nodes) {
        const [taken] = await sql<{ isDead: boolean }>(tx)`select pg_try_advisory_lock(${lockSpace}::integer, ${node.lockKey}::integer) as is_dead`;
        if (!taken?.isDead) continue;
        await sql(tx)`select graphile_worker.force_unlock_workers(${node.workerIds}::text[])`;
        await sql(tx)`delete from platform.node where id = ${node.id}`;
        await sql(tx)`select pg_advisory_unlock(${lockSpace}::integer, ${node.lockKey}::integer)`;
        log.info({ node: node.id }, 'gave back the jobs of a process that is gone');
      }
    });
  }

  return {
    define(job) {
      if (definitions.has(job.name)) throw new Error(`two jobs are named ${job.name}`);
      definitions.set(job.name, job);
    },
    async enqueue(tx, name, payload, options = {}) {
      await sql(tx)`
        select graphile_worker.add_job(
          identifier => ${name},
          payload => ${JSON.stringify(payload ?? {})}::json,
          queue_name => ${options.queue ?? null},
          run_at => ${options.runAt ?? null}::timestamptz,
          max_attempts => ${options.maxAttempts ?? definitions.get(name)?.maxAttempts ?? 25}::integer,
          job_key => ${options.key ?? null})`;
    },
    async prepare() {
      await runMigrations({ pgPool: pool, logger });
    },
    async start() {
      const workerIds: string[] = [];
      const events = new EventEmitter();
      // The library locks a job by its pool or by one worker, as it fetched it.
      events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => workerIds.push(workerPool.id));
      events.on('worker:create', ({ worker }: { worker: { workerId: string } }) => workerIds.push(worker.workerId));
      runner = await run({
        pgPool: pool,
        concurrency,
        noHandleSignals: true,
        pollInterval: 1_000,
        logger,
        events: events as never,
        taskList: tasks(),
        parsedCronItems: parseCronItems([...definitions.values()].flatMap((job) => (job.schedule ? [{ task: job.name, match: job.schedule, identifier: job.name, options: { backfillPeriod: 0 } }] : []))),
      });
      presence = beThere(workerIds);
      await giveBackJobsOfTheDead();
      stopReaping = every(5_000, () => giveBackJobsOfTheDead().catch((error: unknown) => log.warn({ err: error }, 'could not look for processes that are gone')));
    },
    async stop() {
      stopping.abort();
      await stopReaping?.();
      await runner?.stop().catch(() => undefined);
      await presence;
      await database.read((tx) => sql(tx)`delete from platform.node where id = ${nodeId}`).catch(() => undefined);
      await pool.end();
    },
  };
}

const pick = (meta: Record<string, unknown> | undefined): Record<string, unknown> => (meta?.['error'] instanceof Error ? { err: meta['error'] } : {});
