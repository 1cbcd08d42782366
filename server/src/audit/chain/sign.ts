import { sign, verify } from 'node:crypto';
import type { Keys } from '../../platform/crypto/index.ts';
import { canonical } from '../entry/canonical.ts';
import type { CheckpointStatement, PruningStatement, Signed } from './chain.ts';

export function signStatement(keys: Pick<Keys, 'signingKey'>, content: CheckpointStatement | PruningStatement): Signed {
  const statement = canonical(content);
  return { statement, signature: sign(null, Buffer.from(statement), keys.signingKey('audit').privateKey).toString('base64') };
}

/** Null: not signed by us, or not a statement of this kind. */
export function openStatement<T extends CheckpointStatement | PruningStatement>(keys: Pick<Keys, 'signingKey'>, signed: Signed, kind: T['kind']): T | null {
  const key = keys.signingKey('audit').publicKey;
  try {
    if (!verify(null, Buffer.from(signed.statement), key, Buffer.from(signed.signature, 'base64'))) return null;
    const content = JSON.parse(signed.statement) as T;
    return content.kind === kind ? content : null;
  } catch {
    return null;
  }
}
