import { z } from 'zod';
import { passkeyFacts } from './passkey-models.ts';
import { enteredApplication, sessionLimit, whereabouts } from './sessions.ts';

const id = z.uuid();
const at = z.iso.datetime();
const nameOfFactor = z.string().trim().min(1).max(60).describe('What the person calls it: `YubiKey on the key ring`.');

/** Assurance level (63B-4): what a session can claim at most. 0 belongs to API tokens. */
export const assuranceLevel = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3)]);

export const me = z.object({
  person: z
    .object({ id, displayName: z.string(), username: z.string(), workEmail: z.string().nullable(), title: z.string().nullable(), department: z.string().nullable() })
    .nullable()
    .describe('Null for an API token that belongs to no person.'),
  permissions: z.array(z.string()),
  consoleRoles: z.array(z.string()),
  isBreakGlass: z.boolean().describe('A break-glass account: everybody who administers has been told.'),
  session: z
    .object({ id, assuranceLevel, methods: z.array(z.string()), isPhishingResistant: z.boolean(), authenticatedAt: at, expiresAt: at, idleExpiresAt: at.nullable() })
    .nullable(),
  csrfToken: z.string().nullable().describe('Send it as `x-csrf-token` with every change.'),
  organisation: z
    .object({ name: z.string(), logo: z.string().nullable().describe('Its address, which changes with the picture. Null: none.') })
    .describe('Whose house this is, as the sign-in pages show it.'),
});
export type Me = z.infer<typeof me>;

export const session = z.object({
  id,
  isCurrent: z.boolean(),
  assuranceLevel,
  methods: z.array(z.string()).describe('As in `amr` (RFC 8176): pwd, otp, mca (push), hwk, swk, user, mfa; `lookup` is a recovery code; `phr` marks phishing resistance.'),
  isPhishingResistant: z.boolean(),
  device: z.string().describe('Browser and system in words: `Firefox on Linux`.'),
  address: z.string(),
  where: whereabouts,
  applications: z.array(enteredApplication).describe('What was signed in to out of this session, last first.'),
  createdAt: at,
  authenticatedAt: at,
  lastSeenAt: at,
  idleExpiresAt: at.nullable(),
  expiresAt: at,
  endedAt: at.nullable(),
  endReason: z.string().nullable(),
});
export type SessionCard = z.infer<typeof session>;
export const sessionList = z.object({ items: z.array(session) });
export const sessionsEnded = z.object({ ended: z.int() });
/** The reason stands in the audit, and with each session that ended. */
export const endEverybody = z.object({ reason: z.string().trim().min(3).max(500) });
export const everybodyEnded = z.object({ ended: z.int(), people: z.int() });

export const passkey = z.object({
  id,
  name: z.string(),
  model: z.string().nullable().describe('Model identifier (AAGUID) as the authenticator stated it; null when it stated none. A statement, not a proof, while it is not attested.'),
  ...passkeyFacts,
  isUserVerified: z.boolean().describe('Its last use told PIN or biometrics apart from mere touch. Without it a passkey is one factor.'),
  isSynced: z.boolean().describe('May be copied by a sync fabric: at most AAL2.'),
  isBackedUp: z.boolean(),
  isDisabled: z.boolean(),
  createdAt: at,
  lastUsedAt: at.nullable(),
});
export const totp = z.object({ id, name: z.string(), createdAt: at, lastUsedAt: at.nullable() });
export const factors = z.object({
  password: z.object({ setAt: at, lastUsedAt: at.nullable(), isDisabled: z.boolean().describe('After 100 wrong tries in a row; setting a new one lifts it.') }).nullable(),
  totps: z.array(totp),
  isTotpDisabled: z.boolean(),
  passkeys: z.array(passkey),
  recoveryCodes: z.object({ left: z.int(), issuedAt: at.nullable() }),
  strength: z.object({
    assuranceLevel,
    isPhishingResistant: z.boolean(),
    restsOn: z.enum(['listed_key', 'passkey', 'certificate', 'password_and_certificate', 'password_and_key', 'password_and_code', 'password_and_push', 'one_factor', 'nothing']),
    sentence: z.string(),
    nextStep: z.enum(['none', 'add_passkey', 'add_second_factor', 'new_recovery_codes', 'add_spare_passkey']),
  }),
});
export type Factors = z.infer<typeof factors>;

