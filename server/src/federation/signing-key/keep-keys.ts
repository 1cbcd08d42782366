import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { record } from '../../audit/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import type { Keys } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import type { JobDefinition } from '../../platform/jobs/index.ts';
import type { FederationNeeds } from '../needs.ts';
import { keysToDrop, keysToMake, type KeyAlgorithm, type KeyPurpose, type SigningKey } from './signing-key.ts';
import { deleteKeys, insertKey, readKeys, takeKeyTurn } from './store.ts';

export interface OpenKey extends SigningKey {
  readonly publicJwk: JWK;
  readonly privateJwk: JWK;
}

export interface KeepKeysNeeds {
  readonly clock: Clock;
  readonly database: Database;
  readonly keys: Keys;
}

/** The purpose is in the context: a key that somebody moves to another purpose in the database does not open. */
const contextOf = (id: string, purpose: KeyPurpose): string => `federation.signing_key/${id}/${purpose}`;

/**
 * Makes the keys that are missing or due and drops the ones nothing depends on any more. Safe to call from any number
 * of nodes at once: one works, the others wait and find it done.
 */
export async function keepKeys({ clock, database, keys }: KeepKeysNeeds, permit: Permit<'federation.signing-key.rotate'>): Promise<{ made: number; dropped: number }> {
  const now = clock.now();
  const before = await database.read(readKeys);
  if (keysToMake(before, now).length === 0 && keysToDrop(before, now).length === 0) return { made: 0, dropped: 0 };
  return database.transaction(async (tx) => {
    await takeKeyTurn(tx);
    const stored = await readKeys(tx);
    const wanted = keysToMake(stored, now);
    const made = await Promise.all(wanted.map((one) => makeKey(one.algorithm)));
    for (const [index, one] of wanted.entries()) {
      const key = made[index]!;
      await insertKey(tx, { id: key.id, ...one, publicJwk: key.publicJwk, sealedPrivateJwk: keys.seal(JSON.stringify(key.privateJwk), contextOf(key.id, one.purpose)), createdAt: now });
      await record(tx, { action: 'federation.signing-key.rotate', actor: permit.actor, actorName: permit.actorName, target: `signing-key:${key.id}`, targetName: `${one.algorithm} for ${one.purpose}`, at: now, outcome: 'allowed', facts: { signsFrom: one.signsFrom.toISOString() } });
    }
    const dropped = keysToDrop(stored, now);
    await deleteKeys(tx, dropped.map((key) => key.id));
    for (const key of dropped) {
      await record(tx, { action: 'federation.signing-key.drop', actor: permit.actor, actorName: permit.actorName, target: `signing-key:${key.id}`, targetName: `${key.algorithm} for ${key.purpose}`, at: now, outcome: 'allowed', facts: {} });
    }
    return { made: wanted.length, dropped: dropped.length };
  });
}

async function makeKey(algorithm: KeyAlgorithm): Promise<{ id: string; publicJwk: JWK; privateJwk: JWK }> {
  // RSA 3072: 128 bits of strength (ASVS 11.2.3).
  const pair = await generateKeyPair(algorithm, { extractable: true, ...(algorithm === 'RS256' ? { modulusLength: 3072 } : {}) });
  const publicJwk = await exportJWK(pair.publicKey);
  const id = (await calculateJwkThumbprint(publicJwk)).slice(0, 22);
  const facts = { kid: id, alg: algorithm, use: 'sig' };
  return { id, publicJwk: { ...publicJwk, ...facts }, privateJwk: { ...(await exportJWK(pair.privateKey)), ...facts } };
}

export async function openKeySet({ database, keys }: Pick<KeepKeysNeeds, 'database' | 'keys'>): Promise<readonly OpenKey[]> {
  const stored = await database.read(readKeys);
  return stored.map(({ sealedPrivateJwk, ...key }) => ({
    ...key,
    publicJwk: key.publicJwk as JWK,
    privateJwk: JSON.parse(keys.open(sealedPrivateJwk, contextOf(key.id, key.purpose)).toString('utf8')) as JWK,
  }));
}

export const keysJob = (needs: KeepKeysNeeds & Pick<FederationNeeds, 'gate'>): JobDefinition => ({
  name: 'federation.keep-keys',
  schedule: '17 3 * * *',
  async run() {
    await keepKeys(needs, needs.gate.system('federation', 'federation.signing-key.rotate'));
  },
});
