import { existsSync, statfsSync, statSync } from 'node:fs';
import { buildDomains, consoleFolder } from '../app.ts';
import { openFoundation } from '../foundation.ts';
import { firstAdministrator } from '../authorization/index.ts';
import { ConfigError, loadConfig, type Config } from '../platform/config/index.ts';
import { silentLog } from '../platform/log/index.ts';

export interface Finding {
  readonly is: 'well' | 'notice' | 'wrong';
  readonly text: string;
}

const well = (text: string): Finding => ({ is: 'well', text });
const notice = (text: string): Finding => ({ is: 'notice', text });
const wrong = (text: string): Finding => ({ is: 'wrong', text });

/** Everything that commonly goes wrong, looked at one by one; each finding says what to do. */
export async function* examine(): AsyncGenerator<Finding> {
  let config: Config;
  try {
    config = loadConfig();
    yield well(`settings: ${config.url.origin}, data in ${config.dataFolder}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    yield wrong(error.message);
    return;
  }
  if (!config.isSecure) yield notice('the address is plain http on localhost; for other people set BAILIWICK_URL=https://... behind a TLS proxy');
  if (!config.smtpUrl) yield notice('no mail server: notices wait on the outbox page; set BAILIWICK_SMTP_URL');

  if (existsSync(config.keyFile)) {
    const mode = statSync(config.keyFile).mode & 0o777;
    yield mode & 0o077 ? wrong(`key file ${config.keyFile} can be read by others (mode ${mode.toString(8)}); chmod 600 it`) : well(`key file ${config.keyFile}`);
    if (config.databaseUrl === null && config.keyFile.startsWith(config.dataFolder)) yield notice('key file and database lie in one folder: back them up apart, or set BAILIWICK_KEY_FILE to another disk');
  } else {
    yield notice(`no key file yet at ${config.keyFile}; the first start makes it`);
  }
  if (!existsSync(consoleFolder)) yield wrong('the console is not built; run `npm run build` (npm start does it by itself)');

  const disk = existsSync(config.dataFolder) ? statfsSync(config.dataFolder) : null;
  if (disk) {
    const freeGb = (disk.bavail * disk.bsize) / 1e9;
    yield freeGb < 1 ? wrong(`only ${freeGb.toFixed(1)} GB free at ${config.dataFolder}; make room`) : well(`${freeGb.toFixed(0)} GB free`);
  }

  let foundation;
  try {
    foundation = await openFoundation(config, { log: silentLog });
  } catch (error) {
    yield wrong(`the database cannot be opened: ${error instanceof Error ? error.message : String(error)}; see DATABASE_URL, or the folder ${config.dataFolder}`);
    return;
  }
  try {
    const { database, clock } = foundation;
    const { rows } = await database.pool.query<{ version: string; now: Date }>(`select current_setting('server_version') as version, clock_timestamp() as now`);
    const row = rows[0]!;
    yield Number.parseInt(row.version, 10) >= 15 ? well(`PostgreSQL ${row.version}`) : wrong(`PostgreSQL ${row.version} is too old; use 15 or newer`);
    const skewMs = Math.abs(row.now.getTime() - clock.now().getTime());
    yield skewMs > 5_000 ? wrong(`the clocks of this host and the database differ by ${Math.round(skewMs / 1_000)} s; synchronise them`) : well('clocks agree');
    const waiting = await database.pool.query<{ n: string; oldest: Date | null }>('select count(*) as n, min(happened_at) as oldest from platform.outbox');
    const outbox = waiting.rows[0]!;
    yield Number(outbox.n) > 1_000 ? notice(`${outbox.n} events wait in the outbox since ${outbox.oldest?.toISOString() ?? '?'}; is a server running?`) : well('outbox is not behind');
    yield (await database.read(firstAdministrator)) ? well('there is an administrator') : notice('no administrator yet: `npx bailiwick setup-link`');
    const { audit, host } = buildDomains(foundation);
    if (await database.read(firstAdministrator)) yield* await host.breakGlassInWords();
    const status = await audit.status();
    yield status.waiting > 10_000 ? wrong(`${status.waiting} audit entries wait to be sealed; is a server running?`) : well(`audit chain of ${status.lastSeq} entries; \`npx bailiwick audit verify\` walks it`);
  } finally {
    await foundation.close();
  }
}
