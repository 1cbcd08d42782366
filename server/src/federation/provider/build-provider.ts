import { scopes } from '@bailiwick/contract/federation';
import Provider, { errors, type AccountClaims, type ClientMetadata, type Configuration, type KoaContextWithOIDC } from 'oidc-provider';
import type { Clock } from '../../platform/clock/index.ts';
import { digestOf, isSame, randomToken, type Keys } from '../../platform/crypto/index.ts';
import type { Database } from '../../platform/db/index.ts';
import type { PageFrame } from '../../platform/http/index.ts';
import { Refusal } from '../../platform/errors/index.ts';
import { openOutgoingFetch } from '../../platform/outgoing/index.ts';
import { defaultAudience, hasSecret, isPublic, isRedirectAllowed, mayAskFor, ownAudience, type Client } from '../client/client.ts';
import type { Registry } from '../client/registry.ts';
import { markClientUsed } from '../client/store.ts';
import { lives, refreshLife } from '../issued/issued.ts';
import { extendIssued } from '../issued/store.ts';
import type { OpenKey } from '../signing-key/keep-keys.ts';
import { inOrderOfUse, keyThatSigns, orderHoldsUntil } from '../signing-key/signing-key.ts';
import { knownAcrs, type Missing } from '../sign-in/demand.ts';
import { findPersonClaims, grantedNames } from '../sign-in/store.ts';
import { adapterOf, type AdapterNeeds } from './adapter.ts';
import { judge, policyOf } from './policy.ts';
import { currentRequest, requestOf } from './request.ts';
import { bindSession, principalOf, type SessionNeeds } from './session.ts';

export interface ProviderNeeds extends AdapterNeeds, SessionNeeds {
  readonly issuer: string;
  readonly clock: Clock;
  readonly database: Database;
  readonly keys: Keys;
  readonly registry: Registry;
  readonly pageFrame: PageFrame;
  readonly refused: (ctx: KoaContextWithOIDC, error: Error) => void;
  readonly broke: (error: Error) => void;
}

/** The only way out of this domain. */
const outgoing = openOutgoingFetch({ answerLimit: 262_144, timeoutMs: 5_000, keepsConnections: false });

/** One provider for one set of keys. When keys change another is built and takes its place; requests under way finish on the old one. */
export interface BuiltProvider {
  readonly provider: Provider;
  readonly serve: ReturnType<Provider['callback']>;
  readonly keysRevision: number;
  /** When a waiting key begins to sign. */
  readonly holdsUntil: Date | null;
}

export const paths = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  userinfo: '/oauth2/userinfo',
  jwks: '/oauth2/jwks',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  pushedRequests: '/oauth2/par',
  logout: '/oauth2/logout',
  interaction: '/oauth2/interaction',
} as const;

/** Scopes that are about the person and mean something to us; all others mean something to an API. */
const oidcScopes: readonly string[] = scopes;
/** acr, amr and auth_time in every ID token (63C-4 2.5: the relying party can tell what was proven, each time). */
const claimsOfScope: Record<string, string[]> = {
  openid: ['sub', 'acr', 'amr', 'auth_time'],
  profile: ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at', 'department', 'title'],
  email: ['email', 'email_verified'],
  groups: ['groups'],
};
const ownScopes = (client: Client): readonly string[] => client.scopes.filter((scope) => !oidcScopes.includes(scope));

type LibraryClient = NonNullable<Awaited<ReturnType<Provider['Client']['find']>>>;

const records = new WeakMap<object, Client>();

/** Our own record behind the library's client object. */
export function recordOf(client: object | undefined): Client {
  const record = client ? records.get(client) : undefined;
  if (!record) throw new Error('this client did not come out of the registry');
  return record;
}

/** When an authorization request first asked for a sign-in, in milliseconds. */
export const begunAtOf = (submission: unknown): number | null => (submission as { begunAt?: number } | null | undefined)?.begunAt ?? null;

const seconds = (date: Date): number => Math.floor(date.getTime() / 1_000);

