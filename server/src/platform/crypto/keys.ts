import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Ciphertext as stored. */
export type Sealed = Buffer;

export interface Keys {
  /** Encrypts with a data key of its own, wrapped by the current master key; `context` (table/record/field) must be the same at opening, so that a value moved to another row does not open. */
  seal(plain: string | Uint8Array, context: string): Sealed;
  open(sealed: Sealed, context: string): Buffer;
  /** True when `sealed` was wrapped by an older master key and should be sealed again. */
  isStale(sealed: Sealed): boolean;
  /** A 256-bit key for one purpose (`pepper`, `csrf`, ...), derived from the oldest master key so that it survives rotation. */
  derive(purpose: string): Buffer;
  /** Ed25519 key pair for one purpose, derived like `derive`. */
  signingKey(purpose: string): { privateKey: KeyObject; publicKey: KeyObject };
  readonly currentId: string;
}

interface KeyFile {
  readonly keys: readonly { readonly id: string; readonly secret: string; readonly createdAt: string }[];
}

const VERSION = 1;

/** Reads the key file, or makes it (0600) when there is none. Losing this file loses every sealed secret: back it up apart from the database. */
export function openKeys(file: string, now: Date): Keys {
  if (!existsSync(file)) create(file, now);
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0) {
    chmodSync(file, 0o600);
  }
  const content = JSON.parse(readFileSync(file, 'utf8')) as KeyFile;
  const masters = content.keys.map((key) => ({ id: key.id, secret: Buffer.from(key.secret, 'base64url') }));
  const oldest = masters[0];
  const current = masters.at(-1);
  if (!oldest || !current || masters.some((key) => key.secret.length !== 32 || key.id.length !== 8)) throw new Error(`key file ${file} is damaged; restore it from its backup`);

  const derived = new Map<string, Buffer>();
  function derive(purpose: string): Buffer {
    let key = derived.get(purpose);
    if (!key) derived.set(purpose, (key = Buffer.from(hkdfSync('sha256', oldest!.secret, 'bailiwick', purpose, 32))));
    return key;
  }

  return {
    currentId: current.id,
    derive,
    seal(plain, context) {
      const dataKey = randomBytes(32);
      return Buffer.concat([Buffer.from([VERSION]), Buffer.from(current.id, 'latin1'), encrypt(wrapKey(current.secret), dataKey, context), encrypt(createSecretKey(dataKey), Buffer.from(plain as string), context)]);
    },
    open(sealed, context) {
      if (sealed[0] !== VERSION) throw new Error('this sealed value has an unknown version');
      const id = sealed.subarray(1, 9).toString('latin1');
      const master = masters.find((key) => key.id === id);
      if (!master) throw new Error(`the key file lacks key ${id}; restore it from its backup`);
      const dataKey = createSecretKey(decrypt(wrapKey(master.secret), sealed.subarray(9, 9 + 60), context));
      return decrypt(dataKey, sealed.subarray(69), context);
    },
    isStale: (sealed) => sealed.subarray(1, 9).toString('latin1') !== current.id,
    signingKey(purpose) {
      // PKCS#8 of Ed25519 is this fixed prefix and the 32-byte seed (RFC 8410 section 7).
      const privateKey = createPrivateKey({ key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), derive(`sign ${purpose}`)]), format: 'der', type: 'pkcs8' });
      return { privateKey, publicKey: createPublicKey(privateKey) };
    },
  };
}

/** Adds a new master key to the file; what was sealed before still opens. Written beside and renamed, so that a crash leaves the old file whole. */
export function rotateKeys(file: string, now: Date): string {
  const content = JSON.parse(readFileSync(file, 'utf8')) as KeyFile;
  const key = newKey(now);
  const beside = `${file}.new`;
  writeFileSync(beside, JSON.stringify({ keys: [...content.keys, key] }, null, 2), { mode: 0o600, flush: true });
  renameSync(beside, file);
  return key.id;
}

function create(file: string, now: Date): void {
  mkdirSync(path.dirname(file), { recursive: true });
  const beside = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(beside, JSON.stringify({ keys: [newKey(now)] }, null, 2), { mode: 0o600, flush: true });
  try {
    // link, not rename: when two nodes start at once, the first file stays.
    linkSync(beside, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(beside, { force: true });
  }
}

const newKey = (now: Date) => ({ id: randomBytes(4).toString('hex'), secret: randomBytes(32).toString('base64url'), createdAt: now.toISOString() });

const wrapKeys = new WeakMap<Buffer, KeyObject>();

function wrapKey(master: Buffer): KeyObject {
  let key = wrapKeys.get(master);
  if (!key) wrapKeys.set(master, (key = createSecretKey(Buffer.from(hkdfSync('sha256', master, 'bailiwick', 'wrap', 32)))));
  return key;
}

function encrypt(key: KeyObject, plain: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: KeyObject, sealed: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}
