export type {
  AccountAttribute, AccountFacts, AccountPatch, AccountStatus, CallContext, Capabilities, Change, CheckResult, Connector,
  Entitlement, Grant, HandTask, InitialSecret, NewAccount, Observation, Operation, Outcome, Page, PageRequest, Plan,
  Reference, Resource, ResourceType, SecretSource, Target, TypeCapability, UsageEvent,
} from './contract/connector.ts';
export { ConnectorError, type ConnectorErrorKind } from './contract/connector-error.ts';
export type { ConnectorKind, ConnectorPlugs, SecretField, SecretKeeper } from './contract/connector-kind.ts';
export type { Confirmation, ListedAccount, ManualStore, UploadedList } from './contract/manual-store.ts';
export { doorFetch } from './fake/door.ts';
export { FakeSystem, type FakeAccount, type FakeSystemOptions, type FaultSchedule, type LoggedOperation, type ScriptedStep } from './fake/fake-system.ts';
export { connectorKinds } from './connector-kinds.ts';
export { guessColumns, readAccountList, type AccountListReading, type ListColumn, type ListColumns, type ListFault } from './manual/account-list.ts';
