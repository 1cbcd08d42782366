import { setFlagsFromString } from 'node:v8';
import { openApp } from './app.ts';
import { openFoundation } from './foundation.ts';
import { ConfigError, loadConfig } from './platform/config/index.ts';

/** The process: read the settings, build, listen, stop cleanly. */
export async function main(): Promise<void> {
  // V8 takes three thousand runs of a function to believe that it is worth compiling well. Here a busy second has a hundred sign-ins:
  // the first minute of each morning would run on code that costs a tenth more.
  setFlagsFromString('--invocation-count-for-maglev=50');
  setFlagsFromString('--invocation-count-for-turbofan=200');
  const startedAt = performance.now();
  const config = loadConfig();
  const foundation = await openFoundation(config);
  const { log } = foundation;
  const app = await openApp(foundation);
  await app.start();
  const setUpLink = await app.setUpLink();
  process.stdout.write(
    [
      '',
      `  Bailiwick ${config.version} is ready at ${app.address} (${Math.round(performance.now() - startedAt)} ms)`,
      `  Data: ${foundation.postgresFolder ?? 'the PostgreSQL of DATABASE_URL'}   Keys: ${config.keyFile}`,
      ...(setUpLink ? ['', '  Make the first administrator (this link works once, for one hour):', `  ${setUpLink}`] : []),
      '',
      '',
    ].join('\n'),
  );

  let isStopping = false;
  const stop = (signal: string): void => {
    if (isStopping) return process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    app
      .stop()
      .then(() => foundation.close())
      .then(() => process.exit(0))
      .catch((error: unknown) => {
        log.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      });
  };
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('SIGTERM', () => stop('SIGTERM'));
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    if (error instanceof ConfigError || (error as { code?: string }).code === 'EADDRINUSE') {
      const text = error instanceof ConfigError ? error.message : `cannot listen: ${(error as Error).message}; set BAILIWICK_PORT to a free port`;
      process.stderr.write(`${text}\n`);
    } else {
      process.stderr.write(`Bailiwick could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    }
    process.exit(1);
  });
}
