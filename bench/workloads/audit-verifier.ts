import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PoolConfig } from 'pg';
import { checkpointFileIn, verifyChain } from '../../server/src/audit/index.ts';
import { openKeys } from '../../server/src/platform/crypto/index.ts';
import { openDatabase, type DatabaseConnection } from '../../server/src/platform/db/index.ts';
import { silentLog } from '../../server/src/platform/log/index.ts';

export interface Verified {
  readonly isWhole: boolean;
  readonly entries: number;
  readonly seconds: number;
  readonly sentences: readonly string[];
}

interface VerifierSettings {
  readonly connection: PoolConfig;
  readonly dataFolder: string;
}

/** What `bailiwick audit verify` does, in a process of its own, timed without the start of the program. */
export function verifyAudit(settings: VerifierSettings): Promise<Verified> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => { text += String(chunk); });
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve(JSON.parse(text) as Verified) : reject(new Error('the audit verifier failed'))));
  });
}

async function work({ connection, dataFolder }: VerifierSettings): Promise<Verified> {
  const database = openDatabase(connection as DatabaseConnection, { log: silentLog, maxConnections: 4, applicationName: 'bench verifier' });
  const keys = openKeys(path.join(dataFolder, 'keys.json'), new Date());
  const began = performance.now();
  const { isWhole, entries, sentences } = await verifyChain({ database, keys, checkpointFile: checkpointFileIn(dataFolder) });
  const seconds = (performance.now() - began) / 1_000;
  await database.close();
  return { isWhole, entries, seconds, sentences };
}

if (import.meta.main) process.stdout.write(JSON.stringify(await work(JSON.parse(process.argv[2]!) as VerifierSettings)));
