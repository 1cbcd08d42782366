import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/platform/clock/index.ts';
import { visitor, type Visitor } from '../visitor.ts';
import { freePort } from '../world.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** One real process of the server, as `npm start` has it. */
export interface NodeProcess {
  readonly address: string;
  readonly pid: number;
  /** Everything it said, on both lines. */
  readonly said: () => string;
  /** The one-time link, when it printed one. */
  readonly setUpLink: () => string | null;
  newVisitor(bearer?: string): Visitor;
  /** Until its answer is `ready`. */
  ready(): Promise<void>;
  /** SIGTERM, and until it is gone. */
  stop(): Promise<number | null>;
  /** SIGKILL: it gets no chance to tidy up. */
  kill(): Promise<void>;
}

/** `url` is the public address, which all nodes of one installation share. */
export async function startNode(settings: Readonly<Record<string, string>>, port?: number): Promise<NodeProcess> {
  const ownPort = port ?? (await freePort());
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main], {
    env: { ...(PATH ? { PATH } : {}), ...(HOME ? { HOME } : {}), ...(TMPDIR ? { TMPDIR } : {}), ...(LANG ? { LANG } : {}), BAILIWICK_PORT: String(ownPort), BAILIWICK_PASSWORD_HASHES_IN_FLIGHT: '2', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const line of [child.stdout, child.stderr]) line?.on('data', (part: Buffer) => { text += part.toString('utf8'); });
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  let hasEnded = false;
  void ended.then(() => { hasEnded = true; });
  const address = `http://127.0.0.1:${ownPort}`;
  return {
    address,
    pid: child.pid!,
    said: () => text,
    setUpLink: () => /https?:\/\/\S+\/set-up\S+/.exec(text)?.[0] ?? null,
    newVisitor: (bearer) => visitor(address, systemClock, bearer === undefined ? {} : { bearer }),
    async ready() {
      const until = performance.now() + 60_000;
      while (performance.now() < until) {
        if (hasEnded) throw new Error(`the process ended while it started:\n${text.slice(-3_000)}`);
        if (text.includes('is ready at') && (await fetch(`${address}/readyz`).then((reply) => reply.status, () => 0)) === 200) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error(`not ready after 60 s:\n${text.slice(-3_000)}`);
    },
    async stop() {
      if (!hasEnded) child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      if (!hasEnded) child.kill('SIGKILL');
      await ended;
    },
  };
}
