import { newId } from '../crypto/index.ts';
import { afterCommit, sql, textArray, type Database, type Tx } from '../db/index.ts';
import type { Log } from '../log/index.ts';

/** What happened to whom, for live pages. Most of it is only for those; `isAwaited`: somebody looks into the outbox for it. */
export interface Notice {
  readonly kind: string;
  readonly subject: string;
  readonly isAwaited: boolean;
}

export interface Notices {
  /** Tells every node once `tx` has committed, and nobody when it has not. */
  send(tx: Tx, notices: readonly Notice[]): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Over the wire: those of one node, who has heard them already. */
interface Letter {
  readonly from: string;
  readonly notices: readonly Notice[];
}

const channel = 'bailiwick_event';
const gatherMs = 100;
/** PostgreSQL takes less than 8,000 bytes at once. */
const longestLetter = 7_000;
/** While the database is away: older ones are dropped, and whoever comes back looks for all that it missed. */
const mostWaiting = 5_000;

/**
 * A running node hears its own notices as soon as they are committed; the others get them gathered, ten times a second.
 * A NOTIFY within each transaction would make every commit wait for one lock over all of them, wake every listening
 * connection, and cost a tenth of a sign-in. What must not be lost is in the outbox, which every node looks through
 * each second. A process that does not run (a command beside the server) tells within its transaction.
 */
export function openNotices({ database, log, heard, missed }: { database: Database; log: Log; heard: (notice: Notice) => void; missed: () => void }): Notices {
  const me = newId();
  let waiting = new Map<string, Notice>();
  let timer: NodeJS.Timeout | null = null;
  let sending: Promise<void> = Promise.resolve();
  let stopListening: (() => Promise<void>) | null = null;

  function lettersOf(notices: readonly Notice[]): readonly string[] {
    const pages: Notice[][] = [];
    let left = 0;
    for (const notice of notices) {
      const length = Buffer.byteLength(JSON.stringify(notice)) + 1;
      if (left < length) {
        pages.push([]);
        left = longestLetter;
      }
      pages.at(-1)!.push(notice);
      left -= length;
    }
    return pages.map((page) => JSON.stringify({ from: me, notices: page } satisfies Letter));
  }
  const post = (tx: Tx, notices: readonly Notice[]): Promise<unknown> => sql(tx)`select pg_notify(${channel}, letter) from unnest(${textArray(lettersOf(notices))}) as letter`;

  function gather(notices: readonly Notice[]): void {
    for (const notice of notices) {
      const key = `${notice.kind} ${notice.subject}`;
      // The last of the same: in their order, a page that asks again after it sees what it tells of.
      waiting.delete(key);
      waiting.set(key, notice);
    }
    while (waiting.size > mostWaiting) waiting.delete(waiting.keys().next().value!);
    timer ??= setTimeout(() => void flush(), gatherMs).unref();
  }

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    const now = [...waiting.values()];
    waiting = new Map();
    if (now.length === 0) return sending;
    sending = sending.then(async () => {
      try {
        await database.read((tx) => post(tx, now));
      } catch (error) {
        if (!stopListening) return;
        log.warn({ err: error, notices: now.length }, 'other nodes could not be told what changed here; it is tried again');
        gather(now);
      }
    });
    return sending;
  }

  return {
    async send(tx, notices) {
      if (!stopListening) {
        await post(tx, notices);
        return;
      }
      afterCommit(tx, () => {
        for (const notice of notices) heard(notice);
        gather(notices);
      });
    },
    async start() {
      stopListening = await database.listen(channel, (payload) => {
        // Empty after a (re)connection, when notices may have been missed.
        if (payload === '') return missed();
        const letter = JSON.parse(payload) as Letter;
        if (letter.from !== me) letter.notices.forEach(heard);
      });
    },
    async stop() {
      const stop = stopListening;
      stopListening = null;
      await stop?.();
      await flush();
    },
  };
}
