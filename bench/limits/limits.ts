import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PoolConfig } from 'pg';

const program = fileURLToPath(new URL('./probe.ts', import.meta.url));

/** Operations per second of one limit, measured now. */
function probe(kind: string, settings: { seconds: number } & Record<string, unknown>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program, kind, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => { text += String(chunk); });
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code !== 0) return reject(new Error(`the limit ${kind} could not be measured`));
      const { operations, seconds } = JSON.parse(text) as { operations: number; seconds: number };
      resolve(operations / seconds);
    });
  });
}

/** Our own parameters (server/src/platform/crypto/password-hashing.ts), two at once. `niceness`: how far they give way to everything else. */
export const argon2idPerSecond = (seconds: number, niceness = 0): Promise<number> => probe('argon2id', { seconds, niceness, inFlight: 2, memoryCost: 47_104, timeCost: 1 });
export const es256PerSecond = (seconds: number): Promise<number> => probe('es256', { seconds });
export const chainPerSecond = (seconds: number): Promise<number> => probe('hash-chain', { seconds });
export const selectsPerSecond = (seconds: number, connection: PoolConfig): Promise<number> => probe('postgresql-select', { seconds, connection });
export const commitsPerSecond = (seconds: number, connection: PoolConfig): Promise<number> => probe('postgresql-commit', { seconds, connection });
