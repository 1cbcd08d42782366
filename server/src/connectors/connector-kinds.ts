import type { ConnectorKind } from './contract/connector-kind.ts';
import { fakeKind } from './fake/fake.ts';
import { ldapKind } from './ldap/ldap.ts';
import { manualKind } from './manual/manual.ts';
import { postgresKind } from './postgres/postgres.ts';
import { scimKind } from './scim/scim.ts';

/** Every kind of system that can be connected, by its kind; the connect form of the console is rendered from it. */
export const connectorKinds: Readonly<Record<string, ConnectorKind>> = {
  scim: scimKind,
  postgres: postgresKind,
  ldap: ldapKind,
  manual: manualKind,
  fake: fakeKind,
};
