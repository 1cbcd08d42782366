import type { Tx } from '../../platform/db/index.ts';
import { enrolledFactors } from '../factor/store.ts';
import type { Screen } from '../sign-in/screens.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import { listedModels, type Listing } from './store.ts';

/**
 * Which models to name on a page of the sign-in, where level 3 is wanted. Whoever is to touch a key hears of them only when she has
 * one; and before anything is proven nobody does, or the page would tell strangers who has which keys.
 */
export async function neededKeysIn(tx: Tx, screen: Screen, signIn: SignIn): Promise<{ readonly listed?: Listing }> {
  if (screen === 'passkey') {
    const isKnown = signIn.proofs.length > 0 || signIn.sessionId !== null;
    if (!isKnown || signIn.personId === null || (await enrolledFactors(tx, signIn.personId)).listedPasskeys === 0) return {};
  }
  return { listed: await listedModels(tx, 5) };
}
