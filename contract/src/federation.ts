import { z } from 'zod';

const at = z.iso.datetime();
const address = z.string().max(2_000).refine((value) => URL.canParse(value), 'must be an address such as https://app.example.com/callback');
const webAddress = z.url({ protocol: /^https?$/ }).max(2_000);

/** What a client may ask for besides what its audiences name. */
export const scopes = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const;

export const clientKind = z.enum(['web', 'native', 'browser', 'machine']).describe('`web`: runs on a server; `native`: desktop or phone; `browser`: single page; `machine`: acts for itself, no person.');
export const clientAuthentication = z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']);
export const grantType = z.enum(['authorization_code', 'refresh_token', 'client_credentials']);
export const signingAlgorithm = z.enum(['ES256', 'RS256']);
const publicKeys = z.object({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(20) });
const customScope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'must be one word without spaces or quotes');

const settings = {
  redirectUris: z.array(address).max(50).describe('Compared exactly (RFC 9700 2.1); for native clients the port of a loopback address may differ.'),
  postLogoutRedirectUris: z.array(address).max(50),
  grantTypes: z.array(grantType).min(1).max(3),
  scopes: z.array(customScope).max(100),
  audiences: z.array(address).max(20).describe('Resource servers this client may ask tokens for (`resource`, RFC 8707); the first one is used when a machine names none.'),
  idTokenAlgorithm: signingAlgorithm,
  accessTokenAlgorithm: signingAlgorithm,
  requiresPkce: z.boolean().describe('Only a confidential client may go without; then it must use `nonce`.'),
  requiresPushedRequests: z.boolean(),
  isFirstParty: z.boolean().describe('An application of the company: people are not asked for consent.'),
  requiresGrant: z.boolean().describe('Only people who hold an open grant of one of the application\'s entitlements may sign in.'),
  leastAssuranceLevel: z.union([z.literal(1), z.literal(2), z.literal(3)]).describe('People below it are asked for a stronger sign-in.'),
  homeUri: webAddress.nullable().describe('Where the tile of the launcher leads.'),
  initiateLoginUri: webAddress.nullable().describe('Makes the application begin the sign-in (63C-4 3.11.1); preferred over `homeUri`.'),
  backchannelLogoutUri: webAddress.nullable().describe('Is told when a session ends. May be a private address; never a link-local one.'),
  jwks: publicKeys.nullable().describe('Public keys of a `private_key_jwt` client.'),
  jwksUri: webAddress.nullable(),
};

export const client = z.object({
  clientId: z.string(),
  applicationId: z.uuid(),
  applicationName: z.string(),
  name: z.string(),
  kind: clientKind,
  authentication: clientAuthentication,
  ...settings,
  hasPreviousSecret: z.boolean().describe('The secret before the last rotation still works until `previousSecretExpiresAt`.'),
  previousSecretExpiresAt: at.nullable(),
  secretMadeAt: at.nullable(),
  createdAt: at,
  updatedAt: at,
  lastUsedAt: at.nullable(),
});
export type Client = z.infer<typeof client>;

/** Everything an application needs to be set up; shown beside the client. */
export const connectionFacts = z.object({
  issuer: z.string(),
  discovery: z.string(),
  authorizationEndpoint: z.string(),
  tokenEndpoint: z.string(),
  userinfoEndpoint: z.string(),
  jwksUri: z.string(),
  endSessionEndpoint: z.string(),
});

export const clientRead = client.extend({ connection: connectionFacts });
export const clientMade = clientRead.extend({ clientSecret: z.string().nullable().describe('Shown this once; only its digest is kept. Null for clients without a secret.') });
export const clientList = z.object({ items: z.array(client), next: z.string().nullable() });

