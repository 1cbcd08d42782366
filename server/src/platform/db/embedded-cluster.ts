import { createHash } from 'node:crypto';
import { chmod, chown, link, mkdir, mkdtemp, open, readdir, readFile, readlink, realpath, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { randomToken } from '../crypto/index.ts';
import { findBinaries, type Binaries } from './embedded-binaries.ts';
import { canEnter, isRoot, ownerOf, runAs, unprivilegedUser, type OsUser } from './embedded-user.ts';

/*
 * How a cluster lies on disk:
 *
 *   <folder>/postgres/            0700, or a link to /var/lib/bailiwick/<hash>/postgres (see placeFor)
 *     cluster/                    PostgreSQL's own files
 *     password                    0600, of the role `bailiwick`
 *     socket/  or  socket-folder  where it listens, or a note of where (a socket's path has at most 107 bytes)
 *     log/
 */

export interface Cluster {
  readonly home: string;
  readonly files: string;
  readonly logs: string;
  readonly socketFolder: string;
  readonly password: string;
  /** Null: as ourselves. */
  readonly user: OsUser | null;
  readonly binaries: Binaries;
}

export type Log = (message: string, facts?: object) => void;

export interface ClusterOptions {
  readonly folder: string;
  readonly log: Log;
  readonly isDurable: boolean;
  /** Gives the superuser `postgres` this password; otherwise nobody can sign in as it. */
  readonly superuserPassword?: string;
}

export const role = 'bailiwick';
const outside = '/var/lib/bailiwick';
const socketName = '/.s.PGSQL.5432';

const exists = (file: string): Promise<boolean> => stat(file).then(() => true, () => false);

/** Opens the cluster of this folder; makes it first where there is none. Any number of processes may do so at once. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { folder, log } = options;
  if ((await mkdir(folder, { recursive: true })) !== undefined) {
    // 0711: PostgreSQL's user may pass through on its way to its own folder, and see nothing.
    await chmod(folder, isRoot() ? 0o711 : 0o700);
  }
  const entry = path.join(await realpath(folder), 'postgres');
  if (!(await exists(path.join(entry, 'cluster', 'PG_VERSION')))) await makeCluster(entry, options);

  const home = await realpath(entry);
  const files = path.join(home, 'cluster');
  const owner = await ownerOf(files);
  if (!isRoot() && owner.uid !== process.getuid?.()) throw new Error(`the database in \`${home}\` belongs to the user with id ${owner.uid}; start Bailiwick as that user or as root`);
  const user = isRoot() ? owner : null;
  if (user && !(await canEnter(user, files))) {
    throw new Error(`the database's user (id ${user.uid}) cannot reach \`${files}\`; let others pass through the folders above it (chmod o+x), or move the data folder`);
  }
  const binaries = await findBinaries(user, copiesFor(entry), log);
  const written = (await readFile(path.join(files, 'PG_VERSION'), 'utf8')).trim();
  if (written !== binaries.majorVersion) {
    throw new Error(`the database in \`${home}\` was written by PostgreSQL ${written} and this Bailiwick brings ${binaries.majorVersion}; back up with the Bailiwick that wrote it and restore with this one`);
  }
  return {
    home,
    files,
    logs: path.join(home, 'log'),
    socketFolder: await socketFolderOf(home, owner),
    password: (await readFile(path.join(home, 'password'), 'utf8')).trim(),
    user,
    binaries,
  };
}

/** Copies of the binaries stand where root alone can change them, or, for an ordinary user, in their own data folder. */
const copiesFor = (entry: string): string => (isRoot() ? outside : path.dirname(entry));

async function makeCluster(entry: string, options: ClusterOptions): Promise<void> {
  if ((await exists(entry)) && (await readdir(entry)).length > 0) throw new Error(`\`${entry}\` is there but holds no database; move it away and start again`);
  const dangling = await readlink(entry).catch(() => null);
  if (dangling !== null && !(await exists(entry))) throw new Error(`\`${entry}\` leads to \`${dangling}\`, which is gone; bring that folder back, or remove the link to begin with an empty database`);

  const user = isRoot() ? await unprivilegedUser() : null;
  const target = await placeFor(entry, user);
  await removeHalfMade(target);
  const making = `${target}.making-${process.pid}-${randomToken(48)}`;
  await mkdir(making, { mode: 0o700 });
  try {
    await initialise(making, user, options, copiesFor(entry));
    // One step makes the whole cluster appear, complete: a crash before it leaves nothing behind that looks like one,
    // and of several processes starting at once exactly one succeeds here and the others use what it made.
    await rename(making, target);
    await syncFolder(path.dirname(target));
    if (target !== entry) await symlink(target, entry);
    if (target === entry) options.log('a database was made', { where: target });
    else options.log(`a database was made outside the data folder: PostgreSQL cannot run as root, and its user cannot reach \`${path.dirname(entry)}\``, { where: target });
  } catch (error) {
    await rm(making, { recursive: true, force: true });
    if (target !== entry) await rm(path.dirname(target), { recursive: true, force: true });
    if (!(await exists(path.join(entry, 'cluster', 'PG_VERSION')))) throw error;
  }
}

/** The data folder, or, as root where PostgreSQL's user cannot reach that (a clone under /root), a folder under /var/lib. */
async function placeFor(entry: string, user: OsUser | null): Promise<string> {
  const folder = path.dirname(entry);
  if (!user || ((await canEnter(user, folder)) && (await canOwn(user, folder)))) return entry;
  await mkdir(outside, { recursive: true, mode: 0o711 });
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  const place = await mkdtemp(path.join(outside, `${name}-`));
  await chmod(place, 0o711);
  return path.join(place, 'postgres');
}

/** Some mounted file systems give nothing away. */
async function canOwn(user: OsUser, folder: string): Promise<boolean> {
  const probe = await mkdtemp(path.join(folder, 'postgres.probe-'));
  try {
    await chown(probe, user.uid, user.gid);
    return (await stat(probe)).uid === user.uid;
  } catch {
    return false;
  } finally {
    await rm(probe, { recursive: true, force: true });
  }
}

async function removeHalfMade(target: string): Promise<void> {
  const prefix = `${path.basename(target)}.making-`;
  for (const name of await readdir(path.dirname(target))) {
    if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length).split('-')[0]))) await rm(path.join(path.dirname(target), name), { recursive: true, force: true });
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function initialise(home: string, user: OsUser | null, options: ClusterOptions, copies: string): Promise<void> {
  const files = path.join(home, 'cluster');
  const password = randomToken();
  if (user) await chown(home, user.uid, user.gid);
  await mkdir(path.join(home, 'log'), { mode: 0o700 });
  await writeFile(path.join(home, 'password'), `${password}\n`, { mode: 0o600, flush: true });
  if (user) for (const name of ['log', 'password']) await chown(path.join(home, name), user.uid, user.gid);

  const binaries = await findBinaries(user, copies, options.log);
  const superuserPassword = path.join(home, 'superuser-password');
  await writeFile(superuserPassword, `${options.superuserPassword ?? randomToken()}\n`, { mode: 0o600 });
  if (user) await chown(superuserPassword, user.uid, user.gid);
  await runAs(user, binaries.initdb, [
    '--pgdata', files, '--username', 'postgres', '--pwfile', superuserPassword, '--auth-local', 'scram-sha-256', '--auth-host', 'reject',
    // The order of texts comes from PostgreSQL itself, not from the machine's libc: an index stays right when the machine is updated.
    '--encoding', 'UTF8', '--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8',
    '--data-checksums', '--no-instructions', ...(options.isDurable ? [] : ['--no-sync']),
  ]);
  await unlink(superuserPassword);
  // Bailiwick is not a superuser of its own database: a hole in a statement must not become a command on the machine,
  // and what works here works with a role that a database administrator hands out.
  const said = await runAs(user, binaries.postgres, ['--single', '-j', '-D', files, '-c', 'log_min_messages=error', ...(options.isDurable ? [] : ['-c', 'fsync=off']), 'postgres'], [
    `create role ${role} login createdb ${options.superuserPassword === undefined ? '' : 'createrole '}password '${password}';`,
    `grant pg_monitor to ${role};`,
    `create database ${role} owner ${role};`,
    '',
  ].join('\n\n'));
  if (said.includes('ERROR:')) throw new Error(`PostgreSQL could not make the role and the database: ${said.replaceAll(password, '[redacted]')}`);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  await handle.sync().finally(() => handle.close());
}

