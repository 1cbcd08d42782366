import { hash as argon2 } from '@node-rs/argon2';
import { generateKeyPairSync, hash, sign } from 'node:crypto';
import { setPriority } from 'node:os';
import pg from 'pg';

/**
 * What the machine itself can do, measured in a process of its own with nothing around it:
 *
 *   node bench/limits/probe.ts argon2id '{"seconds":3,"inFlight":2,"memoryCost":47104,"timeCost":1}'
 *
 * prints {"operations":…,"seconds":…}.
 */
interface Counted {
  readonly operations: number;
  readonly seconds: number;
}

async function count(seconds: number, inFlight: number, once: (turn: number) => unknown): Promise<Counted> {
  const began = performance.now();
  const end = began + seconds * 1_000;
  let operations = 0;
  await Promise.all(Array.from({ length: inFlight }, async () => {
    while (performance.now() < end) {
      await once(operations);
      operations += 1;
    }
  }));
  return { operations, seconds: (performance.now() - began) / 1_000 };
}

function countAtOnce(seconds: number, batch: number, once: (turn: number) => unknown): Counted {
  const began = performance.now();
  const end = began + seconds * 1_000;
  let operations = 0;
  while (performance.now() < end) for (let index = 0; index < batch; index += 1) once(operations++);
  return { operations, seconds: (performance.now() - began) / 1_000 };
}

interface Settings {
  readonly seconds: number;
  readonly inFlight?: number;
  readonly niceness?: number;
  readonly memoryCost?: number;
  readonly timeCost?: number;
  readonly connection?: pg.PoolConfig;
  readonly rows?: number;
}

const kinds: Record<string, (settings: Settings) => Promise<Counted> | Counted> = {
  argon2id({ seconds, inFlight = 2, niceness = 0, memoryCost = 47_104, timeCost = 1 }) {
    if (niceness > 0) setPriority(niceness);
    return count(seconds, inFlight, () => argon2('a password of common length', { algorithm: 2, memoryCost, timeCost, parallelism: 1 }));
  },

  /** The signature alone, over a payload as long as that of an access token. */
  es256({ seconds }) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const payload = Buffer.alloc(351, 'x');
    return countAtOnce(seconds, 50, () => sign('sha256', payload, { key: privateKey, dsaEncoding: 'ieee-p1363' }));
  },

  /** Each hash covers the one before it and a body as long as a common audit entry; nothing else. */
  'hash-chain'({ seconds }) {
    const body = Buffer.alloc(260, 'e');
    let last = Buffer.alloc(32);
    const both = Buffer.concat([last, body]);
    return countAtOnce(seconds, 200, () => {
      last.copy(both, 0);
      last = hash('sha256', both, 'buffer');
    });
  },

  /** One row by its primary key through the driver. */
  async 'postgresql-select'({ seconds, inFlight = 8, connection, rows = 100_000 }) {
    const pool = new pg.Pool({ ...connection, max: inFlight });
    await pool.query('create schema if not exists bench; create table if not exists bench.probe (id bigint primary key, text text not null)');
    await pool.query(`insert into bench.probe select n, repeat('x', 100) from generate_series(1, ${rows}) as n on conflict do nothing`);
    const counted = await count(seconds, inFlight, (turn) => pool.query({ name: 'one', text: 'select id, text from bench.probe where id = $1', values: [((turn * 7_919) % rows) + 1] }));
    await pool.end();
    return counted;
  },

  /** One row inserted and committed to disk: what any change costs at least. */
  async 'postgresql-commit'({ seconds, inFlight = 8, connection }) {
    const pool = new pg.Pool({ ...connection, max: inFlight });
    await pool.query('create schema if not exists bench; create table if not exists bench.written (id bigint generated always as identity primary key, text text not null); truncate bench.written');
    const counted = await count(seconds, inFlight, () => pool.query({ name: 'one', text: 'insert into bench.written (text) values ($1)', values: ['a row of about a hundred bytes, as the smallest of changes would write it, and not much more than it'] }));
    await pool.end();
    return counted;
  },
};

const [kind = '', settings = '{}'] = process.argv.slice(2);
const probe = kinds[kind];
if (!probe) throw new Error(`known limits: ${Object.keys(kinds).join(', ')}`);
process.stdout.write(`${JSON.stringify(await probe(JSON.parse(settings) as Settings))}\n`);
