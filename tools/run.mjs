// `npm run test|check|demo|bench|build|docs`: installs what is missing, then does the work under Node 24.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { prepare, run } from './install.mjs';
import { become, environment, findNode, root } from './node.mjs';

const [task, ...args] = process.argv.slice(2);
const at = (...names) => path.join(root, ...names);
const vitest = at('node_modules/vitest/vitest.mjs');

const tasks = {
  /** `npm test`, `npm test -- server/src/directory`, `npm test -- --project e2e`. */
  async test() {
    const isEverything = args.every((arg) => arg.startsWith('-'));
    const hasJourneys = existsSync(at('e2e')) && readdirSync(at('e2e')).some((name) => name.endsWith('.spec.ts'));
    const includesJourneys = hasJourneys && !args.join(' ').match(/--project[= ]unit/) && (isEverything || args.some((arg) => arg.includes('e2e')));
    await prepare({ needsConsole: includesJourneys });
    const reporter = isEverything && !args.some((arg) => arg.startsWith('--reporter')) ? ['--reporter=dot'] : [];
    become([vitest, 'run', ...reporter, ...args], { cwd: root });
  },
  async check() {
    await prepare({ needsConsole: false });
    await check();
  },
  async demo() {
    await prepare({ needsConsole: true });
    become([at('server/src/cli/bailiwick.ts'), 'demo', ...args]);
  },
  async bench() {
    await prepare({ needsConsole: true });
    become([at('bench/run.ts'), ...args]);
  },
  async build() {
    await prepare({ needsConsole: true, isConsoleForced: true });
  },
  async docs() {
    await prepare({ needsConsole: false });
    become([at('tools/docs.mjs'), ...args], { cwd: root });
  },
};

/** Every wall that a machine can watch. Two at a time: most machines have that many processors, and TypeScript wants memory. */
async function check() {
  const node = findNode();
  const options = (folder) => ({ cwd: at(folder), env: environment(node) });
  const bin = (...names) => at('node_modules', ...names);
  const steps = [
    ['types of server and contract', () => run(node, [bin('typescript7/bin/tsc'), '-p', '.'], options('server'))],
    ['types of console', () => run(node, [bin('typescript7/bin/tsc'), '--noEmit', '-p', '.'], options('console')), 'console/tsconfig.json'],
    ['lint', () => run(node, [bin('eslint/bin/eslint.js'), '--max-warnings=0', 'src'], options('server'))],
    ['lint of console', () => run(node, [bin('eslint/bin/eslint.js'), '--max-warnings=0', 'src'], options('console')), 'console/eslint.config.mjs'],
    ['who imports whom', () => ladder(node, options('server'))],
    ['generated documents', () => run(node, [at('tools/docs.mjs'), '--check'], options('.')), 'tools/docs.mjs'],
  ].filter(([, , file]) => file === undefined || existsSync(at(file)));

  let hasFailed = false;
  const worker = async () => {
    for (let step = steps.shift(); step; step = steps.shift()) {
      const [name, work] = step;
      const began = performance.now();
      const took = () => `${((performance.now() - began) / 1_000).toFixed(1)} s`;
      try {
        const note = await work();
        console.log(`ok      ${name}${typeof note === 'object' ? ` (${note.note})` : ''}, ${took()}`);
      } catch (error) {
        hasFailed = true;
        console.log(`FAILED  ${name}, ${took()}\n${error.output ?? error.stack}`);
      }
    }
  };
  await Promise.all([worker(), worker()]);
  process.exit(hasFailed ? 1 : 0);
}

/** With a TypeScript it does not know, dependency-cruiser finds no module at all and says that nothing is wrong: count what it saw. */
async function ladder(node, options) {
  const output = await run(node, [at('node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'), 'src', '--config', '.dependency-cruiser.mjs', '--output-type', 'json'], options).catch((error) => error.output);
  if (!output.startsWith('{')) throw Object.assign(new Error(), { output });
  const { summary, modules } = JSON.parse(output);
  if (summary.error > 0) {
    const lines = summary.violations.filter((one) => one.rule.severity === 'error').map((one) => `  ${one.rule.name}: ${one.from} → ${one.to}`);
    throw Object.assign(new Error(), { output: `${lines.join('\n')}\n(server/.dependency-cruiser.mjs and server/architecture.mjs say why)` });
  }
  const ours = modules.filter((module) => module.source.startsWith('src/')).length;
  if (ours <= 50) throw Object.assign(new Error(), { output: `dependency-cruiser saw ${ours} modules of ours; its rules were not tried` });
  return { note: `${ours} modules` };
}

if (!Object.hasOwn(tasks, task)) {
  console.error(`known: ${Object.keys(tasks).join(', ')}`);
  process.exit(2);
}
await tasks[task]();
