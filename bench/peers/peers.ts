import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Peer {
  readonly port: number;
  readonly pid: number;
  close(): void;
}

/** Starts a program that prints one line `{"port":…}` when it listens. It ends with us. */
export function startPeer(program: string, args: readonly string[] = []): Promise<Peer> {
  const follow = new URL('../../tools/follow.mjs', import.meta.url).href;
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', follow, fileURLToPath(new URL(program, import.meta.url)), ...args], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  return new Promise((resolve, reject) => {
    let text = '';
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`${program} ended with ${code} before it listened`)));
    child.stdout!.on('data', (chunk: Buffer) => {
      text += String(chunk);
      const line = text.split('\n').find((one) => one.startsWith('{"port"'));
      if (line) resolve({ port: (JSON.parse(line) as { port: number }).port, pid: child.pid!, close: () => void child.kill('SIGTERM') });
    });
  });
}

export const startFastify = (): Promise<Peer> => startPeer('./fastify.ts');
export const startOidcProvider = (): Promise<Peer> => startPeer('./oidc-provider.ts');
export const startFakeSystems = (names: readonly string[], token: string): Promise<Peer> => startPeer('../../server/src/connectors/fake/server.ts', ['--systems', names.join(','), '--token', token]);
