import { compactVerify, decodeProtectedHeader } from 'jose';
import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { keyOf, noAaguid, type DescribedModel } from './model.ts';
import { asCertificate, leadsTo } from './trust-path.ts';

/** A file of FIDO metadata is some megabytes today; this is room for the years to come. */
export const maxBlobBytes = 48 * 1024 * 1024;
const maxIconLength = 24_000;

const text = z.string().max(2_000);
const words = z.array(text).max(200);
/** An AAGUID is written as a UUID, and need not be one (RFC 9562 variants). */
const uuid = z.guid().transform((value) => value.toLowerCase());
const base64 = z.string().max(20_000).regex(/^[A-Za-z0-9+/=\s]+$/).transform((value) => value.replace(/\s/g, ''));

/** FIDO Metadata Statement v3: what we judge by. The rest is not kept. */
const statementSchema = z.object({
  aaguid: uuid.optional(),
  attestationCertificateKeyIdentifiers: z.array(z.string().regex(/^[0-9a-fA-F]{40}$/).transform((value) => value.toLowerCase())).max(100).optional(),
  description: z.string().trim().min(1).max(200),
  keyProtection: words.default([]),
  attestationTypes: words.default([]),
  userVerificationDetails: z.array(z.array(z.object({ userVerificationMethod: text })).max(50)).max(50).default([]),
  attestationRootCertificates: z.array(base64).max(200).default([]),
  icon: z.string().max(4_000_000).optional(),
});
const reportSchema = z.object({ status: text, effectiveDate: z.iso.date().optional() });
const entrySchema = z.object({
  aaguid: uuid.optional(),
  attestationCertificateKeyIdentifiers: statementSchema.shape.attestationCertificateKeyIdentifiers,
  metadataStatement: statementSchema.optional(),
  statusReports: z.array(reportSchema).max(500).default([]),
});
const payloadSchema = z.object({ no: z.int().min(0).max(2_000_000_000), nextUpdate: z.iso.date(), entries: z.array(z.unknown()).max(100_000) });

function described(statement: z.output<typeof statementSchema>, entry: Pick<z.output<typeof entrySchema>, 'aaguid' | 'attestationCertificateKeyIdentifiers' | 'statusReports'>): DescribedModel | null {
  const aaguid = entry.aaguid ?? statement.aaguid ?? null;
  const keyIdentifiers = entry.attestationCertificateKeyIdentifiers ?? statement.attestationCertificateKeyIdentifiers ?? [];
  const model: DescribedModel = {
    aaguid: aaguid === noAaguid ? null : aaguid,
    keyIdentifiers,
    name: statement.description,
    keyProtection: statement.keyProtection,
    userVerification: [...new Set(statement.userVerificationDetails.flat().map((one) => one.userVerificationMethod))],
    attestationTypes: statement.attestationTypes,
    attestationRoots: statement.attestationRootCertificates.filter((root) => asCertificate(Buffer.from(root, 'base64')) !== null),
    statusReports: entry.statusReports.map(({ status, effectiveDate }) => ({ status, effectiveDate: effectiveDate ?? null })),
    icon: safeIcon(statement.icon),
  };
  // UAF authenticators (an AAID alone) are no passkeys.
  return model.aaguid === null && keyIdentifiers.length === 0 ? null : model;
}

/** PNG and nothing else: an SVG is a program. */
function safeIcon(icon: string | undefined): string | null {
  const data = /^data:image\/png;base64,([A-Za-z0-9+/=]+)$/.exec(icon ?? '')?.[1];
  if (!data || data.length > maxIconLength) return null;
  const bytes = Buffer.from(data, 'base64');
  return bytes.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) ? `data:image/png;base64,${bytes.toString('base64')}` : null;
}

export interface Metadata {
  readonly serial: number;
  /** `2026-12-01` */
  readonly nextUpdate: string;
  readonly models: readonly DescribedModel[];
  /** Entries that are no passkeys, or that nobody could read. */
  readonly skipped: number;
}

export type ReadMetadata = { readonly is: 'read'; readonly metadata: Metadata } | { readonly is: 'unreadable' } | { readonly is: 'not_signed'; readonly why: string };

export interface MetadataRoots {
  /** PEM or DER. */
  readonly certificates: readonly (string | Buffer)[];
  /**
   * The hosts of which the signing certificate must name one. A public authority signs for the whole world: without this, anybody with a
   * certificate of the same authority could write metadata. Null for a root that signs nothing else.
   */
  readonly signerHosts: readonly string[] | null;
}

const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'];
const headerSchema = z.object({ alg: z.enum(algorithms), x5c: z.array(base64).min(1).max(8) });

/** MDS3 3.2: the chain in the header leads to the root, its first certificate signed the file. Nothing is fetched, and nobody changes the roots of a model unsigned (ASVS 6.7.1). */
export async function readMetadata(blob: string, roots: MetadataRoots, now: Date): Promise<ReadMetadata> {
  let header: z.output<typeof headerSchema>;
  try {
    header = headerSchema.parse(decodeProtectedHeader(blob));
  } catch {
    return { is: 'unreadable' };
  }
  const chain = header.x5c.map((certificate) => Buffer.from(certificate, 'base64'));
  const signer = asCertificate(chain[0]!);
  if (!signer) return { is: 'unreadable' };
  if (roots.signerHosts && !roots.signerHosts.some((host) => signer.checkHost(host, { subject: 'always' }) !== undefined)) return { is: 'not_signed', why: `the signing certificate is not one of ${roots.signerHosts.join(' or ')}` };
  if (!leadsTo(chain, roots.certificates, now)) return { is: 'not_signed', why: 'the signing certificate does not lead to the root, or is out of date' };
  let payload: unknown;
  try {
    payload = JSON.parse(Buffer.from((await compactVerify(blob, signer.publicKey, { algorithms })).payload).toString('utf8'));
  } catch {
    return { is: 'not_signed', why: 'the signature is not right' };
  }
  const parsed = payloadSchema.safeParse(payload);
  if (!parsed.success) return { is: 'unreadable' };
  const models = new Map<string, DescribedModel>();
  for (const one of parsed.data.entries) {
    const entry = entrySchema.safeParse(one);
    const model = entry.success && entry.data.metadataStatement ? described(entry.data.metadataStatement, entry.data) : null;
    if (model) models.set(keyOf(model), model);
  }
  return { is: 'read', metadata: { serial: parsed.data.no, nextUpdate: parsed.data.nextUpdate, models: [...models.values()], skipped: parsed.data.entries.length - models.size } };
}

/** One statement that an administrator vouches for; null when it is none. */
export function readStatement(statement: unknown): DescribedModel | null {
  const parsed = statementSchema.safeParse(statement);
  return parsed.success ? described(parsed.data, { statusReports: [] }) : null;
}

export const isPem = (content: string): boolean => /-----BEGIN CERTIFICATE-----/.test(content);

/** Every certificate of a PEM file. Throws on one that is none. */
export const certificatesOf = (pem: string): readonly string[] => (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []).map((one) => new X509Certificate(one).toString());
