import { hash, verify } from '@node-rs/argon2';
import { availableParallelism } from 'node:os';
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

/**
 * argon2id in the thread pool, `inFlight` at once and `queue` waiting; beyond that the caller is told to come back,
 * so that a flood of sign-ins costs the flood its answers and nobody else theirs. `pepper` is kept outside the database (63B-4 3.1.1.2).
 */
export function openPasswordHashing(options: { pepper: Buffer; inFlight?: number | null; queue?: number }): PasswordHashing {
  const inFlight = options.inFlight ?? availableParallelism();
  const queue = options.queue ?? inFlight * 40;
  const waiting: (() => void)[] = [];
  let running = 0;

  async function turn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= inFlight) {
      if (waiting.length >= queue) {
        throw new Refusal('platform.too_busy', 'unavailable', 'too many people are signing in at this moment; try again in a few seconds', { retryAfterSeconds: 5 });
      }
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  }

  const peppered = (secret: string): string => hmac(options.pepper, secret).toString('base64');
  let decoy: Promise<string> | null = null;

  return {
    hash: (secret) => turn(() => hash(peppered(secret), parameters)),
    verify: (stored, secret) => turn(async () => ({ isRight: await verify(stored, peppered(secret)), needsRehash: !stored.startsWith(prefix) })),
    async spend(secret) {
      decoy ??= turn(() => hash(peppered('nobody has this password'), parameters));
      const stored = await decoy;
      await turn(() => verify(stored, peppered(secret)));
    },
    get waiting() {
      return waiting.length;
    },
  };
}
