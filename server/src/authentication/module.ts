import type { Module, PageFrame } from '../platform/http/index.ts';
import { apiTokenRoutes } from './api-token/routes.ts';
import { leaverSubscriber } from './end-access.ts';
import { openBlockList } from './factor/block-list.ts';
import { disavowalRoutes } from './factor/pages.ts';
import { factorRoutes } from './factor/routes.ts';
import type { AuthenticationNeeds, Needs } from './needs.ts';
import { assets } from './pages/assets.ts';
import { openPageFrame } from './pages/frame.ts';
import { permissions } from './permissions.ts';
import { policyRoute } from './policy.ts';
import { pushRoutes } from './push/routes.ts';
import { sendJob } from './push/send-push.ts';
import { watchJob } from './push/switch-push.ts';
import { openPushSender, type PushSender } from './push/web-push.ts';
import { signOutRoutes } from './session/pages.ts';
import { sessionRoutes } from './session/routes.ts';
import { setUpRoutes } from './set-up/pages.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { sweepJob } from './sweep.ts';
import { openDevices } from './throttle/device.ts';

export function authenticationModule(given: AuthenticationNeeds & { readonly pageFrame?: PageFrame; readonly pushSender?: PushSender }): Module {
  const signIns = given.metrics.counter('bailiwick_sign_in_total', 'tries to prove a factor, by factor and outcome', ['method', 'outcome']);
  const pushes = given.metrics.counter('bailiwick_web_push_total', 'messages that wake a telephone, by outcome', ['outcome']);
  const inside: Needs = { ...given, countSignIn: (method, outcome) => signIns.inc({ method, outcome }) };
  const needs = { ...inside, blockList: openBlockList(), devices: openDevices(given), pageFrame: given.pageFrame ?? openPageFrame(given), pushSender: given.pushSender ?? openPushSender(given) };
  return {
    domain: 'authentication',
    permissions,
    routes: [...signInRoutes(needs), ...signOutRoutes(needs), ...setUpRoutes(needs), ...disavowalRoutes(needs), ...sessionRoutes(needs), ...factorRoutes(needs), ...apiTokenRoutes(needs), ...pushRoutes(needs), policyRoute()],
    jobs: [sweepJob(needs), sendJob({ ...needs, countSent: (outcome) => pushes.inc({ outcome }) }), watchJob(needs)],
    subscribers: [leaverSubscriber(needs)],
    protocol: assets,
  };
}
