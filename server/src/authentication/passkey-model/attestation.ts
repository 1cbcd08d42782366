import { SettingsService } from '@simplewebauthn/server';
import { decodeAttestationObject, isoCBOR, parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import { createHash } from 'node:crypto';
import { noAaguid } from './model.ts';
import { asCertificate, leadsTo } from './trust-path.ts';

/** What an attestation object holds, before anything of it is believed. */
export interface ReadAttestation {
  readonly format: string;
  readonly authData: Uint8Array<ArrayBuffer>;
  readonly aaguid: string;
  readonly credentialId: Buffer;
  /** DER, the attestation certificate first. Empty for `none` and self attestation. */
  readonly chain: readonly Buffer[];
}

export function readAttestation(attestationObject: Uint8Array): ReadAttestation | null {
  try {
    const decoded = decodeAttestationObject(new Uint8Array(attestationObject));
    const authData = decoded.get('authData');
    const { aaguid, credentialID } = parseAuthenticatorData(authData);
    if (!aaguid || !credentialID) return null;
    const x5c: unknown = decoded.get('attStmt').get('x5c');
    return {
      format: String(decoded.get('fmt')),
      authData,
      aaguid: Buffer.from(aaguid).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
      credentialId: Buffer.from(credentialID),
      chain: Array.isArray(x5c) ? x5c.map((one) => Buffer.from(one as Uint8Array)) : [],
    };
  } catch {
    return null;
  }
}

/** Checked by the library without looking for certificates elsewhere. */
const plain: ReadonlySet<string> = new Set(['none', 'packed', 'fido-u2f', 'tpm']);
/** Checked by the library against roots that it knows. */
const withKnownRoots = ['apple', 'android-key'] as const;

const crlDistributionPoints = Buffer.from('0603551d1f', 'hex');

/**
 * True when the library may judge this statement. It follows the addresses of revocation lists that certificates name, and for some
 * formats before it knows whose certificates they are: whoever enrols could make this server call any address inside the house
 * (server-side request forgery). So a chain must lead to a known root first, and name no list; the house calls nobody.
 */
export function mayBeJudged({ format, chain }: Pick<ReadAttestation, 'format' | 'chain'>, now: Date): boolean {
  if (plain.has(format)) return true;
  const known = withKnownRoots.find((one) => one === format);
  if (!known) return false;
  const roots = SettingsService.getRootCertificates({ identifier: known }).filter((root) => !namesRevocationList(Buffer.from(root.replace(/-----[^-]+-----|\s/g, ''), 'base64')));
  return !chain.some(namesRevocationList) && leadsTo(chain, roots, now);
}

const namesRevocationList = (der: Buffer): boolean => der.includes(crlDistributionPoints);

/** The same registration without its statement: a statement that we cannot judge is worth as much as none, and blocks nobody (63B-4 4.1.3). */
export const withoutStatement = ({ authData }: Pick<ReadAttestation, 'authData'>): Buffer =>
  Buffer.from(isoCBOR.encode(new Map<string, unknown>([['fmt', 'none'], ['attStmt', new Map()], ['authData', authData]]) as never));

/** RFC 5280 4.2.1.2 (1), as FIDO metadata names U2F models by. U2F keys are on P-256: the last 65 bytes are the point. */
export function keyIdentifierOf(certificate: Buffer): string | null {
  const parsed = asCertificate(certificate);
  if (parsed?.publicKey.asymmetricKeyType !== 'ec') return null;
  return createHash('sha1').update(parsed.publicKey.export({ format: 'der', type: 'spki' }).subarray(-65)).digest('hex');
}

/** By what metadata knows the maker's model. */
export const modelKeyOf = ({ format, aaguid, chain }: Pick<ReadAttestation, 'format' | 'aaguid' | 'chain'>): { readonly aaguid: string | null; readonly keyIdentifier: string | null } => ({
  aaguid: aaguid === noAaguid ? null : aaguid,
  keyIdentifier: format === 'fido-u2f' && chain[0] ? keyIdentifierOf(chain[0]) : null,
});
