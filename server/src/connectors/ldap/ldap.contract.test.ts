import { connect, createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { connectorContract, type Harness } from '../contract/contract-suite.ts';
import { breakableTcp } from '../contract/tcp-wire.ts';
import { testContexts } from '../contract/test-context.ts';
import { isLdapWrite } from './ldap-wire.ts';
import { ldapKind } from './ldap.ts';
import { slapdIsMissing, startSlapd } from './slapd-peer.ts';

const start = (hasPolicy: boolean) => async (): Promise<Harness> => {
  const slapd = await startSlapd({ hasPolicy });
  const tcp = await breakableTcp({ host: '127.0.0.1', port: slapd.port }, isLdapWrite);
  const contexts = testContexts({ password: slapd.password });
  const connector = ldapKind.build({
    address: `ldap://127.0.0.1:${tcp.port}`, encryption: 'off', bindDn: slapd.administratorDn, baseDn: slapd.baseDn, newAccountsDn: `ou=people,${slapd.baseDn}`,
    recordsSignIn: true, ...(hasPolicy ? {} : { disabledAttribute: 'employeeType', disabledValue: 'disabled' }),
  }, { secretKeeper: contexts.keeper });
  const groups = await connector.list(contexts.context(), 'group', {});
  return {
    connector, wire: tcp.wire, log: contexts.log, unknownId: '00000000-0000-4000-8000-000000000000',
    context: contexts.context,
    kept: contexts.kept,
    strangerContext: () => contexts.withSecrets({ password: 'wrong' }),
    login: (hint) => hint,
    entitlement: () => Promise.resolve(groups.items[0]?.id ?? ''),
    letsIn: (_account, login, secret) => slapd.letsIn(login, secret),
    close: async () => {
      await tcp.close();
      await slapd.close();
    },
  };
};

if (slapdIsMissing !== null) {
  process.stderr.write(`${slapdIsMissing}\n`);
  describe.skip('LDAP against OpenLDAP', () => { test(slapdIsMissing ?? '', () => undefined); });
} else {
  connectorContract('LDAP against OpenLDAP with a password policy', start(true));
  connectorContract('LDAP against OpenLDAP without one, disabled by an attribute', start(false));

  test('a disabled person cannot bind any more, a removed one leaves every group, and the last place is kept', async () => {
    const slapd = await startSlapd({ hasPolicy: true });
    try {
      const contexts = testContexts({ password: slapd.password });
      const connector = ldapKind.build({ address: `ldap://127.0.0.1:${slapd.port}`, encryption: 'off', bindDn: slapd.administratorDn, baseDn: slapd.baseDn, newAccountsDn: `ou=people,${slapd.baseDn}`, recordsSignIn: true }, { secretKeeper: contexts.keeper });
      const [group] = (await connector.list(contexts.context(), 'group', {})).items;
      const made = await connector.create?.(contexts.context(), { login: 'maria', email: 'maria@example.com', initialSecret: 'random' });
      const maria = made?.reference ?? { type: 'account', id: '' };
      const secret = contexts.kept(made?.secretReference ?? '');
      expect((await connector.observe(contexts.context(), { resource: maria })).resource?.account?.lastSignInAt).toBeNull();
      expect(await slapd.letsIn('maria', secret)).toBe(true);
      expect((await connector.observe(contexts.context(), { resource: maria })).resource?.account?.lastSignInAt).toMatch(/^20\d\d-/);

      await connector.setEnabled?.(contexts.context(), maria, false);
      expect(await slapd.letsIn('maria', secret)).toBe(false);
      await connector.setEnabled?.(contexts.context(), maria, true);
      expect(await slapd.letsIn('maria', secret)).toBe(true);

      await connector.grant?.(contexts.context(), group?.id ?? '', maria);
      await connector.remove?.(contexts.context(), maria);
      expect((await connector.grants(contexts.context(), { type: 'group', id: group?.id ?? '' }, {})).items).toEqual([]);
      const again = await connector.create?.(contexts.context(), { login: 'maria', email: 'maria@example.com' });
      expect(again?.reference?.id).not.toBe(maria.id);
      expect((await connector.grants(contexts.context(), { type: 'group', id: group?.id ?? '' }, {})).items).toEqual([]);
      expect((await connector.check(contexts.context())).warnings).toEqual([]);
    } finally {
      await slapd.close();
    }
  });

  test('a connection that is lost between two steps is an error, and nothing goes on as an anonymous visitor', async () => {
    const slapd = await startSlapd({ hasPolicy: true });
    let connections = 0;
    const closer = createServer((client) => {
      connections += 1;
      let replies = 0;
      const peer = connect({ port: slapd.port, host: '127.0.0.1' });
      for (const socket of [client, peer]) socket.on('error', () => undefined);
      client.pipe(peer);
      // The answers to the bind and to the look-up are delivered, and then the connection ends, as idle ones do.
      peer.on('data', (said) => { replies += 1; client.write(said, () => { if (replies === 2) client.end(); }); });
      client.on('close', () => peer.destroy());
    });
    await new Promise<void>((resolve) => { closer.listen(0, '127.0.0.1', resolve); });
    try {
      const contexts = testContexts({ password: slapd.password });
      const slowKeeper = { keep: () => new Promise<string>((resolve) => { setTimeout(() => resolve('vault:1'), 100); }) };
      const connector = ldapKind.build({ address: `ldap://127.0.0.1:${(closer.address() as AddressInfo).port}`, encryption: 'off', disableBy: 'ppolicy', bindDn: slapd.administratorDn, baseDn: slapd.baseDn }, { secretKeeper: slowKeeper });
      await expect(connector.create?.(contexts.context(), { login: 'maria', email: '', initialSecret: 'random' })).rejects.toMatchObject({ kind: 'ambiguous' });
      expect(connections).toBe(1);
    } finally {
      closer.close();
      await slapd.close();
    }
  });

  test('an empty password is refused before it becomes an anonymous bind', async () => {
    const connector = ldapKind.build({ address: 'ldap://127.0.0.1:9', encryption: 'off', bindDn: 'cn=x', baseDn: 'dc=x' });
    await expect(connector.check(testContexts({ password: '' }).context())).rejects.toMatchObject({ kind: 'auth' });
  });
}
