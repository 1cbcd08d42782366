import type { AdapterPayload } from 'oidc-provider';
import { record } from '../../audit/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import { events } from '../events.ts';
import { findClient } from '../client/store.ts';
import { takePart } from '../issued/store.ts';
import { currentRequest } from '../provider/request.ts';
import { sidOf } from '../provider/session.ts';

/**
 * The moment somebody is signed in to an application: the code that says so is stored, who takes part in the session is
 * remembered (so that the application can be told of its end), and the audit has it; all or nothing.
 */
export const signInToApplicationIn =
  (needs: { announce: Announce; sidKey: Buffer }) =>
  async (tx: Tx, code: AdapterPayload, now: Date): Promise<void> => {
    const request = currentRequest();
    const principal = await request?.principal;
    const { accountId, clientId, sessionUid } = code;
    if (!accountId || !clientId || !sessionUid) throw new Error('an authorization code must name the person, the client and the session');
    await takePart(tx, { sessionId: sessionUid, clientId, personId: accountId, sid: sidOf(needs.sidKey, sessionUid, clientId) }, now);
    const client = await findClient(tx, clientId);
    await record(tx, {
      action: 'federation.application.sign-in',
      actor: `person:${accountId}`,
      actorName: principal?.name ?? accountId,
      target: client ? `application:${client.applicationId}` : null,
      targetName: client?.name ?? clientId,
      at: now,
      outcome: 'allowed',
      facts: { clientId, sessionId: sessionUid, acr: code.acr, amr: code.amr, scope: code.scope, address: request?.facts.address ?? null },
    });
    await needs.announce(tx, { kind: events.signedInToApplication, subject: `person:${accountId}`, at: now, facts: { clientId, applicationId: client?.applicationId ?? null, sessionId: sessionUid } });
  };
