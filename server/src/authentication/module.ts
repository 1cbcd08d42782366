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
import { mailRecoveryCode } from './recovery/mail-code.ts';
import { remindOfRecovery } from './recovery/remind.ts';
import { recoveryRoutes } from './recovery/routes.ts';
import { practicePages } from './recovery-drill/pages.ts';
import { drillRoutes } from './recovery-drill/routes.ts';
import { keepDrills } from './recovery-drill/start-drill.ts';
import { resetRoutes } from './reset/routes.ts';
import { signOutRoutes } from './session/pages.ts';
import { sessionRoutes } from './session/routes.ts';
import { setUpRoutes } from './set-up/pages.ts';
import { signInRoutes } from './sign-in/routes.ts';
import { sweepJob } from './sweep.ts';
import { openDevices } from './throttle/device.ts';

export function authenticationModule(given: AuthenticationNeeds & { readonly pageFrame?: PageFrame }): Module {
  const signIns = given.metrics.counter('bailiwick_sign_in_total', 'tries to prove a factor, by factor and outcome', ['method', 'outcome']);
  const inside: Needs = { ...given, countSignIn: (method, outcome) => signIns.inc({ method, outcome }) };
  const needs = { ...inside, blockList: openBlockList(), devices: openDevices(given), pageFrame: given.pageFrame ?? openPageFrame(given) };
  return {
    domain: 'authentication',
    permissions,
    routes: [...signInRoutes(needs), ...signOutRoutes(needs), ...setUpRoutes(needs), ...disavowalRoutes(needs), ...sessionRoutes(needs), ...factorRoutes(needs), ...apiTokenRoutes(needs), ...recoveryRoutes(needs), ...resetRoutes(needs), ...drillRoutes(needs), ...practicePages(needs), policyRoute()],
    jobs: [sweepJob(needs), mailRecoveryCode(needs), remindOfRecovery(needs), keepDrills(needs)],
    subscribers: [leaverSubscriber(needs)],
    protocol: assets,
  };
}
