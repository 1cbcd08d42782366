import * as contract from '@bailiwick/contract/push';
import { networkOf, route, type AnyRoute, type PageFrame } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { speakerFor } from '../pages/phrases.ts';
import { signInCookie } from '../sign-in/sign-in.ts';
import { answerPrompt } from './answer-prompt.ts';
import { stateForBrowser } from './ask-prompt.ts';
import { pushPages } from './pages.ts';
import { lookAtPairing, pairDevice, startPairing } from './pair-device.ts';
import { openNonces, readOwnPush, readWhatWaits, subscribeDevice } from './read-push.ts';
import { switchOwnPushOn } from './switch-push.ts';
import type { PushSender } from './web-push.ts';

const change = 'authentication.own.factor.change' as const;

/** Of one address in a minute: a handful of telephones behind one network answer now and then, a guesser of links and ids asks more. */
const answersPerMinute = 240;

export function pushRoutes(given: Needs & { readonly pageFrame: PageFrame; readonly pushSender: PushSender }): readonly AnyRoute[] {
  const needs = { ...given, nonces: openNonces(given) };
  const limit = (address: string): Promise<void> => needs.rateLimits.take(`push ${networkOf(address)}`, answersPerMinute, 60);
  const byLink = { permission: null, public: 'the one-time link stands for itself; a telephone is paired without a session' } as const;
  const byKey = { permission: null, public: 'the key of a paired device stands for itself; it needs no session' } as const;
  const common = [refuse.not_a_person, refuse.person_not_found];
  return [
    ...pushPages(needs),
    route({ method: 'GET', path: '/api/v1/me/push', permission: 'authentication.own.factor.read', summary: 'My telephones that approve sign-ins', output: contract.myPush, refusals: [refuse.not_a_person], run: ({ permit }) => readOwnPush(needs, permit) }),
    route({
      method: 'POST',
      path: '/api/v1/me/push/pairing',
      permission: change,
      summary: 'A one-time link that pairs a telephone; needs a fresh sign-in',
      output: contract.pushPairingStarted,
      status: 201,
      refusals: [...common, refuse.too_many_push_devices],
      run: async ({ permit, principal }) => {
        const { link, qr, expiresAt } = await startPairing(needs, permit, principal);
        return { link, qr, expiresAt: expiresAt.toISOString() };
      },
    }),
    route({ method: 'POST', path: '/api/v1/me/push/switch-on', permission: change, summary: 'Switch push approval on again; needs a fresh sign-in with another factor', refusals: common, run: ({ permit, principal }) => switchOwnPushOn(needs, permit, principal) }),

    route({
      method: 'POST',
      path: '/api/v1/push/pairing',
      ...byLink,
      summary: 'Whose account a pairing link is for',
      body: contract.lookAtPairing,
      output: contract.pairing,
      refusals: [refuse.push_pairing_not_valid],
      run: async ({ body, request }) => {
        await limit(request.address);
        return lookAtPairing(needs, body.token);
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/push/devices',
      ...byLink,
      summary: 'Pair this device by its key',
      body: contract.pairDevice,
      output: contract.devicePaired,
      status: 201,
      refusals: [refuse.push_pairing_not_valid, refuse.push_key_not_accepted, refuse.too_many_push_devices],
      run: async ({ body, request, languages }) => {
        await limit(request.address);
        return pairDevice(needs, { ...body, language: speakerFor(languages).language });
      },
    }),
    route({ method: 'POST', path: '/api/v1/push/nonce', ...byKey, summary: 'What a device signs to ask what waits', body: contract.askForNonce, output: contract.nonceGiven, run: async ({ body }) => ({ nonce: needs.nonces.give(body.deviceId) }) }),
    route({ method: 'POST', path: '/api/v1/push/waiting', ...byKey, summary: 'What waits for the person whose device this is', body: contract.askWhatWaits, output: contract.whatWaits, refusals: [refuse.push_device_not_found, refuse.push_page_old], run: ({ body }) => readWhatWaits(needs, body) }),
    route({
      method: 'POST',
      path: '/api/v1/push/answer',
      ...byKey,
      summary: 'Answer one question: with its six digits, no, or "this was not me"',
      body: contract.answerPrompt,
      output: contract.promptAnswered,
      refusals: [refuse.push_device_not_found],
      run: async ({ body, request }) => {
        await limit(request.address);
        return answerPrompt(needs, { ...body, address: request.address });
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/push/subscription',
      ...byKey,
      summary: 'Where web push reaches a device from now on',
      body: contract.subscribeDevice,
      refusals: [refuse.push_device_not_found, refuse.push_page_old, refuse.push_subscription_not_accepted],
      run: async ({ body, request }) => {
        await limit(request.address);
        await subscribeDevice(needs, body);
      },
    }),

    route({
      method: 'GET',
      path: '/sign-in/push-state',
      permission: null,
      public: 'tells the browser of a sign-in under way whether its own question is answered, and nothing else',
      summary: 'Whether the question of this sign-in is answered',
      output: contract.promptState,
      run: async ({ cookies }) => ({ state: await stateForBrowser(needs, cookies[signInCookie]) }),
    }),
  ];
}
