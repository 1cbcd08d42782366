import type { KeyAlgorithm } from '../signing-key/signing-key.ts';

export type ClientKind = 'web' | 'native' | 'browser' | 'machine';
export type ClientAuthentication = 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt' | 'none';
export type GrantType = 'authorization_code' | 'refresh_token' | 'client_credentials';

export interface Client {
  readonly id: string;
  readonly applicationId: string;
  readonly name: string;
  readonly kind: ClientKind;
  readonly authentication: ClientAuthentication;
  readonly secretDigest: Buffer | null;
  readonly previousSecretDigest: Buffer | null;
  readonly previousSecretExpiresAt: Date | null;
  readonly secretMadeAt: Date | null;
  readonly jwks: { readonly keys: readonly Record<string, unknown>[] } | null;
  readonly jwksUri: string | null;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grantTypes: readonly GrantType[];
  readonly scopes: readonly string[];
  readonly audiences: readonly string[];
  readonly idTokenAlgorithm: KeyAlgorithm;
  readonly accessTokenAlgorithm: KeyAlgorithm;
  readonly requiresPkce: boolean;
  readonly requiresPushedRequests: boolean;
  readonly isFirstParty: boolean;
  readonly requiresGrant: boolean;
  readonly leastAssuranceLevel: 1 | 2 | 3;
  readonly homeUri: string | null;
  readonly initiateLoginUri: string | null;
  readonly backchannelLogoutUri: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly lastUsedAt: Date | null;
}

/** With the name of the application it belongs to. */
export type NamedClient = Client & { readonly applicationName: string };

export const isPublic = (client: Pick<Client, 'authentication'>): boolean => client.authentication === 'none';
export const hasSecret = (authentication: ClientAuthentication): boolean => authentication === 'client_secret_basic' || authentication === 'client_secret_post';

export const defaultAuthentication = (kind: ClientKind): ClientAuthentication => (kind === 'native' || kind === 'browser' ? 'none' : 'client_secret_basic');
export const defaultGrantTypes = (kind: ClientKind): readonly GrantType[] => (kind === 'machine' ? ['client_credentials'] : ['authorization_code', 'refresh_token']);
export const defaultScopes = (kind: ClientKind): readonly string[] => (kind === 'machine' ? [] : ['openid', 'profile', 'email', 'groups', 'offline_access']);

/** Who a machine's token is for when neither the request nor the client names a resource server: its own application. Such a token is opaque: whoever receives it has to ask, and learns at once that it was revoked. */
export const ownAudience = (client: Pick<Client, 'applicationId'>): string => `urn:bailiwick:application:${client.applicationId}`;
export const defaultAudience = (client: Pick<Client, 'applicationId' | 'audiences'>): string => client.audiences[0] ?? ownAudience(client);
export const mayAskFor = (client: Pick<Client, 'applicationId' | 'audiences'>, audience: string): boolean => client.audiences.includes(audience) || audience === ownAudience(client);

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);
const identifierOfPerson = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** What is wrong with a client, in words, or null. One place, so that no combination slips past create or change. */
export function inconsistencyOf(client: Client): string | null {
  // RFC 9700 4.15: a client that names itself like a person could be taken for that person in `sub`.
  if (identifierOfPerson.test(client.id)) return 'the client id looks like the id of a person; choose another';
  const signsIn = client.grantTypes.includes('authorization_code');
  if (signsIn && client.redirectUris.length === 0) return 'a client that signs people in needs a redirect address; add one';
  if (!signsIn && client.redirectUris.length > 0) return 'redirect addresses are of no use without `authorization_code`; add the grant or remove them';
  if (client.grantTypes.includes('refresh_token') && !signsIn) return '`refresh_token` is of no use without `authorization_code`; add or remove one';
  if (client.kind === 'machine' && signsIn) return 'a `machine` signs nobody in; choose `web` or take away `authorization_code`';
  if (isPublic(client) && client.grantTypes.includes('client_credentials')) return 'a client without authentication cannot act for itself; give it a secret or a key';
  if (isPublic(client) && !client.requiresPkce) return 'a client without authentication must use PKCE (RFC 9700 2.1.1); leave it required';
  if ((client.kind === 'browser' || client.kind === 'native') && hasSecret(client.authentication)) return `a \`${client.kind}\` client cannot keep a secret; use \`none\``;
  if (client.authentication === 'private_key_jwt' && !client.jwks === !client.jwksUri) return '`private_key_jwt` needs either `jwks` or `jwksUri`; give one of them';
  if (client.authentication !== 'private_key_jwt' && (client.jwks || client.jwksUri)) return 'public keys are used with `private_key_jwt` only; remove them';
  if (client.scopes.includes('openid') && !signsIn) return '`openid` is for signing people in; take it away or add `authorization_code`';
  for (const uri of client.redirectUris) {
    const why = wrongRedirect(uri, client.kind);
    if (why) return why;
  }
  for (const uri of client.postLogoutRedirectUris) {
    const why = wrongRedirect(uri, client.kind);
    if (why) return why;
  }
  for (const audience of client.audiences) {
    if (audience.includes('#')) return `the audience \`${audience}\` has a fragment (RFC 8707 2); remove it`;
  }
  for (const [name, uri] of [['jwksUri', client.jwksUri], ['backchannelLogoutUri', client.backchannelLogoutUri], ['homeUri', client.homeUri], ['initiateLoginUri', client.initiateLoginUri]] as const) {
    if (uri === null) continue;
    const url = URL.canParse(uri) ? new URL(uri) : null;
    if (!url || !['https:', 'http:'].includes(url.protocol) || url.hash || url.username || url.password) return `\`${name}\` must be an http or https address without fragment and password`;
  }
  return null;
}

/** RFC 9700 2.1 and 2.6: exact addresses, no wildcards; plain http only to this very machine; own schemes only for native applications. */
function wrongRedirect(uri: string, kind: ClientKind): string | null {
  const url = URL.canParse(uri) ? new URL(uri) : null;
  if (!url) return `\`${uri}\` is not an address`;
  if (uri.includes('#')) return `\`${uri}\` has a fragment; remove it`;
  if (uri.includes('*')) return `\`${uri}\` has a wildcard; name each address`;
  if (url.username || url.password) return `\`${uri}\` has a password in it; remove it`;
  if (url.protocol === 'https:') return null;
  if (url.protocol === 'http:') return loopback.has(url.hostname) ? null : `\`${uri}\` is not encrypted; use https`;
  if (kind !== 'native') return `\`${uri}\` uses a scheme of its own, which only native applications may`;
  // RFC 8252 7.1: a reversed domain name, so that two applications do not take the same.
  return /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(url.protocol) ? null : `the scheme of \`${uri}\` must be a reversed domain name such as \`com.example.app\``;
}

/** RFC 8252 7.3: a native application listens on whatever port is free; all else is compared exactly. */
export function isRedirectAllowed(client: Pick<Client, 'kind'>, allowed: readonly string[], uri: string): boolean {
  if (allowed.includes(uri)) return true;
  if (client.kind !== 'native' || !URL.canParse(uri)) return false;
  const wanted = new URL(uri);
  if (wanted.protocol !== 'http:' || !loopback.has(wanted.hostname)) return false;
  const withoutPort = (text: string): string => text.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):\d+/, '$1');
  return allowed.some((one) => withoutPort(one) === withoutPort(uri));
}
