import type { Tx } from '../../platform/db/index.ts';
import type { ActorId } from '../../platform/http/index.ts';
import type { Needs } from '../needs.ts';
import { endSessionIn } from '../session/end-sessions.ts';
import type { Proof } from '../sign-in/strength.ts';
import { readAttestation } from './attestation.ts';
import { attestPasskey, certifiedPasskeysOf, holdListedModel, restSession, sessionsRestingOn, type StoredModel } from './store.ts';
import { leadsTo } from './trust-path.ts';

/** What a passkey's attestation is measured by: `metadata file 57`, `a statement added by hand`. */
export const sourceInWords = ({ source, serial }: Pick<StoredModel, 'source' | 'serial'>): string => (source === 'blob' ? `metadata file ${serial}` : 'a statement added by hand');

/** The chain of a certified key leads to the roots that the model's entry names, as of the moment at which it was enrolled: certificates grow old, keys do not change. */
export const isOfModel = (chain: readonly Buffer[], model: Pick<StoredModel, 'attestationRoots' | 'goneAt'>, enrolledAt: Date): boolean =>
  model.goneAt === null && leadsTo(chain, model.attestationRoots.map((root) => Buffer.from(root, 'base64')), enrolledAt);

/** The roots of these models are new, or others: keys that people enrolled before are judged once more by what was kept of them. */
export async function judgeKeysAgainIn(tx: Tx, models: readonly StoredModel[], now: Date): Promise<{ readonly proven: number; readonly unproven: number }> {
  let proven = 0;
  let unproven = 0;
  for (const model of models) {
    for (const passkey of await certifiedPasskeysOf(tx, model)) {
      const chain = readAttestation(passkey.attestationObject)?.chain ?? [];
      const isProven = isOfModel(chain, model, passkey.createdAt);
      if (isProven === (passkey.modelId === model.id)) continue;
      await attestPasskey(tx, passkey.id, isProven ? { modelId: model.id, by: sourceInWords(model) } : null, now);
      if (isProven) proven += 1;
      else unproven += 1;
    }
  }
  return { proven, unproven };
}

/** Sessions whose level 3 rests on these models end at once: what they claim is no longer so. */
export async function endSessionsRestingOnIn(tx: Tx, needs: Pick<Needs, 'clock' | 'announce'>, by: { readonly actor: ActorId; readonly actorName: string }, modelIds: readonly string[], reason: string): Promise<number> {
  if (modelIds.length === 0) return 0;
  const sessions = await sessionsRestingOn(tx, modelIds);
  for (const { sessionId, personId } of sessions) await endSessionIn(tx, needs, by, { personId, sessionId, reason });
  return sessions.length;
}

/**
 * The proofs of a sign-in as of this moment: half an hour may lie between the touch and the session, and the model may have been
 * taken off the list since. `restsOn`: the model that level 3 comes from, held until the transaction ends.
 */
export async function judgedNowIn(tx: Tx, proofs: readonly Proof[]): Promise<{ readonly proofs: readonly Proof[]; readonly restsOn: string | null }> {
  let restsOn: string | null = null;
  const judged: Proof[] = [];
  for (const proof of proofs) {
    if (proof.method !== 'passkey' || !proof.isListed) {
      judged.push(proof);
      continue;
    }
    const modelId = proof.passkeyId === undefined ? null : await holdListedModel(tx, proof.passkeyId);
    restsOn ??= modelId;
    judged.push({ ...proof, isListed: modelId !== null });
  }
  return { proofs: judged, restsOn };
}

/** Remembers what a session of level 3 rests on. Every other session needs no remembering. */
export async function restOnModelIn(tx: Tx, session: { readonly id: string; readonly assuranceLevel: number }, modelId: string | null): Promise<void> {
  if (session.assuranceLevel === 3) await restSession(tx, session.id, modelId);
}
