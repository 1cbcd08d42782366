import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { openRefusalRecorder } from '../../audit/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import type { Database } from '../../platform/db/index.ts';
import { requestOf } from './request.ts';

/** Answers that are part of a conversation, not a no: the application asked silently whether somebody is signed in. */
const conversation = new Set(['login_required', 'interaction_required', 'consent_required', 'account_selection_required', 'unmet_authentication_requirements']);

const actions: Readonly<Record<string, string>> = {
  authorization: 'federation.application.sign-in',
  resume: 'federation.application.sign-in',
  token: 'federation.token.issue',
  introspection: 'federation.token.introspect',
  revocation: 'federation.token.revoke',
  pushed_authorization_request: 'federation.request.push',
};

/** Every no of the protocol is in the audit, with the reason that the caller is not told. */
export function recordProtocolRefusal(needs: { clock: Clock; database: Database; broke: (error: Error) => void }): (ctx: KoaContextWithOIDC, error: Error) => void {
  const recordRefusal = openRefusalRecorder(needs);
  return (ctx, error) => {
    if (!(error instanceof errors.OIDCProviderError) || !error.expose || conversation.has(error.error)) return;
    const request = requestOf(ctx.req);
    const client = ctx.oidc?.client;
    const principal = request?.principal ?? Promise.resolve(null);
    void principal
      .then((who) =>
        recordRefusal({
          action: actions[ctx.oidc?.route ?? ''] ?? 'federation.request.serve',
          actor: who?.actor ?? (client ? `client:${client.clientId}` : 'anonymous'),
          actorName: who?.name ?? client?.clientName ?? 'an unknown application',
          target: client ? `client:${client.clientId}` : null,
          targetName: client?.clientName ?? null,
          at: needs.clock.now(),
          outcome: 'refused',
          reason: error.error_detail ?? error.error_description ?? error.error,
          facts: { error: error.error, requestId: request?.facts.requestId ?? null, address: request?.facts.address ?? null, grantType: typeof ctx.oidc?.params?.['grant_type'] === 'string' ? ctx.oidc.params['grant_type'].slice(0, 80) : null },
        }, request?.facts.address ?? null),
      )
      .catch(needs.broke);
  };
}
