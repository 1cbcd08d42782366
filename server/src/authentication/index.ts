import { readMigrations } from '../platform/db/index.ts';

export const migrations = readMigrations('authentication', new URL('./migrations/', import.meta.url));

export { authenticationModule } from './module.ts';
export { permissions as authenticationPermissions } from './permissions.ts';
export { kinds as authenticationEventKinds, type AuthenticationEvent } from './events.ts';
export type { AuthenticationNeeds, ConsoleRoles, LastWayIn } from './needs.ts';
export { openPageFrame } from './pages/frame.ts';
export { sayRefusal } from './pages/refusal.ts';
export { speakerFor, type Speaker } from './pages/phrases.ts';

export { openSessionReader, sessionCookie } from './session/read-session.ts';
export { sessionLimits, sessionStrength, type Session, type SessionLimits, type SessionStrength } from './session/session.ts';
export { findSession } from './session/store.ts';
export { endedAsDrill, endSessionIn, endSessionsIn } from './session/end-sessions.ts';
export { safeReturnTo } from './sign-in/return-to.ts';
export { strengthOf, workforceFloor, type AssuranceLevel, type Proof, type Strength, type Wanted } from './sign-in/strength.ts';

export { openPushSender, type PushSender } from './push/web-push.ts';

export { authenticationSurfaces, endAccessIn, type OwnSurface } from './end-access.ts';

export { makeSetupLink, type SetupLink } from './set-up/make-setup-link.ts';
export { recoverAdministrator } from './set-up/recover-administrator.ts';
export { rehearseRecovery } from './set-up/rehearse-recovery.ts';
/** For routes above that call these verbs: what authentication may refuse in them. */
export { refuse as authenticationRefusals } from './errors.ts';
export { demandFreshProof } from './factor/demand-fresh-proof.ts';
export { usableFactorsOf } from './factor/store.ts';
export { canReachLevel2 } from './factor/factor.ts';
export type { EnrolledFactors } from './sign-in/next-step.ts';
export { addBreakGlassKeyIn, askForBreakGlassKeyIn, breakGlassKeysOf, hasMoreThanKeys, inviteBreakGlassKeyIn, mostBreakGlassKeys, proveBreakGlassKey, removeBreakGlassKeyIn, type BreakGlassKey } from './break-glass-key/keys.ts';
export { createApiToken, type CreatedApiToken } from './api-token/create-api-token.ts';
export { importPasskeyMetadata, type ImportedMetadata } from './passkey-model/import-metadata.ts';
export { issueAccessPass, type IssuedAccessPass } from './factor/issue-access-pass.ts';
