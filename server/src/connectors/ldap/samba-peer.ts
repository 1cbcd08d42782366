import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'ldapts';

/** For tests: an Active Directory of Samba, where there is one (Debian: `apt-get install samba-ad-dc samba-ad-provision`). */
export interface SambaPeer {
  readonly port: number;
  readonly baseDn: string;
  readonly administratorDn: string;
  readonly password: string;
  /** Samba's own key and certificate, for a wire that stands in front of it. */
  readonly tls: { readonly key: string; readonly cert: string };
  addGroup(name: string): Promise<void>;
  letsIn(login: string, password: string): Promise<boolean>;
  close(): Promise<void>;
}

const isThere = ['/usr/sbin/samba', '/usr/bin/samba-tool', '/usr/share/samba/setup/provision.ldif'].every((one) => existsSync(one));

/** Null, or why there can be no domain controller here. Its ports are fixed, and below 1024. */
export const sambaIsMissing = async (): Promise<string | null> =>
  !isThere ? 'samba-ad-dc is not installed (Debian: apt-get install samba-ad-dc samba-ad-provision): Active Directory is not tested here'
  : process.getuid?.() !== 0 ? 'a domain controller needs root for its ports: Active Directory is not tested here'
  : (await answers(636)) ? 'something listens on port 636 already: Active Directory is not tested here'
  : null;

const baseDn = 'DC=corp,DC=example,DC=com';

export async function startSamba(): Promise<SambaPeer> {
  const missing = await sambaIsMissing();
  if (missing !== null) throw new Error(missing);
  const folder = await mkdtemp(path.join(tmpdir(), 'samba-'));
  const password = 'Administrator-Secret-1';
  const made = spawnSync('samba-tool', [
    'domain', 'provision', `--targetdir=${folder}/root`, '--realm=CORP.EXAMPLE.COM', '--domain=CORP', '--server-role=dc', `--adminpass=${password}`,
    '--dns-backend=NONE', '--option=interfaces=lo', '--option=bind interfaces only=yes',
  ], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`samba-tool failed: ${made.stderr.slice(-2_000)}`);
  const child = spawn('samba', [
    '-i', '-M', 'single', '-s', `${folder}/root/etc/smb.conf`, '--option=server services=ldap,kdc', `--option=log file=${folder}/log`,
    // Active Directory lets the old password in for an hour more (OldPasswordAllowedPeriod); the test does not wait for it.
    '--option=old password allowed period=0',
  ], { stdio: 'ignore' });

  const as = async <T>(dn: string, secret: string, work: (client: Client) => Promise<T>): Promise<T> => {
    const client = new Client({ url: 'ldaps://127.0.0.1:636', tlsOptions: { rejectUnauthorized: false }, strictDN: false });
    try {
      await client.bind(dn, secret);
      return await work(client);
    } finally {
      await client.unbind().catch(() => undefined);
    }
  };
  const administratorDn = `CN=Administrator,CN=Users,${baseDn}`;
  for (let tries = 0; !(await as(administratorDn, password, () => Promise.resolve(true)).catch(() => false)); tries += 1) {
    if (tries > 300 || child.exitCode !== null) throw new Error('samba does not start');
    await pause(100);
  }
  const read = (name: string): Promise<string> => readFile(path.join(folder, 'root/private/tls', name), 'utf8');
  return {
    port: 636, baseDn, administratorDn, password,
    tls: { key: await read('key.pem'), cert: await read('cert.pem') },
    addGroup: (name) => as(administratorDn, password, (client) => client.add(`CN=${name},CN=Users,${baseDn}`, { objectClass: ['top', 'group'], sAMAccountName: name })),
    letsIn: (login, secret) => as(`${login}@corp.example.com`, secret, () => Promise.resolve(true)).catch(() => false),
    close: async () => {
      const gone = new Promise((resolve) => { child.once('exit', resolve); });
      child.kill('SIGKILL');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => resolve(false));
  });
}
