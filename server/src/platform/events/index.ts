import type { Clock } from '../clock/index.ts';
import type { Database, Fragment, Tx } from '../db/index.ts';
import { fragment, identifier, json, sql } from '../db/index.ts';
import type { Log } from '../log/index.ts';
import { openNotices, type Notice } from './notices.ts';

/** A past fact. `subject` is what ordering is kept for, for example `person:0198...`. */
export interface DomainEvent {
  readonly kind: string;
  readonly subject: string;
  readonly at: Date;
  readonly facts: Readonly<Record<string, unknown>>;
}

export interface Subscriber {
  /** Unique and lasting: it is stored with what waits for it. */
  readonly name: string;
  readonly kinds: readonly string[];
  /** Runs inside the transaction that takes the event out of the outbox: what it writes happens exactly once. Work on the outside world is a job it enqueues. */
  deliver(tx: Tx, event: DomainEvent): Promise<void>;
}

/** One event, or many in this order, in two statements. */
export type Announce = (tx: Tx, events: DomainEvent | readonly DomainEvent[]) => Promise<void>;

/** The same for one event as pieces of a larger statement, where `when` holds: `kept` are parts of its `with`; whoever sees that it held calls `tell`. */
export type AnnounceWithin = (event: DomainEvent, when: Fragment) => { readonly kept: readonly Fragment[]; tell(tx: Tx): Promise<void> };

/** What every node hears when a transaction that announced something commits: for live pages. */
export interface LiveEvent {
  readonly kind: string;
  readonly subject: string;
}

export interface Events {
  readonly announce: Announce;
  readonly announceWithin: AnnounceWithin;
  subscribe(subscriber: Subscriber): void;
  /** Hears committed events of all nodes (kind and subject only). Returns the way to stop. */
  hear(heard: (event: LiveEvent) => void): () => void;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Delivers until nothing is due; for tests and the simulation. */
  drain(): Promise<void>;
}

const lanes = 3;

interface OutboxRow {
  readonly id: number;
  readonly subscriber: string;
  readonly subject: string;
  readonly kind: string;
  readonly facts: Record<string, unknown>;
  readonly happenedAt: Date;
  readonly attempts: number;
}

/** Transactional outbox: written with the change, delivered at least once, in order per subscriber and subject. */
export function openEvents({ database, clock, log }: { database: Database; clock: Clock; log: Log }): Events {
  const subscribers = new Map<string, Subscriber>();
  const ears = new Set<(event: LiveEvent) => void>();
  let isStopping = false;
  let timer: NodeJS.Timeout | null = null;
  let isDirty = false;
  let sweep: Promise<void> | null = null;

  const wanting = (kind: string): readonly Subscriber[] => [...subscribers.values()].filter((subscriber) => subscriber.kinds.includes(kind));
  const noticeOf = ({ kind, subject }: DomainEvent): Notice => ({ kind, subject, isAwaited: wanting(kind).length > 0 });
  const waitingFor = ({ kind, subject, facts, at }: DomainEvent) => wanting(kind).map(({ name }) => ({ subscriber: name, subject, kind, facts, at }));
  const keeping = (rows: readonly unknown[], when: Fragment): Fragment => fragment`
        insert into platform.outbox (subscriber, subject, kind, facts, happened_at)
        select one.subscriber, one.subject, one.kind, one.facts, one.at
          from rows from (jsonb_to_recordset(${json(rows)}) as (subscriber text, subject text, kind text, facts jsonb, at timestamptz)) with ordinality as one (subscriber, subject, kind, facts, at, place)
         where ${when}
         order by one.place`;

  const announce: Announce = async (tx, given) => {
    const events = Array.isArray(given) ? (given as readonly DomainEvent[]) : [given as DomainEvent];
    if (events.length === 0) return;
    const rows = events.flatMap(waitingFor);
    if (rows.length > 0) await sql(tx)`${keeping(rows, fragment`true`)}`;
    await notices.send(tx, events.map(noticeOf));
  };

  const announceWithin: AnnounceWithin = (event, when) => ({
    kept: waitingFor(event).map((row, index) => fragment`${identifier(`kept_${index}`)} as (${keeping([row], when)})`),
    tell: (tx) => notices.send(tx, [noticeOf(event)]),
  });

  function heard({ isAwaited, ...event }: Notice): void {
    for (const ear of ears) ear(event);
    if (isAwaited) wake();
  }
  const notices = openNotices({ database, log, heard, missed: wake });

  async function deliverOne(): Promise<boolean> {
    let row: OutboxRow | undefined;
    try {
      await database.transaction(async (tx) => {
        [row] = await sql<OutboxRow>(tx)`
          select o.id, o.subscriber, o.subject, o.kind, o.facts, o.happened_at, o.attempts
            from platform.outbox o
           where o.not_before <= ${clock.now()}
             and not exists (select from platform.outbox e where e.subscriber = o.subscriber and e.subject = o.subject and e.id < o.id)
           order by o.id
           limit 1
             for update skip locked`;
        if (!row) return;
        const subscriber = subscribers.get(row.subscriber);
        // A subscriber that newer code no longer has: nobody waits for this row.
        if (subscriber) await subscriber.deliver(tx, { kind: row.kind, subject: row.subject, at: row.happenedAt, facts: row.facts });
        await sql(tx)`delete from platform.outbox where id = ${row.id}`;
      });
      return row !== undefined;
    } catch (error) {
      if (!row) throw error;
      const failed: OutboxRow = row;
      const waitMs = Math.min(60_000, 250 * 2 ** Math.min(failed.attempts, 10));
      log.error({ err: error, subscriber: failed.subscriber, event: failed.kind, subject: failed.subject, attempts: failed.attempts + 1 }, 'an event could not be delivered; it is tried again');
      await database.read((tx) => sql(tx)`
        update platform.outbox
           set attempts = attempts + 1, not_before = ${new Date(clock.now().getTime() + waitMs)}, last_error = ${String(error).slice(0, 500)}
         where id = ${failed.id}`);
      return true;
    }
  }

  async function isSomethingDue(): Promise<boolean> {
    const [row] = await database.read((tx) => sql<{ isDue: boolean }>(tx)`select exists (select from platform.outbox where not_before <= ${clock.now()}) as is_due`);
    return row?.isDue ?? false;
  }

  async function lane(): Promise<void> {
    while (!isStopping && (await deliverOne()));
  }

  function wake(): void {
    isDirty = true;
    if (sweep || isStopping) return;
    sweep = (async () => {
      while (isDirty && !isStopping) {
        isDirty = false;
        // One question in place of a transaction per lane: mostly nothing is due.
        if (!(await isSomethingDue())) continue;
        await Promise.all(Array.from({ length: lanes }, lane));
      }
    })()
      .catch((error: unknown) => log.error({ err: error }, 'the outbox could not be read; it is tried again'))
      .finally(() => {
        sweep = null;
        if (isDirty && !isStopping) wake();
      });
  }

  return {
    announce,
    announceWithin,
    subscribe(subscriber) {
      if (subscribers.has(subscriber.name)) throw new Error(`two subscribers are named ${subscriber.name}`);
      subscribers.set(subscriber.name, subscriber);
    },
    hear(heard) {
      ears.add(heard);
      return () => void ears.delete(heard);
    },
    async start() {
      await notices.start();
      // Retries fall due without a notice.
      timer = setInterval(wake, 1_000);
      timer.unref();
    },
    async stop() {
      isStopping = true;
      if (timer) clearInterval(timer);
      await notices.stop();
      await sweep;
    },
    async drain() {
      while (await deliverOne());
    },
  };
}
