import { json, sql, type Tx } from '../../platform/db/index.ts';
import type { KeyAlgorithm, KeyPurpose, SigningKey } from './signing-key.ts';

export interface StoredKey extends SigningKey {
  readonly publicJwk: Record<string, unknown>;
  readonly sealedPrivateJwk: Buffer;
}

export const readKeys = (tx: Tx): Promise<StoredKey[]> =>
  sql<StoredKey>(tx)`
    select id, purpose, algorithm, public_jwk, sealed_private_jwk, created_at, signs_from
      from federation.signing_key
     order by signs_from desc, id`;

/** Two nodes that start, or rotate, at once: the second waits here and then finds the keys of the first. */
export const takeKeyTurn = async (tx: Tx): Promise<void> => {
  await sql(tx)`select pg_advisory_xact_lock(1120412, 1)`;
};

export async function insertKey(tx: Tx, key: { id: string; purpose: KeyPurpose; algorithm: KeyAlgorithm; publicJwk: unknown; sealedPrivateJwk: Buffer; createdAt: Date; signsFrom: Date }): Promise<void> {
  await sql(tx)`
    insert into federation.signing_key (id, purpose, algorithm, public_jwk, sealed_private_jwk, created_at, signs_from)
         values (${key.id}, ${key.purpose}, ${key.algorithm}, ${json(key.publicJwk)}, ${key.sealedPrivateJwk}, ${key.createdAt}, ${key.signsFrom})`;
}

export async function deleteKeys(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await sql(tx)`delete from federation.signing_key where id = any (${[...ids]}::text[])`;
}
