import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { monotonicMs } from '../clock/index.ts';
import { Refusal } from '../errors/index.ts';
import { hmac } from './digest.ts';

export interface PasswordHashing {
  /** PHC string with its parameters inside. `secret` must already be normalised (NFC). */
  hash(secret: string): Promise<string>;
  /** `needsRehash` when the stored parameters are not today's. */
  verify(stored: string, secret: string): Promise<{ isRight: boolean; needsRehash: boolean }>;
  /** Spends the time of one verification: for a person who does not exist (63B-4 3.2.2, ASVS 6.3.8). */
  spend(secret: string): Promise<void>;
  readonly waiting: number;
}

/** ASVS 5.0 appendix C: argon2id m=47,104 KiB t=1 p=1. */
const parameters = { algorithm: 2, memoryCost: 47_104, timeCost: 1, parallelism: 1 } as const;
const prefix = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`;

export interface HashingTask {
  /** Null: make a hash. */
  readonly stored: string | null;
  readonly secret: string;
  readonly parameters: typeof parameters;
}
export type HashingReply = { readonly is: 'done'; readonly result: string | boolean } | { readonly is: 'failed'; readonly message: string };

interface Waiting {
  readonly task: HashingTask;
  resolve(result: string | boolean): void;
  reject(error: Error): void;
}

/** A thread with what it was handed, in this order. */
interface Hand {
  readonly thread: Worker;
  readonly handed: Waiting[];
  /** When it began with the first of these: who began earliest is done first. */
  since: number;
}

/** The one that it hashes, and the next: it need not wait until we are free to hand it over. */
const mostHanded = 2;

/**
 * An answer waits this long, a hash, for that of another thread. What follows a hash (the database, the commit,
 * the page) then runs for several people in a row, in caches that two hashes have just emptied, and with one write to disk:
 * a tenth less work. Only in a rush, while the threads have hardly rested; else nobody waits for anybody.
 */
const togetherMs = 16;
const rush = { hashes: 16, busyShare: 0.85 };

/**
 * argon2id in threads of its own, `inFlight` at once and `queue` waiting; beyond that the caller is told to come back,
 * so that a flood of sign-ins costs the flood its answers and nobody else theirs. The threads give way to everything else
 * (`hashing-thread.ts`). `pepper` is kept outside the database (63B-4 3.1.1.2).
 */
export function openPasswordHashing(options: { pepper: Buffer; inFlight?: number | null; queue?: number }): PasswordHashing {
  const inFlight = options.inFlight ?? availableParallelism();
  const most = inFlight + (options.queue ?? inFlight * 40);
  const line: Waiting[] = [];
  const hands: Hand[] = [];
  let admitted = 0;
  const answers: (() => void)[] = [];
  const last: { readonly began: number; readonly tookMs: number }[] = [];
  let timer: NodeJS.Timeout | null = null;

  function giveOut(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    for (const answer of answers.splice(0)) answer();
  }

  function isRush(): boolean {
    if (last.length < rush.hashes) return false;
    const busyMs = last.reduce((sum, one) => sum + one.tookMs, 0);
    return busyMs >= rush.busyShare * hands.length * (monotonicMs() - last[0]!.began);
  }

  function answerSoon(answer: () => void): void {
    answers.push(answer);
    // Somebody waits in line: this thread has gone on with the next, and the others are at theirs.
    const isFull = hands.length > 1 && hands.every((hand) => hand.handed.length > 0);
    if (!isFull || !isRush() || answers.length >= hands.length) giveOut();
    else timer ??= setTimeout(giveOut, togetherMs);
  }

  /** A thread is made when the first hash needs it, and kept. */
  function openHand(): Hand {
    const thread = new Worker(new URL('./hashing-thread.ts', import.meta.url), { execArgv: ['--disable-warning=ExperimentalWarning'], resourceLimits: { maxOldGenerationSizeMb: 64 } });
    const hand: Hand = { thread, handed: [], since: 0 };
    const gone = (why: string): void => {
      if (!hands.includes(hand)) return;
      hands.splice(hands.indexOf(hand), 1);
      for (const one of hand.handed.splice(0)) one.reject(new Error(`a password could not be hashed: ${why}`));
      handOut();
    };
    thread.on('message', (reply: HashingReply) => {
      const one = hand.handed.shift();
      const now = monotonicMs();
      last.push({ began: hand.since, tookMs: now - hand.since });
      if (last.length > rush.hashes) last.shift();
      hand.since = now;
      // Nobody waits for it: the process may end.
      if (hand.handed.length === 0) thread.unref();
      handOut();
      answerSoon(() => {
        if (reply.is === 'done') one?.resolve(reply.result);
        else one?.reject(new Error(`a password could not be hashed: ${reply.message}`));
      });
    });
    thread.on('error', (error) => gone(error instanceof Error ? error.message : String(error)));
    thread.on('exit', (code) => gone(`the thread ended with code ${code}`));
    hands.push(hand);
    return hand;
  }

  const free = (): Hand | undefined => hands.find((hand) => hand.handed.length === 0) ?? (hands.length < inFlight ? openHand() : hands.filter((hand) => hand.handed.length < mostHanded).sort((a, b) => a.since - b.since)[0]);

  function handOut(): void {
    while (line.length > 0) {
      const hand = free();
      if (!hand) return;
      const one = line.shift()!;
      hand.thread.ref();
      if (hand.handed.length === 0) hand.since = monotonicMs();
      hand.handed.push(one);
      hand.thread.postMessage(one.task);
    }
  }

  async function turn(stored: string | null, secret: string): Promise<string | boolean> {
    if (admitted >= most) throw new Refusal('platform.too_busy', 'unavailable', 'too many people are signing in at this moment; try again in a few seconds', { retryAfterSeconds: 5 });
    admitted += 1;
    try {
      return await new Promise<string | boolean>((resolve, reject) => {
        line.push({ task: { stored, secret: hmac(options.pepper, secret).toString('base64'), parameters }, resolve, reject });
        handOut();
      });
    } finally {
      admitted -= 1;
    }
  }

  const hash = async (secret: string): Promise<string> => (await turn(null, secret)) as string;
  let decoy: Promise<string> | null = null;

  return {
    hash,
    verify: async (stored, secret) => ({ isRight: (await turn(stored, secret)) === true, needsRehash: !stored.startsWith(prefix) }),
    async spend(secret) {
      decoy ??= hash('nobody has this password');
      await turn(await decoy, secret);
    },
    get waiting() {
      return Math.max(0, admitted - inFlight);
    },
  };
}
