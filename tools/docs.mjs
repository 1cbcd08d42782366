// `npm run docs`: writes docs/reference out of the code. With --check: fails when a page is not what the code says.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { asvsPage, readSources } from './asvs.mjs';
import { root } from './node.mjs';
import { signInControls } from './sign-in-controls.mjs';

const server = (file) => import(path.join(root, 'server/src', file));
const [{ describeSettings, loadConfig }, { declaredRefusals, statusOf }, { buildDomains }, { allMigrations }, { mayImport }] = await Promise.all([
  server('platform/config/index.ts'),
  server('platform/errors/index.ts'),
  server('app.ts'),
  server('migrations.ts'),
  import(path.join(root, 'server/architecture.mjs')),
]);

/** Stands in for an opened part: the route table is only read, nothing is asked of it. */
const closed = () => new Proxy(() => closed(), { get: (_target, name) => (name === Symbol.toPrimitive ? () => '' : name === 'then' ? undefined : closed()) });
const modules = buildDomains({
  config: loadConfig({}), clock: { now: () => new Date(0) }, database: closed(), keys: { derive: () => Buffer.alloc(32, 1), seal: closed(), open: closed(), signingKey: () => closed() }, mailer: closed(), metrics: closed(), log: closed(), rateLimits: closed(), passwordHashing: closed(),
  events: { announce: closed(), subscribe() {}, hear: closed() }, jobs: { define() {}, enqueue: closed() }, checkpointFile: '',
}).modules;

const cell = (text) => String(text ?? '').replaceAll('|', '\\|').replaceAll('\n', ' ');
const table = (head, rows) => [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)].join('\n');
const made = 'Made by `npm run docs`; do not edit.';

const asvs = asvsPage(readSources(root));

const pages = {
  'settings.md': ['# Settings', made, 'Set in the environment. An unknown name that begins with `BAILIWICK_` refuses the start.', table(['setting', 'default', 'meaning'], describeSettings().map((one) => [`\`${one.name}\``, one.default ? `\`${one.default}\`` : '', one.meaning]))],
  'permissions.md': ['# Permissions', made, 'What the gate can be asked for; names are `domain.noun.verb`. `own` permissions concern the person who asks.', ...modules.map((module) => `## ${module.domain}\n\n${module.permissions.map((name) => `- \`${name}\``).join('\n')}`)],
  'refusals.md': ['# Refusals', made, 'Every way in which the product says no. The code is stable; the text says what to do.', table(['code', 'kind', 'HTTP status'], declaredRefusals().map((one) => [`\`${one.code}\``, one.kind.replaceAll('_', ' '), statusOf[one.kind]]))],
  'doors.md': [
    '# Doors', made, 'The whole route table. Inputs, outputs and refusals of the API are at `/api/openapi.json` (OpenAPI 3.1).',
    ...modules.filter((module) => module.routes?.length).map((module) => `## ${module.domain}\n\n${table(['door', 'permission', 'what'], module.routes.map((one) => [`\`${one.method} ${one.path}\``, one.permission === null ? `public: ${one.public}` : `\`${one.permission}\``, one.summary]))}`),
  ],
  'jobs-and-events.md': [
    '# Jobs and events', made, 'Jobs are intentions that outlive the process; times are UTC. Subscribers hear facts, at least once, in order per subject.',
    table(['job', 'schedule'], modules.flatMap((module) => (module.jobs ?? []).map((job) => [`\`${job.name}\``, job.schedule ? `\`${job.schedule}\`` : 'when enqueued']))),
    table(['subscriber', 'hears'], modules.flatMap((module) => (module.subscribers ?? []).map((one) => [`\`${one.name}\``, one.kinds.map((kind) => `\`${kind}\``).join(', ')]))),
  ],
  'database.md': [
    '# Database', made, 'One PostgreSQL schema per domain; foreign keys point only where imports may point; other domains read published views.',
    ...[...new Set(allMigrations().map((one) => one.domain))].map((domain) => {
      const text = allMigrations().filter((one) => one.domain === domain).map((one) => one.text).join('\n');
      const rows = [...text.matchAll(/comment on (table|view) ([\w.]+) is\s+'((?:[^']|'')*)'/g)].map((found) => [`\`${found[2]}\``, found[1], found[3].replaceAll("''", "'")]);
      return `## ${domain}\n\n${table(['name', '', 'what it holds'], rows)}`;
    }),
  ],
  'asvs.md': asvs.parts,
  'sign-in-controls.md': await signInControls(server, { made, table }),
  'ladder.md': ['# The ladder', made, 'Who may import whom (`server/architecture.mjs`); all may use platform.', table(['domain', 'may import'], Object.entries(mayImport).map(([domain, imports]) => [domain, imports.join(', ')]))],
};

const folder = path.join(root, 'docs/reference');
mkdirSync(folder, { recursive: true });
const isCheck = process.argv.includes('--check');
const stale = [];
for (const [name, parts] of Object.entries(pages)) {
  const file = path.join(folder, name);
  const text = `${parts.join('\n\n')}\n`;
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (isCheck) stale.push(name);
  else writeFileSync(file, text);
}
if (asvs.faults.length > 0) {
  console.error(`the markers for docs/reference/asvs.md (see tools/asvs.mjs) are not whole:\n${asvs.faults.map((one) => `  ${one}`).join('\n')}`);
  if (isCheck) process.exitCode = 1;
}
if (stale.length > 0) {
  console.error(`docs/reference is not what the code says: ${stale.join(', ')}; run \`npm run docs\` and commit`);
  process.exit(1);
}
if (!isCheck) console.log(`docs/reference: ${readdirSync(folder).join(', ')}`);
process.exit();
