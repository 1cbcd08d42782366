import { z } from 'zod';

const id = z.uuid();
const at = z.iso.datetime();
const name = z.string().trim().min(1).max(60);
const httpUrl = z.url({ protocol: /^https?$/ }).max(500);
const pem = z.string().min(1).max(40_000);

export const namesBy = z.enum(['email', 'principal', 'employee_number', 'registered']).describe('How a certificate says whose it is: SAN e-mail = work e-mail; SAN UPN = username; subject serialNumber = employee number; or only certificates registered here.');
export const revocation = z.enum(['crl', 'ocsp', 'either', 'none']).describe('Where it is learnt that a certificate was taken back. `either`: OCSP first, then the list.');
export const endReason = z.enum(['unspecified', 'key_compromise', 'affiliation_changed', 'superseded', 'cessation_of_operation']).describe('As in RFC 5280 5.3.1.');

export const certificateFacts = z.object({ subject: z.string(), issuer: z.string(), serial: z.string(), fingerprint: z.string().describe('SHA-256, hexadecimal.'), notBefore: at, notAfter: at, key: z.string().describe('`EC P-256`, `RSA 3072`.') });

export const revocationList = z.object({
  authority: z.string(),
  url: z.string().nullable(),
  entries: z.int(),
  thisUpdate: at.nullable(),
  nextUpdate: at.nullable(),
  readAt: at.nullable(),
  isInForce: z.boolean(),
  problem: z.string().nullable().describe('What went wrong at the last try.'),
});

export const issuer = z.object({
  id,
  name: z.string(),
  isOurOwn: z.boolean(),
  facts: certificateFacts,
  namesBy,
  principalSuffix: z.string().nullable(),
  isUserVerified: z.boolean().describe('It vouches for a PIN or finger before each use.'),
  isHardwareBound: z.boolean().describe('It vouches for keys that cannot leave their hardware.'),
  assuranceLevel: z.union([z.literal(1), z.literal(2), z.literal(3)]).describe('What its certificates reach by themselves.'),
  requiredPolicy: z.string().nullable(),
  revocation: z.enum(['crl', 'ocsp', 'either', 'none', 'own']),
  crlUrl: z.string().nullable(),
  ocspUrl: z.string().nullable(),
  acceptsUnknown: z.boolean(),
  lists: z.array(revocationList),
  certificates: z.int().describe('In use now.'),
  addedAt: at,
  addedByName: z.string(),
});
export type Issuer = z.infer<typeof issuer>;

export const issuerList = z.object({
  door: z.object({ url: z.string(), through: z.enum(['listener', 'proxy']) }).nullable().describe('Where certificates are shown; null while no setting opens a door for them.'),
  items: z.array(issuer),
  authority: z.object({ issuerId: id, certificate: z.string().describe('PEM.'), certificateUrl: z.string(), listUrl: z.string(), madeAt: at }).nullable().describe('Our own authority.'),
});
export type IssuerList = z.infer<typeof issuerList>;

export const previewIssuer = z.strictObject({ certificate: pem });
export const issuerPreview = z.object({ facts: certificateFacts, crlUrls: z.array(z.string()), ocspUrls: z.array(z.string()), problem: z.string().nullable().describe('Why it cannot be listed; null when it can.') });
export const addIssuer = z.strictObject({
  name,
  certificate: pem.describe('Certificate of the authority, PEM.'),
  namesBy,
  principalSuffix: z.string().trim().toLowerCase().regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'a domain, without @').max(200).nullish(),
  isUserVerified: z.boolean(),
  isHardwareBound: z.boolean(),
  requiredPolicy: z.string().regex(/^[0-2](\.(0|[1-9]\d*))+$/, 'an object identifier such as 1.3.6.1.4.1.99999.1').max(200).nullish(),
  revocation: revocation.default('either'),
  crlUrl: httpUrl.nullish().describe('Default: what the certificates name.'),
  ocspUrl: httpUrl.nullish().describe('Default: what the certificates name.'),
  acceptsUnknown: z.boolean().default(false).describe('Goes on when nobody can say whether a certificate was taken back. Default: refuse.'),
});
export const issuerAdded = z.object({ id });
export const listTaken = z.object({ entries: z.int() });

export const makeAuthority = z.strictObject({ name });
export const authorityMade = z.object({ issuerId: id });

export const certificate = z.object({
  id,
  person: z.object({ id, displayName: z.string() }).nullable(),
  name: z.string(),
  issuerName: z.string(),
  isOurOwn: z.boolean(),
  source: z.enum(['issued', 'registered', 'seen']),
  subject: z.string(),
  serial: z.string(),
  notBefore: at,
  notAfter: at,
  addedAt: at,
  addedByName: z.string(),
  lastUsedAt: at.nullable(),
  isRenewed: z.boolean(),
  endedAt: at.nullable(),
  endReason: endReason.or(z.literal('expired')).nullable(),
});
export type CertificateCard = z.infer<typeof certificate>;
export const certificateFilter = z.object({ search: z.string().trim().max(100).optional(), state: z.enum(['open', 'ended']).optional(), after: id.optional() });
export const certificatePage = z.object({ items: z.array(certificate), next: id.nullable() });

const request = pem.describe('Certificate request (PKCS#10), PEM. The key never leaves the device; the names in it are not looked at.');
export const issueCertificate = z.strictObject({ personId: id, name, request: request.nullable().describe('Null: the key is made here and handed over once, as PKCS#12.') });
export const registerCertificate = z.strictObject({ personId: id, name, certificate: pem });
export const renewCertificate = z.strictObject({ request: request.nullable() });
export const certificateIssued = z.object({ id, certificate: z.string().describe('PEM.'), authority: z.string().describe('PEM.'), notAfter: at, keyStore: z.object({ file: z.base64().describe('PKCS#12.'), password: z.string() }).nullable().describe('Shown once, and only where no request was given.') });
export const certificateRegistered = z.object({ id });
export const revokeCertificate = z.strictObject({ reason: endReason, endSessions: z.boolean().default(true) });

export const ownCertificate = z.object({ id, name: z.string(), issuerName: z.string(), isOurOwn: z.boolean(), notAfter: at, addedAt: at, lastUsedAt: at.nullable(), assuranceLevel: z.union([z.literal(1), z.literal(2), z.literal(3)]), endedAt: at.nullable() });
export const ownCertificates = z.object({ isUsable: z.boolean().describe('There is a door for certificates.'), items: z.array(ownCertificate) });
export type OwnCertificates = z.infer<typeof ownCertificates>;
export const renameOwnCertificate = z.strictObject({ name });