/** In the home, or where that path is too long for a socket in a private folder with a short path, which a note in the home names. */
async function socketFolderOf(home: string, owner: OsUser): Promise<string> {
  const inside = path.join(home, 'socket');
  if (Buffer.byteLength(inside + socketName) <= 103) {
    await makePrivate(inside, owner);
    return inside;
  }
  const note = path.join(home, 'socket-folder');
  for (;;) {
    const [writtenFor, noted] = (await readFile(note, 'utf8').catch(() => '')).split('\n');
    if (noted !== undefined) {
      // The note of a home that was copied or moved names the socket of the other one.
      if (writtenFor === home && (await isPrivate(noted, owner))) return noted;
      await unlink(note).catch(() => undefined);
    }
    // Not a name that can be guessed: in a folder that everybody may write, somebody else could be there first.
    const short = await mkdtemp(path.join(isRoot() && (await exists('/run')) ? '/run' : '/tmp', 'bailiwick-'));
    await chown(short, owner.uid, owner.gid);
    const draft = `${note}.${process.pid}`;
    await writeFile(draft, `${home}\n${short}\n`, { mode: 0o600 });
    await link(draft, note).catch(() => rm(short, { recursive: true, force: true }));
    await unlink(draft);
  }
}

async function makePrivate(folder: string, owner: OsUser): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    await chown(folder, owner.uid, owner.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const isPrivate = (folder: string, owner: OsUser): Promise<boolean> =>
  stat(folder).then((found) => found.isDirectory() && found.uid === owner.uid && (found.mode & 0o077) === 0, () => false);