export const setPassword = z.strictObject({ password: z.string().min(1).max(1024), endOtherSessions: z.boolean().default(true) });
export const startTotp = z.strictObject({ name: nameOfFactor.default('Authenticator app') });
export const totpStarted = z.object({ id, secret: z.string().describe('Base32, for typing by hand. Shown once.'), uri: z.string(), qr: z.string().describe('SVG.') });
export const confirmTotp = z.strictObject({ endOtherSessions: z.boolean().default(false), code: z.string().trim().regex(/^\d{3} ?\d{3}$/, 'six digits') });
export const passkeyOptions = z.object({ options: z.record(z.string(), z.unknown()).describe('PublicKeyCredentialCreationOptionsJSON, for `PublicKeyCredential.parseCreationOptionsFromJSON`.') });
export const addPasskey = z.strictObject({ name: nameOfFactor.optional(), response: z.record(z.string(), z.unknown()).describe('RegistrationResponseJSON, from `credential.toJSON()`.'), endOtherSessions: z.boolean().default(false) });
/** Of the query: ends the other sessions too (ASVS 7.4.3). */
export const removeFactor = z.object({ endOtherSessions: z.enum(['true', 'false']).default('false').transform((value) => value === 'true') });
export const renameFactor = z.strictObject({ name: nameOfFactor });
export const factorAdded = z.object({ id });
export const recoveryCodes = z.object({ codes: z.array(z.string()).describe('Shown once.') });

export const personFactors = z.object({
  hasPassword: z.boolean(),
  hasTotp: z.boolean(),
  passkeys: z.int(),
  keys: z.array(passkey).describe('Each passkey and security key with its model.'),
  pushDevices: z.int().describe('Telephones that approve sign-ins.'),
  recoveryCodesLeft: z.int(),
  strongest: z.enum(['none', 'password', 'two_factors', 'passkey']),
  isPhishingResistant: z.boolean(),
  disabled: z.array(z.string()).describe('Factors switched off after too many wrong tries; `push` also after three questions that were denied or not answered.'),
  accessPass: z.object({ issuedAt: at, expiresAt: at, issuedByName: z.string() }).nullable(),
  lastSignInAt: at.nullable(),
});
export type PersonFactors = z.infer<typeof personFactors>;

export const issueAccessPass = z.strictObject({ reason: z.string().trim().min(1).max(300) });
export const accessPassIssued = z.object({ pass: z.string().describe('Shown once. Hand it over in person or by telephone.'), expiresAt: at, signInUrl: z.string(), username: z.string() });

export const apiToken = z.object({
  id,
  name: z.string(),
  permissions: z.array(z.string()),
  ownerId: id.nullable(),
  ownerName: z.string().nullable(),
  createdAt: at,
  expiresAt: at,
  lastUsedAt: at.nullable(),
  endedAt: at.nullable(),
});
export const apiTokenList = z.object({ items: z.array(apiToken) });
export const createApiToken = z.strictObject({
  name: z.string().trim().min(1).max(80),
  permissions: z.array(z.string().min(1).max(100)).min(1).max(200),
  expiresInDays: z.int().min(1).max(365).default(90),
});
export const apiTokenCreated = z.object({ id, token: z.string().describe('Shown once.'), expiresAt: at });

/** How people may sign in: facts for the settings page. */
export const signInPolicy = z.object({ assuranceLevel, sessionLimits: z.array(sessionLimit), mostOpenSessions: z.int().describe('Of one person; the one unused for longest makes room.'), passwordRule: z.string(), failuresUntilDisabled: z.int() });
