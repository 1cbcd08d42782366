import { expect, it } from 'vitest';
import { decide } from '../../src/authorization/decision/decision.ts';
import { authenticationPermissions } from '../../src/authentication/index.ts';
import { authorizationPermissions } from '../../src/authorization/index.ts';
import { permissions as federationPermissions } from '../../src/federation/permissions.ts';
import { permissions as lifecyclePermissions } from '../../src/lifecycle/permissions.ts';

const administrator = { isActive: true, consoleRoles: ['administrator' as const], hasReports: false };
const withOldProof = { kind: 'person' as const, personId: 'maria', assuranceLevel: 2 as const, proofAgeSeconds: 16 * 60, onlyPermissions: null };
const all: readonly string[] = [...authenticationPermissions, ...authorizationPermissions, ...federationPermissions, ...lifecyclePermissions];

/** Written by hand on purpose: what lets somebody act here, or keeps others from having to prove themselves, after the session in which it was done is over. */
const plants = [
  // A key of one's own: works without a person.
  'authentication.api-token.create',
  // Power over the house.
  'authorization.console-role.give',
  // How strongly people must prove themselves.
  'authentication.enrolment.make',
  'authentication.enrolment.change',
  'authentication.enrolment.turn',
  'authentication.enrolment.remove',
  'authentication.enrolment.excuse',
  // Where tokens of people are sent, and the secret that fetches them.
  'federation.client.add',
  'federation.client.change',
  'federation.client.rotate-secret',
  // The secrets by which whole systems are written to, and where these systems are.
  'lifecycle.connection.make',
  'lifecycle.connection.change',
];

it.each(plants)('threat: an open screen or a stolen session plants nothing that outlives it: %s asks for a proof of the last fifteen minutes (ASVS 7.5.3)', (permission) => {
  expect(all, 'no such permission any more').toContain(permission);
  expect(decide(withOldProof, administrator, permission)).toEqual({ is: 'step_up', assuranceLevel: 2, maxAgeSeconds: 900 });
  expect(decide({ ...withOldProof, proofAgeSeconds: 60 }, administrator, permission)).toMatchObject({ is: 'allowed' });
});

it('a permission about a token, a secret or a console role that somebody adds is on the list, or reads, ends or takes away', () => {
  const suspicious = all.filter((one) => /token|secret|console-role|enrolment|connection\.(make|change)|client\.(add|change)/.test(one) && !/\.(read|end|take)$/.test(one));
  expect(suspicious.filter((one) => !plants.includes(one))).toEqual([]);
});

it('a leaver never waits for a factor', () => {
  for (const permission of ['directory.person.leave', 'authentication.session.end', 'authentication.api-token.end', 'authorization.console-role.take']) expect(decide(withOldProof, administrator, permission).is).toBe('allowed');
});
