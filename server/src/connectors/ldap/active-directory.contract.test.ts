import { describe, expect, test } from 'vitest';
import { connectorContract, type Harness } from '../contract/contract-suite.ts';
import { breakableTcp } from '../contract/tcp-wire.ts';
import { testContexts } from '../contract/test-context.ts';
import { isLdapWrite } from './ldap-wire.ts';
import { ldapKind } from './ldap.ts';
import { sambaIsMissing, startSamba } from './samba-peer.ts';

const missing = await sambaIsMissing();
if (missing !== null) {
  process.stderr.write(`${missing}\n`);
  describe.skip('LDAP against Active Directory', () => { test(missing, () => undefined); });
} else {
  connectorContract('LDAP against the Active Directory of Samba', async (): Promise<Harness> => {
    const samba = await startSamba();
    await samba.addGroup('engineers');
    const tcp = await breakableTcp({ host: '127.0.0.1', port: samba.port }, isLdapWrite, samba.tls);
    const contexts = testContexts({ password: samba.password });
    const settings = { address: `ldaps://127.0.0.1:${tcp.port}`, encryption: 'require', flavour: 'active-directory', bindDn: samba.administratorDn, baseDn: samba.baseDn, newAccountsDn: `CN=Users,${samba.baseDn}` };
    const connector = ldapKind.build(settings, { secretKeeper: contexts.keeper });
    const { items } = await connector.list(contexts.context(), 'group', { size: 1_000 });
    await expect(ldapKind.build({ ...settings, encryption: 'verify' }).check(contexts.context())).rejects.toMatchObject({ kind: 'config' });
    return {
      connector, wire: tcp.wire, log: contexts.log, unknownId: '00000000-0000-4000-8000-000000000000', initialSecret: 'random',
      context: contexts.context,
      kept: contexts.kept,
      strangerContext: () => contexts.withSecrets({ password: 'wrong' }),
      login: (hint) => hint,
      entitlement: () => Promise.resolve(items.find((one) => one.name === 'engineers')?.id ?? ''),
      letsIn: (_account, login, secret) => samba.letsIn(login, secret),
      close: async () => {
        await tcp.close();
        await samba.close();
      },
    };
  });
}
