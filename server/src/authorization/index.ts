import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('authorization', new URL('./migrations/', import.meta.url));

export { authorizationModule } from './module.ts';
export { permissions as authorizationPermissions } from './permissions.ts';

export { desiredEntitlements, matches, roleId, sayRule } from './role/role.ts';
export type { BirthrightRule, Role, RoleId, RuleAttribute, RuleSubject } from './role/role.ts';
export { changeRole, makeRole, makeRoleIn, removeRole, type NewRole, type RoleChange } from './role/make-role.ts';
export { peopleMatching, peopleOfRole, previewRole, rolesWithEntitlements, type RoleEffect } from './role/store.ts';

export { grantId, proofOf, sayWhy } from './grant/grant.ts';
export type { Grant, GrantId, GrantProof, GrantSource, NewGrant } from './grant/grant.ts';
export { giveGrant, giveGrantIn, type GiveOutcome } from './grant/give-grant.ts';
export { endGrant, endGrantIn, expireGrants } from './grant/end-grant.ts';
export { accessOf, entitlementsById, findGrant, findOpenGrant, openGrantsOf, type GrantWithProof } from './grant/store.ts';

export type { ConsoleRole, ConsoleRoleName } from './console-role/console-role.ts';
export { giveConsoleRole, giveConsoleRoleIn, makeFirstAdministratorIn, takeAllConsoleRolesIn, takeConsoleRole, takeConsoleRoleIn } from './console-role/give-console-role.ts';
export { consoleRolesOf, firstAdministrator, lastAdministrator } from './console-role/store.ts';

export { peopleGroups } from './people-groups/store.ts';

export { makeDecider, type AuthorizationDecider } from './decision/make-decider.ts';
