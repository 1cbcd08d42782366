import type { Clock } from '../../platform/clock/index.ts';
import type { Log } from '../../platform/log/index.ts';
import { record } from '../entry/store.ts';
import { saveVerification } from './store.ts';
import { verifyChain, type Verification, type VerifyNeeds, type Walking } from './verify-chain.ts';

interface Needs extends VerifyNeeds {
  readonly clock: Clock;
  readonly log: Log;
}

/** Walks the whole chain and writes down what it found, for the page of the audit, for Today, and for whoever asks since when it has been so. */
export async function proveChain(needs: Needs, walking: Walking = {}): Promise<Verification> {
  const { database, clock, log } = needs;
  const one = await verifyChain(needs, walking);
  const at = clock.now();
  const [finding] = one.sentences;
  if (finding !== undefined) log.error({ finding, findings: one.sentences.length }, 'the audit chain is broken');
  await database
    .transaction(async (tx) => {
      await saveVerification(tx, { at, entries: one.entries, lastSeq: one.lastSeq, seconds: one.seconds, findings: one.sentences });
      await record(tx, {
        action: one.isWhole ? 'audit.chain.verify' : 'audit.chain.find-broken', actor: 'system:audit', actorName: 'Bailiwick', target: null, targetName: null, at, outcome: 'allowed',
        facts: { entries: one.entries, lastSeq: one.lastSeq, checkpoints: one.checkpoints, ...(one.isWhole ? {} : { findings: one.sentences }) },
      });
    })
    // What was found is said in any case, also of a database that takes no more.
    .catch((error: unknown) => log.warn({ err: error }, 'what the walk over the audit chain found could not be written down'));
  return one;
}
