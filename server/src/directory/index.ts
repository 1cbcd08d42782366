import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('directory', new URL('./migrations/', import.meta.url));

export { directoryModule } from './module.ts';
export { permissions as directoryPermissions } from './permissions.ts';
/** For routes above that call these verbs: what the directory may refuse in them. */
export { refuse as directoryRefusals } from './errors.ts';

export { attributeNames, dayOf, differences, needsEndDate, personId, problemOf, standingFrom } from './person/person.ts';
export type { NewPerson, Person, PersonAttribute, PersonAttributes, PersonChange, PersonId, PersonSource, PersonStatus } from './person/person.ts';
export type { Changes } from './events.ts';
export { addPeopleIn, addPerson, addPersonIn } from './person/add-person.ts';
export { changePeopleIn, changePerson, changePersonIn, type ChangedPerson } from './person/change-person.ts';
export { leaveOrHoldPeopleIn, leavePeopleIn, leavePerson, leavePersonIn } from './person/leave-person.ts';
export { heldDepartures, type HeldDeparture } from './departure/store.ts';
export { dismissDeparturesIn, settleDepartures } from './departure/settle-departures.ts';
export { addBreakGlassPrincipalIn, endBreakGlassPrincipalIn } from './person/break-glass.ts';
export type { LastWayIn } from './person/needs.ts';
export { rehirePerson, rehirePersonIn } from './person/rehire-person.ts';
export { activatePerson, activatePersonIn, keepDates, type Calendar } from './person/activate-person.ts';
export { eachPerson, findPeople, findPerson, findPersonByEmployeeNumber, findPersonByUsername, isBelow, isInScope, listPeople, markPrivileged, peopleByEmployeeNumber, peopleByHints, scopeCondition, type PeopleFilter, type PersonInList } from './person/store.ts';

export { applicationId } from './application/application.ts';
export type { Application, ApplicationChange, ApplicationId, ApplicationKind, NewApplication } from './application/application.ts';
export { addApplication, addApplicationIn, changeApplication, changeApplicationIn, removeApplicationIn } from './application/add-application.ts';
export { findApplication } from './application/store.ts';

export { entitlementId } from './entitlement/entitlement.ts';
export type { Entitlement, EntitlementId, EntitlementRisk, EntitlementSeen } from './entitlement/entitlement.ts';
export { entitlementsByNativeId, findEntitlement, findEntitlements, recordEntitlementsSeen } from './entitlement/store.ts';

export { accountId } from './account/account.ts';
export type { Account, AccountId, AccountKind, AccountSeen, AccountsReading, AccountStatus, Holding, HoldingSeen, Mfa, Situation } from './account/account.ts';
export { changeAccount, linkAccounts, type AccountLink } from './account/change-account.ts';
export { accountsOfPeople, countAccounts, eachAccount, findAccount, findAccountByNativeId, holdingsOfAccounts, recordAccountGone, recordAccountSeen, recordAccountsSeen, recordHolding, recordHoldingsSeen } from './account/store.ts';

export type { NewObservation, Observation, ObservationId } from './observation/observation.ts';
export { findObservation, observationsOfAccount, recordObservation } from './observation/store.ts';

export type { Inventory } from './inventory/store.ts';
export { readInventoryNumbers } from './inventory/store.ts';