export function buildProvider(needs: ProviderNeeds, openKeys: readonly OpenKey[], keysRevision: number): BuiltProvider {
  const now = needs.clock.now();
  const ordered = inOrderOfUse(openKeys, now);
  const accessKey = { ES256: keyThatSigns(openKeys, 'access-token', 'ES256', now)?.id, RS256: keyThatSigns(openKeys, 'access-token', 'RS256', now)?.id };

  async function missing(ctx: KoaContextWithOIDC): Promise<Missing | null> {
    const request = requestOf(ctx.req);
    if (!request) throw new Error('an authorization request outside of the protocol door');
    request.missing ??= (async () => {
      const begunAt = begunAtOf(ctx.oidc.result) ?? begunAtOf(ctx.oidc.entities.Interaction?.lastSubmission);
      // Kept with the half-done sign-in, to the millisecond: the library's own time of it is rounded down to a second.
      if (begunAt === null) Object.assign(ctx.oidc, { result: { begunAt: needs.clock.now().getTime() } });
      return judge(needs, recordOf(ctx.oidc.client), { params: ctx.oidc.params ?? {}, askedAt: begunAt === null ? null : new Date(begunAt) }, await principalOf(needs, ctx.req));
    })();
    return request.missing;
  }

  async function account(_ctx: KoaContextWithOIDC, personId: string) {
    const person = await needs.database.read((tx) => findPersonClaims(tx, personId));
    if (!person) return undefined;
    return {
      accountId: personId,
      async claims(_use: string, scope: string): Promise<AccountClaims> {
        const asked = new Set(scope.split(' '));
        const client = Provider.ctx?.oidc.client;
        return {
          sub: personId,
          name: person.displayName,
          given_name: person.givenName,
          family_name: person.familyName,
          preferred_username: person.username,
          updated_at: seconds(person.updatedAt),
          ...(person.department === null ? {} : { department: person.department }),
          ...(person.title === null ? {} : { title: person.title }),
          // Work addresses come from HR and belong to the company: whoever has the account reads them.
          ...(person.workEmail === null ? {} : { email: person.workEmail, email_verified: true }),
          ...(asked.has('groups') && client ? { groups: [...(await needs.database.read((tx) => grantedNames(tx, personId, recordOf(client).applicationId, needs.clock.now())))] } : {}),
        };
      },
    };
  }

  const configuration: Configuration = {
    adapter: adapterOf(needs),
    jwks: { keys: ordered.map((key) => key.privateJwk) } as NonNullable<Configuration['jwks']>,
    routes: {
      authorization: paths.authorization,
      token: paths.token,
      userinfo: paths.userinfo,
      jwks: paths.jwks,
      introspection: paths.introspection,
      revocation: paths.revocation,
      pushed_authorization_request: paths.pushedRequests,
      end_session: '/oauth2/of-the-library/end-session',
    },
    acrValues: [...knownAcrs],
    claims: claimsOfScope,
    scopes: [...oidcScopes],
    conformIdTokenClaims: false,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    clientDefaults: { id_token_signed_response_alg: 'ES256', grant_types: ['authorization_code'], response_types: ['code'] },
    responseTypes: ['code'],
    subjectTypes: ['public'],
    pkce: { required: (_ctx, client) => recordOf(client).requiresPkce },
    clockTolerance: 10,
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'],
      idTokenSigningAlgValues: ['ES256', 'RS256'],
      userinfoSigningAlgValues: ['ES256', 'RS256'],
      introspectionSigningAlgValues: ['ES256', 'RS256'],
      requestObjectSigningAlgValues: ['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'],
      dPoPSigningAlgValues: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
    },
    cookies: {
      keys: [needs.keys.derive('federation cookies').toString('base64url')],
      names: { interaction: 'bailiwick-sign-in', resume: 'bailiwick-resume', session: 'bailiwick-unused' },
      short: { signed: true, httpOnly: true, sameSite: 'lax', secure: needs.isSecure },
      long: { signed: true, httpOnly: true, sameSite: 'lax', secure: needs.isSecure },
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: true },
      introspection: {
        enabled: true,
        // RFC 7662 4: a token tells only the one it is for. A public client proves nothing about itself: it may look at its own.
        allowedPolicy: async (_ctx, client, token) => {
          if (token.clientId === client.clientId) return true;
          const record = recordOf(client);
          if (isPublic(record) || token.kind === 'RefreshToken' || !token.clientId) return false;
          const { aud } = token as { aud?: string | string[] };
          if ((Array.isArray(aud) ? aud : aud === undefined ? [] : [aud]).some((audience) => mayAskFor(record, audience))) return true;
          const issuedTo = await needs.registry.find(token.clientId, await needs.registry.revisions());
          return issuedTo?.applicationId === record.applicationId;
        },
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => {
          if (token.clientId === client.clientId) return true;
          if (isPublic(recordOf(client))) return false;
          throw new errors.InvalidRequest('this token belongs to another client');
        },
      },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
      dPoP: { enabled: true },
      // Logout is ours: it ends the house's session, of which the library knows nothing.
      rpInitiatedLogout: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (ctx, client, oneOf) => {
          const asked = Array.isArray(oneOf) ? oneOf : oneOf ? [oneOf] : [];
          if (asked.length > 0) return asked as unknown as string;
          // A machine's token is for somebody: an audience of nobody in particular is an audience of everybody (RFC 9700 2.3).
          return (ctx.oidc.params?.['grant_type'] === 'client_credentials' ? defaultAudience(recordOf(client)) : []) as string;
        },
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, audience, client) => {
          const record = recordOf(client);
          const tooMuch = ctx.oidc.params?.['grant_type'] === 'client_credentials' ? [...ctx.oidc.requestParamScopes].filter((scope) => !record.scopes.includes(scope)) : [];
          if (tooMuch.length > 0) throw new errors.InvalidScope('this client may not ask for that scope', tooMuch.join(' '));
          if (!mayAskFor(record, audience)) throw new errors.InvalidTarget('this client may not ask for tokens of that audience');
          const algorithm = record.accessTokenAlgorithm;
          const kid = accessKey[algorithm];
          return { scope: ownScopes(record).join(' '), audience, accessTokenTTL: lives.accessToken, ...(audience === ownAudience(record) ? { accessTokenFormat: 'opaque' } : { accessTokenFormat: 'jwt', jwt: { sign: { alg: algorithm, ...(kid ? { kid } : {}) } } }) };
        },
      },
    },
    extraTokenClaims: (ctx, token) => {
      // RFC 9068 2.2.1: what was proven at sign-in stays the same for the whole grant, refreshes included.
      const source = ctx?.oidc.entities.AuthorizationCode ?? ctx?.oidc.entities.RefreshToken;
      if (token.kind !== 'AccessToken' || !source) return undefined;
      const { acr, amr, authTime } = source as { acr?: string; amr?: string[]; authTime?: number };
      return { ...(acr ? { acr } : {}), ...(amr ? { amr } : {}), ...(authTime ? { auth_time: authTime } : {}) };
    },
    discovery: {
      end_session_endpoint: `${needs.issuer}${paths.logout}`,
      service_documentation: `${needs.issuer}/api/openapi.json`,
      ui_locales_supported: ['en'],
    },
    expiresWithSession: (_ctx, source) => !source.scopes.has('offline_access'),
    issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: async (ctx) => {
      const token = ctx.oidc.entities.RefreshToken;
      const client = recordOf(ctx.oidc.client);
      if (!token) return false;
      if (isPublic(client) && !('jkt' in token && token.jkt)) return true;
      // Confidential: the client's own authentication binds it; use only moves the idle end (FAPI 2.0 5.3.2.1 forbids routine rotation).
      const nowSeconds = seconds(needs.clock.now());
      const exp = nowSeconds + refreshLife((token as { iiat?: number }).iiat ?? token.iat, nowSeconds);
      if (token.exp === undefined || exp - token.exp > 3_600) await needs.database.read((tx) => extendIssued(tx, 'RefreshToken', digestOf(token.jti), exp));
      return false;
    },
    revokeGrantPolicy: (ctx) => !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken),
    /** A grant per sign-in: it is the family that ends together. Made only once nothing is missing any more. */
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      if (!client || !session?.accountId || (await missing(ctx)) !== null) return undefined;
      const grant = new ctx.oidc.provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      const record = recordOf(client);
      const asked = [...ctx.oidc.requestParamScopes];
      const own = asked.filter((scope) => record.scopes.includes(scope));
      grant.addOIDCScope(own.join(' '));
      // Asking by name (`claims`) instead of by scope must not reach what the client may not ask for, and nobody agreed to.
      const claims = [...ctx.oidc.requestParamClaims].filter((name) => own.some((scope) => claimsOfScope[scope]?.includes(name)));
      if (claims.length > 0) grant.addOIDCClaims(claims);
      for (const audience of Object.keys(ctx.oidc.resourceServers ?? {})) grant.addResourceScope(audience, own.filter((scope) => !oidcScopes.includes(scope)).join(' '));
      await grant.save();
      return grant;
    },
    findAccount: account as NonNullable<Configuration['findAccount']>,
    interactions: {
      policy: policyOf(missing),
      url: (_ctx, interaction) => `${paths.interaction}/${interaction.uid}`,
    },
    ttl: {
      AccessToken: lives.accessToken,
      ClientCredentials: lives.accessToken,
      AuthorizationCode: lives.authorizationCode,
      IdToken: lives.idToken,
      Interaction: lives.interaction,
      PushedAuthorizationRequest: lives.pushedRequest,
      Session: 86_400,
      DeviceCode: 600,
      BackchannelAuthenticationRequest: 600,
      RefreshToken: (_ctx, token) => {
        const nowSeconds = seconds(needs.clock.now());
        return refreshLife((token as { iiat?: number }).iiat ?? nowSeconds, nowSeconds);
      },
      // As long as anything of its family can live, no longer: a table that forgets stays small.
      Grant: (ctx) => {
        if (!ctx.oidc.client?.grantTypeAllowed('refresh_token')) return 3_600;
        return ctx.oidc.requestParamScopes.has('offline_access') ? lives.refreshAbsolute + 3_600 : lives.longestSession + 3_600;
      },
    },
    clientBasedCORS: (ctx, origin, client) => {
      if (origin === 'null') return false;
      const record = recordOf(client);
      return (ctx.oidc.route === 'userinfo' || isPublic(record)) && record.redirectUris.some((uri) => URL.canParse(uri) && new URL(uri).origin === origin);
    },
    renderError: (ctx, out) => {
      const words = out.error_description ?? out.error;
      ctx.type = 'html';
      ctx.body = needs.pageFrame.refusal(new Refusal(`federation.${out.error}`, 'invalid', `the application asked for something that is not possible: ${words}; go back to it and begin again`), ctx.acceptsLanguages()).text;
    },
    fetch: outgoing as unknown as NonNullable<Configuration['fetch']>,
  };

  const provider = new Provider(needs.issuer, configuration);
  // The door sets X-Forwarded-* itself, from the configured address: what a stranger writes into Host never reaches a link.
  provider.proxy = true;
  bindSession(provider, needs);
  bindClients(provider, needs);
  // The ends of sessions are judged where tokens are read (issued/store.ts); the library would ask a session store that does not exist.
  for (const Model of [provider.AccessToken, provider.RefreshToken, provider.AuthorizationCode]) {
    const find = Model.find.bind(Model) as (value: string, options?: object) => Promise<unknown>;
    Object.assign(Model, { find: (value: string, options?: object) => find(value, { ...options, ignoreSessionBinding: true }) });
  }
  provider.use(allowFormTarget);
  for (const event of ['authorization.error', 'grant.error', 'introspection.error', 'revocation.error', 'pushed_authorization_request.error'] as const) provider.on(event as 'grant.error', needs.refused);
  provider.on('server_error', (_ctx, error) => needs.broke(error));
  provider.on('grant.success', (ctx) => markUsed(needs, ctx));

  return { provider, serve: provider.callback(), keysRevision, holdsUntil: orderHoldsUntil(openKeys, now) };
}

