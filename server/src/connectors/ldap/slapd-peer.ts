import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'ldapts';

/** For tests: an OpenLDAP of the machine, where there is one (Debian: `apt-get install slapd`). */
export interface SlapdPeer {
  readonly port: number;
  readonly baseDn: string;
  readonly administratorDn: string;
  readonly password: string;
  /** Whether the entry with this login can bind with this password. */
  letsIn(login: string, password: string): Promise<boolean>;
  close(): Promise<void>;
}

const program = ['/usr/sbin/slapd', '/usr/libexec/slapd', '/usr/local/libexec/slapd'].find((one) => existsSync(one));

/** Null, or why there can be no slapd here. */
export const slapdIsMissing: string | null = program === undefined ? 'slapd is not installed (Debian: apt-get install slapd): the LDAP contract is not tested here' : null;

const baseDn = 'dc=example,dc=com';

export async function startSlapd(options: { readonly hasPolicy: boolean }): Promise<SlapdPeer> {
  if (program === undefined) throw new Error(slapdIsMissing ?? '');
  const folder = await mkdtemp(path.join(tmpdir(), 'slapd-'));
  await mkdir(path.join(folder, 'database'));
  const administratorDn = `cn=administrator,${baseDn}`;
  const password = 'administrator-secret';
  const modules = ['/usr/lib/ldap', '/usr/lib/openldap', '/usr/libexec/openldap'].find((one) => existsSync(one)) ?? '/usr/lib/ldap';
  const schemas = ['/etc/ldap/schema', '/etc/openldap/schema'].find((one) => existsSync(one)) ?? '/etc/ldap/schema';
  const configuration = path.join(folder, 'slapd.conf');
  await writeFile(configuration, [
    ...['core', 'cosine', 'inetorgperson'].map((name) => `include ${schemas}/${name}.schema`),
    `modulepath ${modules}`, 'moduleload back_mdb', ...(options.hasPolicy ? ['moduleload ppolicy'] : []),
    `pidfile ${folder}/slapd.pid`,
    'database mdb', `suffix "${baseDn}"`, `rootdn "${administratorDn}"`, `rootpw ${password}`, `directory ${folder}/database`, 'maxsize 67108864', 'lastbind on',
    'index objectClass,uid,entryUUID,member eq', 'dbnosync',
    'access to attrs=userPassword by anonymous auth by * none', 'access to * by * none',
    ...(options.hasPolicy ? ['overlay ppolicy', `ppolicy_default "cn=policy,${baseDn}"`] : []), '',
  ].join('\n'));
  await writeFile(path.join(folder, 'start.ldif'), [
    `dn: ${baseDn}`, 'objectClass: domain', 'dc: example', '',
    `dn: ou=people,${baseDn}`, 'objectClass: organizationalUnit', 'ou: people', '',
    `dn: ou=groups,${baseDn}`, 'objectClass: organizationalUnit', 'ou: groups', '',
    `dn: cn=engineers,ou=groups,${baseDn}`, 'objectClass: groupOfNames', 'cn: engineers', `member: cn=no-members,${baseDn}`, '',
    ...(options.hasPolicy ? [`dn: cn=policy,${baseDn}`, 'objectClass: device', 'objectClass: pwdPolicy', 'cn: policy', 'pwdAttribute: userPassword', 'pwdLockout: TRUE', ''] : []),
  ].join('\n'));
  const filled = spawnSync(program, ['-T', 'add', '-f', configuration, '-l', path.join(folder, 'start.ldif')], { encoding: 'utf8' });
  if (filled.status !== 0) throw new Error(`slapadd failed: ${filled.stderr}`);

  const port = await freePort();
  const child = spawn(program, ['-d', '0', '-f', configuration, '-h', `ldap://127.0.0.1:${port}`], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { said += chunk.toString(); });
  const bind = async (dn: string, secret: string): Promise<boolean> => {
    const client = new Client({ url: `ldap://127.0.0.1:${port}`, strictDN: false });
    try {
      await client.bind(dn, secret);
      return true;
    } catch {
      return false;
    } finally {
      await client.unbind().catch(() => undefined);
    }
  };
  for (let tries = 0; !(await bind(administratorDn, password)); tries += 1) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`slapd does not start: ${said}`);
    await pause(50);
  }
  return {
    port, baseDn, administratorDn, password,
    letsIn: (login, secret) => bind(`uid=${login},ou=people,${baseDn}`, secret),
    close: async () => {
      const gone = new Promise((resolve) => { child.once('exit', resolve); });
      child.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
