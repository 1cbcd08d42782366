import type { JobDefinition } from '../../platform/jobs/index.ts';
import { Failure } from '../../platform/errors/index.ts';
import type { Needs } from '../needs.ts';
import { speakerFor } from '../pages/phrases.ts';
import { stateOf } from './push.ts';
import { findPrompt, findPushDevice, saveSubscription } from './store.ts';
import { subscription, type PushSender, type Subscription } from './web-push.ts';

export const sendJobName = 'authentication.send-push';

const subscriptionContext = (deviceId: string): string => `authn.push_device/${deviceId}/subscription`;

export const sealSubscription = (keys: Pick<Needs['keys'], 'seal'>, deviceId: string, one: Subscription): Buffer => keys.seal(JSON.stringify(one), subscriptionContext(deviceId));

export function openSubscription(keys: Pick<Needs['keys'], 'open'>, deviceId: string, sealed: Buffer): Subscription {
  return subscription.parse(JSON.parse(keys.open(sealed, subscriptionContext(deviceId)).toString('utf8')));
}

/**
 * Wakes a telephone by web push. The message says that there is a question and nothing else: no digits, no name, no place;
 * what is asked, the device learns by its key. Where the network lets no message out, the open page asks by itself.
 */
export const sendJob = (needs: Pick<Needs, 'clock' | 'database' | 'config' | 'keys'> & { readonly pushSender: PushSender; readonly countSent: (outcome: 'sent' | 'gone' | 'failed') => void }): JobDefinition => ({
  name: sendJobName,
  maxAttempts: 3,
  async run(payload, { signal }) {
    const { promptId, deviceId } = payload as { promptId: string; deviceId: string };
    const { prompt, found } = await needs.database.read(async (tx) => ({ prompt: await findPrompt(tx, promptId), found: await findPushDevice(tx, deviceId) }));
    const sealed = found?.device.sealedSubscription;
    // Looked at again at each try: nobody is woken for a question that is answered, over, or of somebody else.
    if (!prompt || !found || !sealed || found.device.disabledAt || prompt.personId !== found.device.personId || stateOf(prompt, needs.clock.now()) !== 'waiting') return;
    const { say } = speakerFor([found.device.language]);
    try {
      const outcome = await needs.pushSender.send(openSubscription(needs.keys, deviceId, sealed), { title: say('push_message_title', { organisation: needs.config.organisation }), body: say('push_message_body') }, signal);
      if (outcome === 'gone') await needs.database.read((tx) => saveSubscription(tx, deviceId, null));
      needs.countSent(outcome);
    } catch (error) {
      needs.countSent('failed');
      // What the service refuses today it refuses in a second: there is the open page.
      if (error instanceof Failure && !error.isTemporary) return;
      throw error;
    }
  },
});
