import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

/** A WebAuthn authenticator in software (ES256, no attestation): what a browser and a key would answer. */
export interface SoftwareAuthenticator {
  create(options: CreationOptions): Record<string, unknown>;
  get(options: RequestOptions): Record<string, unknown>;
  /** What the next answers claim. */
  isUserVerified: boolean;
  signCount: number;
}

export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id?: string };
  readonly user: { readonly id: string };
}
export interface RequestOptions {
  readonly challenge: string;
  readonly rpId?: string;
}

export function softwareAuthenticator({ origin, isSynced = false, countsUses = true }: { origin: string; isSynced?: boolean; countsUses?: boolean }): SoftwareAuthenticator {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const credentialId = randomBytes(32);
  let userHandle = '';
  const self: SoftwareAuthenticator = {
    isUserVerified: true,
    signCount: 0,
    create({ challenge, rp, user }) {
      userHandle = user.id;
      const clientData = clientDataOf('webauthn.create', challenge, origin);
      const idLength = Buffer.alloc(2);
      idLength.writeUInt16BE(credentialId.length);
      const authData = Buffer.concat([head(rp.id ?? new URL(origin).hostname, self, isSynced, true), Buffer.alloc(16), idLength, credentialId, coseKey(publicKey)]);
      const attestationObject = Buffer.concat([Buffer.from([0xa3]), text('fmt'), text('none'), text('attStmt'), Buffer.from([0xa0]), text('authData'), bytes(authData)]);
      return { id: credentialId.toString('base64url'), rawId: credentialId.toString('base64url'), type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: clientData.toString('base64url'), attestationObject: attestationObject.toString('base64url'), transports: ['internal'] } };
    },
    get({ challenge, rpId }) {
      if (countsUses) self.signCount += 1;
      const clientData = clientDataOf('webauthn.get', challenge, origin);
      const authData = head(rpId ?? new URL(origin).hostname, self, isSynced, false);
      const signature = sign('sha256', Buffer.concat([authData, sha256(clientData)]), privateKey);
      return { id: credentialId.toString('base64url'), rawId: credentialId.toString('base64url'), type: 'public-key', clientExtensionResults: {}, response: { clientDataJSON: clientData.toString('base64url'), authenticatorData: authData.toString('base64url'), signature: signature.toString('base64url'), userHandle } };
    },
  };
  return self;
}

const sha256 = (input: string | Buffer): Buffer => createHash('sha256').update(input).digest();

const clientDataOf = (type: string, challenge: string, origin: string): Buffer => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

/** WebAuthn 6.1: hash of the RP ID, flags (UP, UV, BE, BS, AT), counter. */
function head(rpId: string, { isUserVerified, signCount }: SoftwareAuthenticator, isSynced: boolean, hasCredential: boolean): Buffer {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(signCount);
  return Buffer.concat([sha256(rpId), Buffer.from([0x01 | (isUserVerified ? 0x04 : 0) | (isSynced ? 0x18 : 0) | (hasCredential ? 0x40 : 0)]), counter]);
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
