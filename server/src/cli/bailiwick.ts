import { Command, InvalidArgumentError } from 'commander';
import { writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { loadConfig, ConfigError } from '../platform/config/index.ts';
import { Refusal } from '../platform/errors/index.ts';
import type { buildDomains } from '../app.ts';
import type { Foundation } from '../foundation.ts';

const say = (text: string): void => void writeSync(1, `${text}\n`);

/** For commands beside a running server: quiet, without its doors and its jobs. Attaches to the embedded PostgreSQL, or starts it for as long as the command runs. */
async function withDomains<T>(work: (domains: ReturnType<typeof buildDomains>, foundation: Foundation) => Promise<T>): Promise<T> {
  const [{ openFoundation }, { buildDomains: build }, { silentLog }] = await Promise.all([import('../foundation.ts'), import('../app.ts'), import('../platform/log/index.ts')]);
  const foundation = await openFoundation(loadConfig(), { log: silentLog });
  try {
    return await work(build(foundation), foundation);
  } finally {
    await foundation.close();
  }
}

const wholeNumber = (text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number from 1 on');
  return value;
};

const program = new Command('bailiwick')
  .description('Identity and access management and governance: who works here has the right access,\nwho left has none, and it is proven.')
  .version(loadConfig({}).version, '--version', 'print the version')
  .helpOption('-h, --help', 'print this help')
  .helpCommand('help [command]', 'print the help of a command')
  .showHelpAfterError('(add --help to see what is possible)')
  .addHelpText('after', '\nSettings come from the environment (BAILIWICK_DATA, DATABASE_URL, ...): docs/reference/settings.md.');

program
  .command('start')
  .description('start the server, as `npm start` does')
  .action(async () => (await import('../main.ts')).main());

program
  .command('setup-link')
  .description('print a new one-time link that makes the first administrator; only while there is none')
  .action(() =>
    withDomains(async ({ host }) => {
      const link = await host.makeSetupLink();
      say(`${link.url}\nThis link works once, until ${link.expiresAt.toISOString()}.`);
    }),
  );

program
  .command('recover-admin')
  .description('give one person a temporary access pass and the administrator role, from this host; leaves an audit entry and a notice')
  .requiredOption('--username <name>', 'sign-in name of the person')
  .action(({ username }: { username: string }) =>
    withDomains(async ({ host }) => {
      const issued = await host.recoverAdministrator({ username });
      say(`Access pass for ${issued.personName}: ${issued.pass}\nSign in at ${issued.signInUrl} as ${issued.username} until ${issued.expiresAt.toISOString()}, then enrol a factor.`);
    }),
  );

const token = program.command('token').description('API tokens');
token
  .command('create')
  .description('print a new API token, once; scripts start from here')
  .requiredOption('--name <name>', 'what it is for')
  .requiredOption('--permissions <list>', 'comma-separated permissions, as listed by `bailiwick token permissions`; `all` for every one')
  .option('--days <n>', 'how long it lives, 365 at most', wholeNumber, 90)
  .action((options: { name: string; permissions: string; days: number }) =>
    withDomains(async ({ host, modules }) => {
      const known = modules.flatMap((module) => module.permissions);
      const wanted = options.permissions === 'all' ? known : options.permissions.split(',').map((name) => name.trim()).filter(Boolean);
      const unknown = wanted.filter((name) => !known.includes(name));
      if (unknown.length > 0) throw new Refusal('cli.permission_unknown', 'invalid', `no such permission: ${unknown.join(', ')}; see \`bailiwick token permissions\``);
      const created = await host.createApiToken({ name: options.name, permissions: wanted, expiresInDays: options.days });
      say(created.token);
    }),
  );
token
  .command('permissions')
  .description('list every permission')
  .action(() => withDomains(async ({ modules }) => modules.flatMap((module) => module.permissions).forEach((name) => say(name))));

const audit = program.command('audit').description('the audit chain');
audit
  .command('verify')
  .description('walk the hash chain and the signed checkpoints; exit 1 and name the entry when anything was changed')
  .action(() =>
    withDomains(async ({ audit: domain }) => {
      const report = await domain.verify((seen, total) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${seen.toLocaleString('en')} of ${total.toLocaleString('en')} entries`);
      });
      if (process.stderr.isTTY) process.stderr.write('\r');
      for (const line of report.lines) say(line);
      if (!report.isWhole) process.exitCode = 1;
    }),
  );

const passkeys = program.command('passkeys').description('models of passkeys and security keys');
passkeys
  .command('import-metadata <file>')
  .description('import the signed metadata file of the FIDO Alliance (https://mds3.fidoalliance.org), as the console does')
  .action((file: string) =>
    withDomains(async ({ host }) => {
      const imported = await host.importPasskeyMetadata(await readFile(file));
      say(`File ${imported.serial}: ${imported.added} new models, ${imported.changed} changed.${imported.takenOff.length > 0 ? ` No longer on the list for level 3: ${imported.takenOff.join(', ')}; ${imported.endedSessions} sessions ended.` : ''}`);
    }),
  );

const keys = program.command('keys').description('the key file');
keys
  .command('rotate')
  .description('add a new master key; what was sealed before still opens. Restart the servers afterwards')
  .action(async () => {
    const config = loadConfig();
    const [{ rotateKeys }, { systemClock }] = await Promise.all([import('../platform/crypto/index.ts'), import('../platform/clock/index.ts')]);
    say(`New secrets are sealed with key ${rotateKeys(config.keyFile, systemClock.now())} from the next start on. Back up ${config.keyFile}.`);
  });

program
  .command('doctor')
  .description('look at this installation and say what is wrong and what to do')
  .action(async () => {
    const { examine } = await import('./doctor.ts');
    let worst = 0;
    for await (const finding of examine()) {
      say(`${finding.is === 'well' ? '  ok  ' : finding.is === 'notice' ? ' note ' : ' WRONG'} ${finding.text}`);
      if (finding.is === 'wrong') worst = 1;
    }
    process.exitCode = worst;
  });

program
  .command('demo')
  .description('a living company of about 60 people with a year behind it, and four systems beside it; prints who can sign in and how')
  .option('--fresh', 'throw the last demo away first')
  .action(async (options: { fresh?: boolean }) => (await import('../../demo/demo.ts')).demo({ isFresh: options.fresh === true }));

try {
  await program.parseAsync();
} catch (error) {
  const text = error instanceof ConfigError || error instanceof Refusal ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
