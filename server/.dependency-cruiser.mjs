import { mayImport } from './architecture.mjs';

const ladder = Object.entries(mayImport).map(([domain, imports]) => ({
  name: `${domain}-imports-only-what-the-ladder-allows`,
  comment: 'See architecture.mjs. Calls go down, events go up, plugs come from app.ts.',
  severity: 'error',
  from: { path: `^src/${domain}/` },
  to: { path: '^src/', pathNot: `^src/(${[domain, 'platform', ...imports].join('|')})/` },
}));

export default {
  forbidden: [
    ...ladder,
    {
      name: 'enter-by-the-front-door',
      comment: 'Another domain is used through its index.ts; platform through platform/<part>/index.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$', '^src/platform/[^/]+/index\\.ts$'] },
    },
    {
      name: 'nobody-uses-their-own-front-door',
      comment: 'index.ts is for others. Importing it from inside is how barrel cycles begin.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/$1/index\\.ts$' },
    },
    {
      name: 'connectors-do-not-know-each-other',
      severity: 'error',
      from: { path: '^src/connectors/([^/]+)/' },
      to: { path: '^src/connectors/([^/]+)/', pathNot: '^src/connectors/($1|contract)/' },
    },
    {
      name: 'nouns-are-pure',
      comment: 'access-review/access-review.ts holds types and rules: no store, no HTTP, no I/O; `now` is an argument, durations may come from platform/clock.',
      severity: 'error',
      from: { path: '^src/[^/]+/([^/]+)/\\1\\.ts$', pathNot: '^src/platform/' },
      to: { path: ['/(store|routes|module)\\.ts$', '^src/platform/(db|http|jobs|mail|log)/', '^node:(fs|net|http|crypto)'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sql-lives-in-store',
      severity: 'error',
      // A front door may read its folder of migrations; the foundation opens the database.
      from: { path: '^src/', pathNot: ['/store\\.ts$', '^src/platform/', '^src/[^/]+/index\\.ts$', '^src/(main|app|foundation|migrations)\\.ts$', '^src/cli/', '\\.test\\.ts$'] },
      to: { path: '^src/platform/db/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'routes-do-not-touch-the-store',
      severity: 'error',
      from: { path: '/routes\\.ts$' },
      to: { path: '/store\\.ts$' },
    },
    { name: 'no-unresolvable', comment: 'An import that leads nowhere is seen by no other rule.', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
  ],
  options: { doNotFollow: { path: 'node_modules' }, tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'], extensions: ['.ts', '.mjs', '.js', '.json'] } },
};
