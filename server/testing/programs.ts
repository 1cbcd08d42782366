import { spawnSync } from 'node:child_process';

/** Why tests that need a program of the system are skipped; null where it is there. */
export function whyMissing(program: string, packageName: string): string | null {
  const found = spawnSync(program, ['--version'], { stdio: 'ignore', timeout: 10_000 });
  return found.error ? `\`${program}\` is not installed (Debian: apt-get install ${packageName})` : null;
}

/** What a program says on its standard output; throws with what it said otherwise. */
export function outputOf(program: string, args: readonly string[], input?: Buffer): string {
  const ran = spawnSync(program, args, { timeout: 20_000, encoding: 'utf8', ...(input ? { input } : {}) });
  if (ran.error) throw ran.error;
  if (ran.status !== 0) throw new Error(`${program} ended with ${ran.status}: ${ran.stderr}`);
  return ran.stdout.trim();
}