export const listClients = z.object({
  applicationId: z.uuid().optional(),
  search: z.string().max(200).optional(),
  cursor: z.string().max(500).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

export const createClient = z.strictObject({
  name: z.string().trim().min(1).max(200),
  kind: clientKind.default('web'),
  clientId: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._~-]{2,99}$/, 'must be 3 to 100 letters, digits, dots, dashes, underscores').optional().describe('Made when not given. Must not look like the id of a person (RFC 9700 4.15).'),
  applicationId: z.uuid().optional().describe('The application it belongs to; a new one of kind `oidc` is made when not given.'),
  authentication: clientAuthentication.optional(),
  redirectUris: settings.redirectUris.default([]),
  postLogoutRedirectUris: settings.postLogoutRedirectUris.default([]),
  grantTypes: settings.grantTypes.optional(),
  scopes: settings.scopes.optional(),
  audiences: settings.audiences.default([]),
  idTokenAlgorithm: settings.idTokenAlgorithm.default('ES256'),
  accessTokenAlgorithm: settings.accessTokenAlgorithm.default('ES256'),
  requiresPkce: settings.requiresPkce.default(true),
  requiresPushedRequests: settings.requiresPushedRequests.default(false),
  isFirstParty: settings.isFirstParty.default(true),
  requiresGrant: settings.requiresGrant.default(false),
  leastAssuranceLevel: settings.leastAssuranceLevel.default(2),
  homeUri: settings.homeUri.default(null),
  initiateLoginUri: settings.initiateLoginUri.default(null),
  backchannelLogoutUri: settings.backchannelLogoutUri.default(null),
  jwks: settings.jwks.default(null),
  jwksUri: settings.jwksUri.default(null),
});
export type CreateClient = z.output<typeof createClient>;

export const changeClient = z.strictObject({
  name: createClient.shape.name.optional(),
  authentication: clientAuthentication.optional(),
  redirectUris: settings.redirectUris.optional(),
  postLogoutRedirectUris: settings.postLogoutRedirectUris.optional(),
  grantTypes: settings.grantTypes.optional(),
  scopes: settings.scopes.optional(),
  audiences: settings.audiences.optional(),
  idTokenAlgorithm: signingAlgorithm.optional(),
  accessTokenAlgorithm: signingAlgorithm.optional(),
  requiresPkce: settings.requiresPkce.optional(),
  requiresPushedRequests: settings.requiresPushedRequests.optional(),
  isFirstParty: settings.isFirstParty.optional(),
  requiresGrant: settings.requiresGrant.optional(),
  leastAssuranceLevel: settings.leastAssuranceLevel.optional(),
  homeUri: settings.homeUri.optional(),
  initiateLoginUri: settings.initiateLoginUri.optional(),
  backchannelLogoutUri: settings.backchannelLogoutUri.optional(),
  jwks: settings.jwks.optional(),
  jwksUri: settings.jwksUri.optional(),
});
export type ChangeClient = z.output<typeof changeClient>;

export const rotateSecret = z.strictObject({
  previousWorksForHours: z.number().int().min(0).max(720).default(24).describe('How long the secret before still works, so that the application can change over. 0 ends it at once.'),
});

/** How people sign in to one application: its clients, who came, and whether each was told of the end. */
export const applicationSignIn = z.object({
  clients: z.array(client),
  connection: connectionFacts,
  people30Days: z.int().describe('People who signed in to it during the last 30 days.'),
  lastSignInAt: at.nullable(),
});

export const tile = z.object({
  applicationId: z.uuid(),
  name: z.string(),
  description: z.string().nullable(),
  icon: z.string().nullable(),
  href: z.string().nullable().describe('Null when the application says nowhere to begin.'),
  lastOpenedAt: at.nullable(),
});
export const tiles = z.object({ items: z.array(tile) });
export type Tile = z.infer<typeof tile>;

export const consents = z.object({ items: z.array(z.object({ clientId: z.string(), name: z.string(), scopes: z.array(z.string()), givenAt: at })) });

export const personApplication = z.object({ clientId: z.string(), applicationId: z.uuid(), name: z.string(), since: at, lastAt: at, endedAt: at.nullable(), logoutState: z.enum(['waiting', 'told', 'given_up', 'not_needed']).nullable() });
export const personApplications = z.object({ items: z.array(personApplication) }).describe('What a person is, or lately was, signed in to.');