/** A page that posts the answer to the application (`response_mode=form_post`) may do so to that application only. */
async function allowFormTarget(ctx: { oidc?: { params?: Record<string, unknown> }; response: { type: string; get(name: string): string; set(name: string, value: string): void } }, next: () => Promise<void>): Promise<void> {
  await next();
  const target = ctx.oidc?.params?.['redirect_uri'];
  if (ctx.response.type !== 'text/html' || typeof target !== 'string' || !URL.canParse(target)) return;
  const policy = ctx.response.get('content-security-policy');
  ctx.response.set('content-security-policy', policy.replace(/form-action [^;]*/, `form-action ${new URL(target).origin}`));
}

const usedAt = new Map<string, number>();

/** Exact to a minute, and never in the way of the answer. */
function markUsed(needs: ProviderNeeds, ctx: KoaContextWithOIDC): void {
  const id = ctx.oidc.client?.clientId;
  const now = needs.clock.now();
  if (!id || now.getTime() - (usedAt.get(id) ?? 0) < 60_000) return;
  if (usedAt.size > 10_000) usedAt.clear();
  usedAt.set(id, now.getTime());
  needs.database.read((tx) => markClientUsed(tx, id, now)).catch(needs.broke);
}

/** The library builds and checks a client object at each look-up; ours are kept as long as the registry says they are true. */
function bindClients(provider: Provider, needs: ProviderNeeds): void {
  const Library = provider.Client as unknown as new (metadata: ClientMetadata) => LibraryClient;
  const built = new WeakMap<Client, LibraryClient>();
  Object.assign(provider.Client, {
    async find(id: unknown): Promise<LibraryClient | undefined> {
      if (typeof id !== 'string' || id.length === 0 || id.length > 200) return undefined;
      const record = await needs.registry.find(id, currentRequest()?.revisions ?? (await needs.registry.revisions()));
      if (!record) return undefined;
      let client = built.get(record);
      if (!client) {
        client = new Library(metadataOf(record));
        Object.defineProperties(client, {
          compareClientSecret: { value: (given: string) => isRightSecret(record, given, needs.clock.now()) },
          redirectUriAllowed: { value: (uri: string) => isRedirectAllowed(record, record.redirectUris, uri) },
          postLogoutRedirectUriAllowed: { value: (uri: string) => isRedirectAllowed(record, record.postLogoutRedirectUris, uri) },
        });
        records.set(client, record);
        built.set(record, client);
      }
      return client;
    },
  });
}

