import type { AttestationKey } from './attestation-authority.ts';
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A WebAuthn authenticator in software (ES256): what a browser and a key would answer, or somebody who lies in their place. */
export interface SoftwareAuthenticator {
  create(options: CreationOptions): Record<string, unknown>;
  get(options: RequestOptions): Record<string, unknown>;
  /** What the next answers claim. */
  isUserVerified: boolean;
  signCount: number;
  /** What the next answers say in place of the truth. */
  says: Lies;
}

export interface Lies {
  readonly origin?: string;
  readonly rpId?: string;
  readonly crossOrigin?: boolean;
  readonly topOrigin?: string;
  readonly userHandle?: string | null;
  readonly isPresent?: boolean;
  readonly isSynced?: boolean;
}

export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id?: string };
  readonly user: { readonly id: string };
  readonly attestation?: string;
}
export interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string;
}

/** Who vouches for the key, where the other side asks for it. `self`: the key for itself. */
export type Vouching = { readonly format: 'self'; readonly aaguid: string } | { readonly format: 'packed' | 'android-key'; readonly aaguid: string; readonly key: AttestationKey } | { readonly format: 'fido-u2f'; readonly key: AttestationKey };

export function softwareAuthenticator({ origin, isSynced = false, countsUses = true, vouching = null }: { origin: string; isSynced?: boolean; countsUses?: boolean; vouching?: Vouching | null }): SoftwareAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  let userHandle = '';
  const self: SoftwareAuthenticator = {
    isUserVerified: true,
    signCount: 0,
    says: {},
    create({ challenge, rp, user, attestation = 'none' }) {
      userHandle = user.id;
      const clientData = clientDataOf('webauthn.create', challenge, origin, self.says);
      const idLength = Buffer.alloc(2);
      idLength.writeUInt16BE(credentialId.length);
      const vouches = attestation === 'direct' ? vouching : null;
      const aaguid = vouches && vouches.format !== 'fido-u2f' ? Buffer.from(vouches.aaguid.replaceAll('-', ''), 'hex') : Buffer.alloc(16);
      const rpId = rp.id ?? new URL(origin).hostname;
      const authData = Buffer.concat([head(rpId, self, isSynced, true), aaguid, idLength, credentialId, coseKey(publicKey)]);
      const { format, statement } = statementOf(vouches, authData, clientData, { privateKey, publicKey, credentialId, rpId });
      const attestationObject = Buffer.concat([Buffer.from([0xa3]), text('fmt'), text(format), text('attStmt'), statement, text('authData'), bytes(authData)]);
      return { id: credentialId.toString('base64url'), rawId: credentialId.toString('base64url'), type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: clientData.toString('base64url'), attestationObject: attestationObject.toString('base64url'), transports: ['internal'] } };
    },
    get({ challenge, rpId }) {
      if (countsUses) self.signCount += 1;
      const clientData = clientDataOf('webauthn.get', challenge, origin, self.says);
      const authData = head(rpId ?? new URL(origin).hostname, self, isSynced, false);
      const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKey);
      const handle = self.says.userHandle === undefined ? userHandle : self.says.userHandle;
      return { id: credentialId.toString('base64url'), rawId: credentialId.toString('base64url'), type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: clientData.toString('base64url'), authenticatorData: authData.toString('base64url'), signature: signature.toString('base64url'), ...(handle === null ? {} : { userHandle: handle }) } };
    },
  };
  return self;
}

interface Credential {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly credentialId: Buffer;
  readonly rpId: string;
}

/** WebAuthn 8.2 (packed), 8.6 (fido-u2f), 8.7 (none). */
function statementOf(vouches: Vouching | null, authData: Buffer, clientData: Buffer, { privateKey, publicKey, credentialId, rpId }: Credential): { readonly format: string; readonly statement: Buffer } {
  const over = Buffer.concat([authData, sha256(clientData)]);
  const chain = (key: AttestationKey): Buffer => Buffer.concat([Buffer.from([0x80 | key.chain.length]), ...key.chain.map(bytes)]);
  const es256 = Buffer.concat([text('alg'), Buffer.from([0x26])]);
  if (!vouches) return { format: 'none', statement: Buffer.from([0xa0]) };
  if (vouches.format === 'self') return { format: 'packed', statement: Buffer.concat([Buffer.from([0xa2]), es256, text('sig'), bytes(sign('sha256', over, privateKey))]) };
  if (vouches.format !== 'fido-u2f') return { format: vouches.format, statement: Buffer.concat([Buffer.from([0xa3]), es256, text('sig'), bytes(sign('sha256', over, vouches.key.privateKey)), text('x5c'), chain(vouches.key)]) };
  const { x, y } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url')]);
  const signature = sign('sha256', Buffer.concat([Buffer.from([0]), sha256(rpId), sha256(clientData), credentialId, point]), vouches.key.privateKey);
  return { format: 'fido-u2f', statement: Buffer.concat([Buffer.from([0xa2]), text('sig'), bytes(signature), text('x5c'), chain(vouches.key)]) };
}

const sha256 = (input: string | Buffer): Buffer => createHash('sha256').update(input).digest();

const clientDataOf = (type: string, challenge: string, origin: string, says: Lies): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin: says.origin ?? origin, crossOrigin: says.crossOrigin ?? false, ...(says.topOrigin === undefined ? {} : { topOrigin: says.topOrigin }) }));

/** WebAuthn 6.1: hash of the RP ID, flags (UP, UV, BE, BS, AT), counter. */
function head(rpId: string, { isUserVerified, signCount, says }: SoftwareAuthenticator, isSynced: boolean, hasCredential: boolean): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(signCount);
  return Buffer.concat([sha256(says.rpId ?? rpId), Buffer.from([(says.isPresent ?? true ? 0x01 : 0) | (isUserVerified ? 0x04 : 0) | (says.isSynced ?? isSynced ? 0x18 : 0) | (hasCredential ? 0x40 : 0)]), counter]);
}

function coseKey(publicKey: KeyObject): Buffer {
  const { x, y } = publicKey.export({ format: 'jwk' });
  // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
  return Buffer.concat([Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21]), bytes(Buffer.from(x!, 'base64url')), Buffer.from([0x22]), bytes(Buffer.from(y!, 'base64url'))]);
}

const text = (value: string): Buffer => Buffer.concat([Buffer.from([0x60 | value.length]), Buffer.from(value)]);

function bytes(value: Buffer): Buffer {
  if (value.length < 24) return Buffer.concat([Buffer.from([0x40 | value.length]), value]);
  if (value.length < 256) return Buffer.concat([Buffer.from([0x58, value.length]), value]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([Buffer.from([0x59]), length, value]);
}
