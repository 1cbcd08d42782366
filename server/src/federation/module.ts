import type { Module } from '../platform/http/index.ts';
import { openRegistry } from './client/registry.ts';
import { clientRoutes } from './client/routes.ts';
import { sweepJob } from './issued/sweep.ts';
import { launcherRoutes } from './launcher/routes.ts';
import { applicationsOfSessions, type SessionApplicationRow } from './launcher/store.ts';
import { endOfSessions } from './logout/end-participation.ts';
import { logoutRoutes } from './logout/routes.ts';
import { tellJobDefinition } from './logout/tell-application.ts';
import type { FederationNeeds } from './needs.ts';
import { permissions } from './permissions.ts';
import { openDoor } from './provider/protocol.ts';
import { recordProtocolRefusal } from './provider/record-refusal.ts';
import { applicationOf, formTargetsOf, interactionRoutes } from './sign-in/routes.ts';
import { signInToApplicationIn } from './sign-in/sign-in-to-application.ts';
import { keysJob } from './signing-key/keep-keys.ts';
import { federationSurface, type FederationSurface } from './surface.ts';

export interface Federation extends Module {
  /** For the sign-in page (`formTargetsOf` of authentication): where an application's sign-in will send the browser on. */
  formTargetsOf(returnTo: string): Promise<readonly string[]>;
  /** For the lists of sessions (`applicationsOfSessions` of authentication): what was signed in to out of each. */
  applicationsOfSessions(sessionIds: readonly string[]): Promise<readonly SessionApplicationRow[]>;
  /** For the prompt on a telephone (`applicationOf` of authentication): the application's name. */
  applicationOf(returnTo: string): Promise<string | null>;
  /** For lifecycle: this domain as one of the house's own surfaces. */
  readonly surface: FederationSurface;
}

export function federationModule(needs: FederationNeeds): Federation {
  const registry = openRegistry(needs.database);
  const sidKey = needs.keys.derive('federation sid');
  const broke = (error: Error): void => needs.log.error({ err: error }, 'the OpenID door met something unexpected');
  const door = openDoor({
    ...needs,
    url: needs.config.url,
    issuer: needs.config.url.origin,
    isSecure: needs.config.isSecure,
    sidKey,
    registry,
    broke,
    refused: recordProtocolRefusal({ ...needs, broke }),
    signedIn: signInToApplicationIn({ announce: needs.announce, sidKey }),
  });
  const inside = { ...needs, door, registry, sidKey };
  return {
    domain: 'federation',
    permissions,
    protocol: door.plugin,
    routes: [...clientRoutes({ ...needs, registry }), ...interactionRoutes(inside), ...logoutRoutes(inside), ...launcherRoutes(needs)],
    jobs: [sweepJob(needs), keysJob(needs), tellJobDefinition(inside)],
    subscribers: [endOfSessions(needs)],
    formTargetsOf: (returnTo) => formTargetsOf(inside, returnTo),
    applicationsOfSessions: (sessionIds) => needs.database.read((tx) => applicationsOfSessions(tx, sessionIds)),
    applicationOf: (returnTo) => applicationOf(inside, returnTo),
    surface: federationSurface(needs),
  };
}
