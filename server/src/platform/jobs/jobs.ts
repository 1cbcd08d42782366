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
  let kept: Promise<void> | null = null;
  /** Under which the library locks jobs for this process at present. */
  let workerIds: string[] = [];

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

  /** Holds the advisory lock of this node until stop; takes it again after the database was away. Calls `there` when it is held the first time. */
  async function beThere(there: () => void): Promise<void> {
    let lockKey: number | null = null;
    while (!stopping.signal.aborted) {
      await database
        .session(async (tx) => {
          if (lockKey === null) {
            const [row] = await sql<{ lockKey: number }>(tx)`select nextval(pg_get_serial_sequence('platform.node', 'lock_key')) as lock_key`;
            lockKey = row!.lockKey;
          }
          // INVARIANT: locked before it is listed. Listed first, another node could take this one for dead in between.
          await sql(tx)`select pg_advisory_lock(${lockSpace}::integer, ${lockKey}::integer)`;
          await sql(tx)`
            insert into platform.node (id, lock_key, worker_ids, started_at) overriding system value
                 values (${nodeId}, ${lockKey}, ${[...workerIds]}::text[], ${clock.now()})
            on conflict (id) do update set worker_ids = excluded.worker_ids`;
          there();
          while (!stopping.signal.aborted) {
            await pause(2_000);
            await sql(tx)`select 1`;
          }
        })
        .catch((error: unknown) => {
          if (!stopping.signal.aborted) log.warn({ err: error }, 'this node lost its place in the database; taking it again');
        });
      if (!stopping.signal.aborted) await pause(500);
    }
  }

  async function begin(): Promise<void> {
    const ids: string[] = [];
    const events = new EventEmitter();
    // The library locks a job by its pool or by one worker, as it fetched it.
    events.on('pool:create', ({ workerPool }: { workerPool: { id: string } }) => ids.push(workerPool.id));
    events.on('worker:create', ({ worker }: { worker: { workerId: string } }) => ids.push(worker.workerId));
    const next = await run({
      pgPool: pool,
      concurrency,
      // Only in batches does the library hear it when an end cannot be written down; else a dying database would end this process.
      preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
      noHandleSignals: true,
      // Each of the workers looks by itself, one after the other: with this many it is six times a second.
      pollInterval: 4_000,
      logger,
      events: events as never,
      taskList: tasks(),
      parsedCronItems: parseCronItems([...definitions.values()].flatMap((job) => (job.schedule ? [{ task: job.name, match: job.schedule, identifier: job.name, options: { backfillPeriod: 0 } }] : []))),
    });
    // Heard from the first moment on: a rejection that nobody hears would end the process.
    next.promise.catch(() => undefined);
    await database.read((tx) => sql(tx)`update platform.node set worker_ids = ${ids}::text[] where id = ${nodeId}`);
    workerIds = ids;
    runner = next;
  }

  /** When the database dies under it, the library gives up as a whole: what it held is given back, and it begins again. */
  async function keepRunning(): Promise<void> {
    while (!stopping.signal.aborted) {
      const problem: unknown = await runner?.promise.then(() => null, (error: unknown) => error);
      if (stopping.signal.aborted) return;
      log.warn({ err: problem }, 'the jobs stopped; starting them again');
      const lost = workerIds;
      for (let isBack = false; !isBack && !stopping.signal.aborted; ) {
        await pause(500);
        isBack = await database
          .read((tx) => sql(tx)`select graphile_worker.force_unlock_workers(${lost}::text[])`)
          .then(begin)
          .then(() => true, () => false);
      }
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
      // Locked by workers that no living node lists: a process that died before it had told their names.
      await sql(tx)`
        select graphile_worker.force_unlock_workers(array(
          select distinct j.locked_by from graphile_worker.jobs j
           where j.locked_at < now() - interval '5 seconds' and not exists (select from platform.node n where j.locked_by = any(n.worker_ids))))`;
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
      await new Promise<void>((resolve) => { presence = beThere(resolve); });
      await begin();
      kept = keepRunning();
      await giveBackJobsOfTheDead();
      stopReaping = every(5_000, () => giveBackJobsOfTheDead().catch((error: unknown) => log.warn({ err: error }, 'could not look for processes that are gone')));
    },
    async stop() {
      stopping.abort();
      await stopReaping?.();
      await runner?.stop().catch(() => undefined);
      await kept;
      await presence;
      await database.read((tx) => sql(tx)`delete from platform.node where id = ${nodeId}`).catch(() => undefined);
      await pool.end();
    },
  };
}

const pick = (meta: Record<string, unknown> | undefined): Record<string, unknown> => (meta?.['error'] instanceof Error ? { err: meta['error'] } : {});