/** Digests of 256-bit secrets, compared in constant time; both are compared, so that time does not tell which one it was. */
function isRightSecret(client: Client, given: string, now: Date): boolean {
  const digest = digestOf(given);
  const isCurrent = client.secretDigest !== null && isSame(digest, client.secretDigest);
  const isPrevious = client.previousSecretDigest !== null && isSame(digest, client.previousSecretDigest);
  return isCurrent || (isPrevious && client.previousSecretExpiresAt !== null && client.previousSecretExpiresAt > now);
}

function metadataOf(client: Client): ClientMetadata {
  const signsIn = client.grantTypes.includes('authorization_code');
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.kind === 'native' ? 'native' : 'web',
    token_endpoint_auth_method: client.authentication,
    // The library wants to see a secret; it never gets to know the real one (compareClientSecret is ours).
    ...(hasSecret(client.authentication) ? { client_secret: placeholder } : {}),
    ...(client.jwks ? { jwks: client.jwks as NonNullable<ClientMetadata['jwks']> } : {}),
    ...(client.jwksUri ? { jwks_uri: client.jwksUri } : {}),
    redirect_uris: signsIn ? [...client.redirectUris] : [],
    response_types: signsIn ? ['code'] : [],
    grant_types: [...client.grantTypes],
    id_token_signed_response_alg: client.idTokenAlgorithm,
    require_pushed_authorization_requests: client.requiresPushedRequests,
    ...(client.backchannelLogoutUri ? { backchannel_logout_uri: client.backchannelLogoutUri, backchannel_logout_session_required: true } : {}),
  };
}

const placeholder = randomToken();
