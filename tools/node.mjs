// Finds and runs the Node that Bailiwick is made for. Runs itself under whatever Node is outside (20 and newer), with nothing installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[/\\]$/, '');

const needed = 24;

/** The Node that npm brought with the other packages, or the one outside where that is new enough. */
export function findNode() {
  const brought = path.join(root, 'node_modules', `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(brought)) return brought;
  if (Number(process.versions.node.split('.')[0]) >= needed) return process.execPath;
  throw new Error(`Bailiwick needs Node ${needed}, and this is ${process.versions.node}; run \`npm ci\` in ${root} to bring it, or install Node ${needed}`);
}

/** SimpleWebAuthn asks at start whether Node knows ML-DSA, which makes Node warn about something nobody chose. */
const quiet = '--disable-warning=ExperimentalWarning';

/** Children that say `node` get the same one, and find our TypeScript compiled already: half the processor time of a start. */
export const environment = (node) => ({
  NODE_COMPILE_CACHE: path.join(root, '.cache', 'compiled'),
  ...process.env,
  PATH: [path.dirname(node), path.join(root, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter),
});

/**
 * Runs a program under Node 24 in our place: same input and output, signals handed on, and its end is our end.
 * It also ends (as on SIGTERM) when we are killed, so that no server stays behind on the port.
 */
export function become(args, options = {}) {
  const node = findNode();
  const follow = new URL('follow.mjs', import.meta.url).href;
  const child = spawn(node, [quiet, '--import', follow, ...args], { cwd: options.cwd ?? process.cwd(), env: environment(node), stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
  const handOn = (signal) => {
    // A terminal sends its Ctrl-C to both of us, and twice would mean `at once`.
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, handOn);
  // npm runs us under a shell, which dies of a signal without handing it on: whoever stops `npm start` means the server.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 500);
  if (!process.env.npm_lifecycle_event || parent <= 1) clearInterval(watch);
  child.on('error', (error) => {
    console.error(`cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeAllListeners(name);
    process.kill(process.pid, signal);
  });
}
