import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PoolConfig } from 'pg';
import { record } from '../../server/src/audit/index.ts';
import { openDatabase, type DatabaseConnection } from '../../server/src/platform/db/index.ts';
import { silentLog } from '../../server/src/platform/log/index.ts';

export interface WriterSettings {
  readonly connection: PoolConfig;
  readonly writers: number;
  readonly seconds: number;
  /** Absent: as fast as commits come back. */
  readonly ratePerSecond?: number;
}

/** Verbs that do nothing but leave their audit entry, in a process of their own. */
export function writeAudit(settings: WriterSettings): Promise<{ written: number; seconds: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => { text += String(chunk); });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(JSON.parse(text) as { written: number; seconds: number }) : reject(new Error('the audit writers failed'))));
  });
}

async function work({ connection, writers, seconds, ratePerSecond }: WriterSettings): Promise<{ written: number; seconds: number }> {
  const database = openDatabase(connection as DatabaseConnection, { log: silentLog, maxConnections: writers, applicationName: 'bench writers' });
  const began = performance.now();
  const end = began + seconds * 1_000;
  let written = 0;
  await Promise.all(Array.from({ length: writers }, async () => {
    while (performance.now() < end) {
      const number = written++;
      await database.transaction((tx) => record(tx, { action: 'authentication.sign-in', actor: 'person:019c0000-0000-7000-8000-000000000001', actorName: 'Maria Ivanova', target: 'person:019c0000-0000-7000-8000-000000000001', targetName: 'Maria Ivanova', at: new Date(), outcome: 'allowed', facts: { number, methods: ['pwd', 'otp'], address: '192.0.2.7' } }));
      if (ratePerSecond === undefined) continue;
      const due = began + (written / ratePerSecond) * 1_000;
      const early = due - performance.now();
      if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    }
  }));
  const took = (performance.now() - began) / 1_000;
  await database.close();
  return { written, seconds: took };
}

if (import.meta.main) process.stdout.write(JSON.stringify(await work(JSON.parse(process.argv[2]!) as WriterSettings)));
