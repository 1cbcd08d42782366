import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
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

/**
 * argon2id in threads of its own, `inFlight` at once and `queue` waiting; beyond that the caller is told to come back,
 * so that a flood of sign-ins costs the flood its answers and nobody else theirs. The threads give way to everything else
 * (`hashing-thread.ts`). `pepper` is kept outside the database (63B-4 3.1.1.2).
 */
export function openPasswordHashing(options: { pepper: Buffer; inFlight?: number | null; queue?: number }): PasswordHashing {
  const inFlight = options.inFlight ?? availableParallelism();
  const queue = options.queue ?? inFlight * 40;
  const waiting: (() => void)[] = [];
  const idle: Worker[] = [];
  let running = 0;

  /** A thread is made when the first hash needs it, and kept. */
  async function inThread(stored: string | null, secret: string): Promise<string | boolean> {
    const thread = idle.pop() ?? new Worker(new URL('./hashing-thread.ts', import.meta.url), { execArgv: ['--disable-warning=ExperimentalWarning'], resourceLimits: { maxOldGenerationSizeMb: 64 } });
    thread.ref();
    const reply = await answerOf(thread, { stored, secret, parameters });
    if (reply.is === 'failed') {
      void thread.terminate();
      throw new Error(`a password could not be hashed: ${reply.message}`);
    }
    // Nobody waits for it: the process may end.
    thread.unref();
    idle.push(thread);
    return reply.result;
  }

  async function turn(stored: string | null, secret: string): Promise<string | boolean> {
    if (running >= inFlight) {
      if (waiting.length >= queue) {
        throw new Refusal('platform.too_busy', 'unavailable', 'too many people are signing in at this moment; try again in a few seconds', { retryAfterSeconds: 5 });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await inThread(stored, hmac(options.pepper, secret).toString('base64'));
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
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
      return waiting.length;
    },
  };
}

function answerOf(thread: Worker, task: HashingTask): Promise<HashingReply> {
  return new Promise((resolve) => {
    const end = (reply: HashingReply): void => {
      thread.off('message', end).off('error', broke).off('exit', left);
      resolve(reply);
    };
    const broke = (error: unknown): void => end({ is: 'failed', message: error instanceof Error ? error.message : String(error) });
    const left = (code: number): void => end({ is: 'failed', message: `the thread ended with code ${code}` });
    thread.on('message', end).on('error', broke).on('exit', left);
    thread.postMessage(task);
  });
}
