import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';

/** An account of the operating system that PostgreSQL runs as. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

export const isRoot = (): boolean => process.getuid?.() === 0;

/** PostgreSQL refuses to run as root (a hole in it would own the machine). `nobody` exists everywhere and owns nothing else of ours. */
export async function unprivilegedUser(): Promise<OsUser> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] = accounts.split('\n').find((line) => line.startsWith('nobody:'))?.split(':') ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

export async function ownerOf(path: string): Promise<OsUser> {
  const { uid, gid } = await stat(path);
  return { uid, gid };
}

/** Neither our settings nor our secrets are handed to PostgreSQL's processes. */
export const bareEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };

/** Runs a program to its end, as `user` if given; the error carries what it said. */
export function runAs(user: OsUser | null, program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, [...args], { ...user, env: bareEnvironment, cwd: '/', maxBuffer: 16 * 2 ** 20 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`\`${program}\` failed: ${(stderr || stdout || error.message).trim().slice(-2_000)}`, { cause: error }));
      else resolve(`${stdout}${stderr}`);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** Whether `user` can get into the folder: every folder above it must let them through. */
export const canEnter = (user: OsUser, folder: string): Promise<boolean> => runAs(user, '/bin/sh', ['-c', 'cd "$1"', 'sh', folder]).then(() => true, () => false);
