// What `npm start` and `npm run …` do first on a fresh clone: bring the packages, build the console. Nothing is done twice.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { environment, findNode, root } from './node.mjs';

const at = (...names) => path.join(root, ...names);
const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null);

function canWrite(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** npm keeps in node_modules what it installed: compared with what is wanted. No mark of our own, so an `npm ci` by hand, or by another user, counts. */
function isInstalled() {
  const installed = readJson(at('node_modules', '.package-lock.json'))?.packages;
  if (!installed) return false;
  return Object.entries(readJson(at('package-lock.json')).packages).every(([place, wanted]) => {
    if (!place.startsWith('node_modules/') && !place.includes('/node_modules/')) return true;
    const found = installed[place];
    // Packages for other machines are left out by npm.
    if (!found) return wanted.optional === true || wanted.devOptional === true || wanted.peer === true;
    return wanted.link ? found.link === true : found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** One process at a time; the others wait, and then find the work done. */
async function alone(work) {
  mkdirSync(at('.cache'), { recursive: true });
  const lock = at('.cache', 'installing');
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = existsSync(lock) ? readFileSync(lock, 'utf8') : '';
    // Empty: made a moment ago, its number not written yet.
    if (holder !== '' && !isAlive(Number(holder))) rmSync(lock, { force: true });
    else await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => rmSync(lock, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

/** Runs a program quietly; what it said is shown only if it fails. */
export function run(program, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const said = [];
    child.stdout.on('data', (text) => said.push(text));
    child.stderr.on('data', (text) => said.push(text));
    child.on('error', reject);
    child.on('close', (code) => {
      const output = Buffer.concat(said).toString();
      if (code === 0) resolve(output);
      else reject(Object.assign(new Error(`${path.basename(program)} ${args.join(' ')} failed`), { output }));
    });
  });
}

async function install() {
  if (isInstalled()) return;
  if (!canWrite(root) || (existsSync(at('node_modules')) && !canWrite(at('node_modules')))) {
    throw new Error(`the packages in ${at('node_modules')} are missing or not those of package-lock.json, and this user may not write there; run \`npm ci\` as the owner of ${root}`);
  }
  await alone(async () => {
    if (isInstalled()) return;
    console.log('Installing the packages (once; about a minute) …');
    const npm = process.env.npm_execpath;
    const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    if (npm?.endsWith('.js') || npm?.endsWith('.cjs')) await run(process.execPath, [npm, ...args]);
    else await run(process.platform === 'win32' ? 'npm.cmd' : 'npm', args, { shell: process.platform === 'win32' });
  });
}

const consoleSources = ['console', 'contract/src', 'package-lock.json'];
const notSources = new Set(['node_modules', 'dist', '.cache']);

function* filesIn(place) {
  if (!existsSync(at(place))) return;
  if (!statSync(at(place)).isDirectory()) return yield place;
  for (const name of readdirSync(at(place)).sort()) if (!notSources.has(name)) yield* filesIn(`${place}/${name}`);
}

function consoleDigest() {
  const digest = createHash('sha256');
  for (const place of consoleSources) {
    for (const file of filesIn(place)) {
      if (/\.test\.tsx?$/.test(file)) continue;
      digest.update(file).update('\0').update(readFileSync(at(file))).update('\0');
    }
  }
  return digest.digest('hex');
}

const builtFrom = () => (existsSync(at('console/dist/.built-from')) ? readFileSync(at('console/dist/.built-from'), 'utf8') : null);

async function buildConsole({ isForced }) {
  if (!existsSync(at('console/index.html'))) return;
  if (builtFrom() === consoleDigest() && !isForced) return;
  if (!canWrite(at('console')) || (existsSync(at('console/dist')) && !canWrite(at('console/dist')))) {
    if (!existsSync(at('console/dist/index.html'))) throw new Error(`the console is not built, and this user may not write in ${at('console')}; run \`npm run build\` as the owner`);
    console.log('The console was built from other sources, and this user may not build it again; using it as it is.');
    return;
  }
  await alone(async () => {
    const digest = consoleDigest();
    if (builtFrom() === digest && !isForced) return;
    console.log('Building the console …');
    const node = findNode();
    // Until the build is whole, what lies there counts as built from nothing.
    rmSync(at('console/dist/.built-from'), { force: true });
    await run(node, [at('node_modules/vite/bin/vite.js'), 'build', at('console'), '--logLevel', 'warn'], { env: { ...environment(node), NODE_ENV: 'production' } });
    writeFileSync(at('console/dist/.built-from'), digest);
  });
}

/** Does what is missing, or says what went wrong and ends the process. */
export async function prepare({ needsConsole, isConsoleForced = false }) {
  try {
    await install();
    if (needsConsole) await buildConsole({ isForced: isConsoleForced });
  } catch (error) {
    console.error(`${error.message}${error.output ? `\n${error.output}` : ''}`);
    process.exit(1);
  }
}
