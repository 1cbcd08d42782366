import type { FastifyPluginAsync } from 'fastify';
import type { Module } from '../platform/http/index.ts';
import { apiTokenRoutes } from './api-token/routes.ts';
import { brandDoors } from './branding/doors.ts';
import { brandingRoutes } from './branding/routes.ts';
import { readListsJob, sweepCertificatesJob } from './certificate/jobs.ts';
import { openCertificateListener } from './certificate/listener.ts';
import { certificateRoutes } from './certificate/routes.ts';
import { leaverSubscriber } from './end-access.ts';
import { helpRoutes } from './enrolment/help-page.ts';
import { enrolmentRoutes } from './enrolment/routes.ts';
import { driveJob, stopJob } from './enrolment/watch-enrolment.ts';
import { openBlockList } from './factor/block-list.ts';
import { disavowalRoutes } from './factor/pages.ts';
import { factorRoutes } from './factor/routes.ts';
import { disavowalSubscriber } from './factor/tell-of-disavowal.ts';
import { newAddressSubscriber } from './factor/tell-of-new-address.ts';
import type { AuthenticationNeeds, Needs } from './needs.ts';
import { passkeyModelRoutes } from './passkey-model/routes.ts';
import { assets } from './pages/assets.ts';
import { openPageFrame, type BrandedPageFrame } from './pages/frame.ts';
import { languageDoor } from './pages/language.ts';
import { permissions } from './permissions.ts';
import { deviceRoutes } from './known-device/routes.ts';
import { noGeography, openGeography } from './place/geography.ts';
import { placeRoutes } from './place/routes.ts';
import { policyRoutes } from './policy.ts';
import { pushRoutes } from './push/routes.ts';
import { sendJob } from './push/send-push.ts';
import { watchJob } from './push/switch-push.ts';
import { openPushSender, type PushSender } from './push/web-push.ts';
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
import { openTally } from './tally/keep-tally.ts';
import { signInTimesRoute } from './tally/routes.ts';
import { boundOf, bounds, methodOf, secondsOf } from './tally/tally.ts';
import { openDevices } from './throttle/device.ts';
import { keepLastWayInSubscriber } from './throttle/keep-last-way-in.ts';
import { tellOfTriesJob } from './throttle/tell-of-tries.ts';

export function authenticationModule(given: AuthenticationNeeds & { readonly pageFrame?: BrandedPageFrame; readonly pushSender?: PushSender }): Module {
  const signIns = given.metrics.counter('bailiwick_sign_in_total', 'tries to prove a factor, by factor and outcome', ['method', 'outcome']);
  const signInSeconds = given.metrics.histogram('bailiwick_sign_in_seconds', 'from the first page shown to the session, by what was proven', ['method'], bounds);
  const pushes = given.metrics.counter('bailiwick_web_push_total', 'messages that wake a telephone, by outcome', ['outcome']);
  const tally = openTally(given);
  const geography = given.config.geoipFile === null ? noGeography : openGeography({ geoipFile: given.config.geoipFile, log: given.log });
  const inside: Needs = {
    ...given,
    geography,
    countSignIn(method, outcome) {
      signIns.inc({ method, outcome });
      if (outcome !== 'proven') tally.add(outcome, method);
    },
    noteSignIn(signIn, at) {
      const method = methodOf(signIn.proofs.map((proof) => proof.method));
      const seconds = secondsOf(signIn, at);
      if (seconds !== null) signInSeconds.observe({ method }, seconds);
      // Setting up is no sign-in of every morning.
      if (signIn.purpose === 'sign-in' && signIn.progress.enrolled.length === 0) tally.add(seconds === null ? 'untimed' : 'done', method, seconds === null ? 0 : boundOf(seconds));
    },
  };
  const pageFrame = given.pageFrame ?? openPageFrame(given);
  const needs = { ...inside, pageFrame, faces: pageFrame.faces, blockList: openBlockList(), devices: openDevices(given), pushSender: given.pushSender ?? openPushSender(given) };
  const doors: FastifyPluginAsync = async (app) => {
    for (const door of [assets, brandDoors(needs.faces), languageDoor(given)]) await app.register(door);
  };
  return {
    domain: 'authentication',
    permissions,
    routes: [
      ...signInRoutes(needs),
      ...signOutRoutes(needs),
      ...setUpRoutes(needs),
      ...disavowalRoutes(needs),
      ...sessionRoutes(needs),
      ...factorRoutes(needs),
      ...passkeyModelRoutes(needs),
      ...certificateRoutes(needs),
      ...pushRoutes(needs),
      ...apiTokenRoutes(needs),
      ...policyRoutes(needs),
      ...placeRoutes(needs),
      ...deviceRoutes(needs),
      ...brandingRoutes(needs),
      signInTimesRoute(needs),
      ...enrolmentRoutes(needs),
      ...helpRoutes(needs),
      ...recoveryRoutes(needs),
      ...resetRoutes(needs),
      ...drillRoutes(needs),
      ...practicePages(needs),
    ],
    jobs: [
      sweepJob(needs),
      tellOfTriesJob(needs),
      sendJob({ ...needs, countSent: (outcome) => pushes.inc({ outcome }) }),
      watchJob(needs),
      readListsJob(needs),
      sweepCertificatesJob(needs),
      stopJob(needs),
      driveJob(needs),
      mailRecoveryCode(needs),
      remindOfRecovery(needs),
      keepDrills(needs),
    ],
    subscribers: [leaverSubscriber(needs), newAddressSubscriber(needs), disavowalSubscriber(needs), keepLastWayInSubscriber(needs)],
    protocol: doors,
    listeners: given.config.certificateDoor?.listener ? [openCertificateListener(inside)] : [],
  };
}
