import type { Principal } from '../../platform/http/index.ts';
import { freshSignInNeeded, refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { bestOf } from '../sign-in/next-step.ts';
import { freshForMs, isFresh } from './factor.ts';
import { usableFactorsOf } from './store.ts';

/**
 * For verbs above that ask for a proof of this moment which no false page can take, from everybody who has such a factor;
 * from the others the best they have (ASVS 7.5.3). A token proves nothing: a person does this.
 */
export async function demandFreshProof(needs: Pick<Needs, 'clock' | 'database'>, principal: Principal): Promise<void> {
  const { personId } = principal;
  if (principal.kind !== 'person' || personId === null) throw refuse.not_a_person();
  const factors = (await needs.database.read((tx) => usableFactorsOf(tx, [personId]))).get(personId);
  const isWanted = factors !== undefined && bestOf(factors).isPhishingResistant;
  if (isFresh(principal, needs.clock.now()) && principal.assuranceLevel >= 2 && (!isWanted || principal.methods.includes('phr'))) return;
  throw freshSignInNeeded({ assuranceLevel: 2, maxAgeSeconds: freshForMs / 1_000, ...(isWanted ? { stepUp: 'phishing_resistant' as const } : {}) });
}
