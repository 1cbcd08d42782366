import formbody from '@fastify/formbody';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { keepKeys, openKeySet } from '../signing-key/keep-keys.ts';
import type { Gate } from '../../platform/http/index.ts';
import type { Revisions } from '../client/store.ts';
import { buildProvider, paths, type BuiltProvider, type ProviderNeeds } from './build-provider.ts';
import { beginRequest } from './request.ts';

export interface Door {
  /** The provider for the keys as they are now. */
  current(revisions?: Revisions): Promise<BuiltProvider>;
  readonly plugin: FastifyPluginAsync;
}

export interface DoorNeeds extends ProviderNeeds {
  readonly url: URL;
  readonly gate: Pick<Gate, 'system'>;
}

/** Method, path, and whether a page of another origin may read the answer. */
const endpoints: readonly { methods: readonly ('GET' | 'POST' | 'OPTIONS')[]; path: string; isShared: boolean; isPage: boolean; cacheSeconds: number }[] = [
  { methods: ['GET', 'OPTIONS'],         path: '/.well-known/openid-configuration',       isShared: true,  isPage: false, cacheSeconds: 300 },
  { methods: ['GET', 'OPTIONS'],         path: '/.well-known/oauth-authorization-server', isShared: true,  isPage: false, cacheSeconds: 300 },
  { methods: ['GET', 'OPTIONS'],         path: paths.jwks,                                isShared: true,  isPage: false, cacheSeconds: 300 },
  { methods: ['GET'],                    path: paths.authorization,                       isShared: false, isPage: true,  cacheSeconds: 0 },
  { methods: ['GET'],                    path: `${paths.authorization}/:uid`,             isShared: false, isPage: true,  cacheSeconds: 0 },
  { methods: ['POST', 'OPTIONS'],        path: paths.pushedRequests,                      isShared: true,  isPage: false, cacheSeconds: 0 },
  { methods: ['POST', 'OPTIONS'],        path: paths.token,                               isShared: true,  isPage: false, cacheSeconds: 0 },
  { methods: ['GET', 'POST', 'OPTIONS'], path: paths.userinfo,                            isShared: true,  isPage: false, cacheSeconds: 0 },
  { methods: ['POST', 'OPTIONS'],        path: paths.introspection,                       isShared: true,  isPage: false, cacheSeconds: 0 },
  { methods: ['POST', 'OPTIONS'],        path: paths.revocation,                          isShared: true,  isPage: false, cacheSeconds: 0 },
];

/**
 * The protocol door: an encapsulated part of the server that hands the untouched request to the library. Nothing of it is
 * parsed before; what a page of ours sets on every answer is set here too, since the library writes past the framework.
 */
export function openDoor(needs: DoorNeeds): Door {
  let built: BuiltProvider | null = null;
  let building: Promise<BuiltProvider> | null = null;

  const isInTime = ({ holdsUntil }: BuiltProvider): boolean => holdsUntil === null || holdsUntil > needs.clock.now();

  async function build(): Promise<BuiltProvider> {
    // Counted before they are read: a change in between is met by building once more, never missed.
    const revisions = await needs.registry.revisions();
    const next = buildProvider(needs, await openKeySet(needs), revisions.keys);
    if (!built || built.keysRevision <= next.keysRevision) built = next;
    return next;
  }

  async function current(revisions?: Revisions): Promise<BuiltProvider> {
    const wanted = revisions ?? (await needs.registry.revisions());
    if (built && built.keysRevision >= wanted.keys && isInTime(built)) return built;
    building ??= build().finally(() => { building = null; });
    return building;
  }

  async function serve(request: FastifyRequest, reply: FastifyReply, endpoint: (typeof endpoints)[number]): Promise<void> {
    const revisions = await needs.registry.revisions();
    const { serve: hand } = await current(revisions);
    const { raw } = request;
    beginRequest(raw, { requestId: request.id, address: request.ip, userAgent: (request.headers['user-agent'] ?? '').slice(0, 400), now: needs.clock.now() }, revisions);
    raw.headers['x-forwarded-host'] = needs.url.host;
    raw.headers['x-forwarded-proto'] = needs.url.protocol.slice(0, -1);
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value as string);
    }
    if (endpoint.isPage) reply.raw.setHeader('content-security-policy', "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'");
    if (endpoint.isShared) reply.raw.setHeader('cross-origin-resource-policy', 'cross-origin');
    if (endpoint.cacheSeconds > 0) reply.raw.setHeader('cache-control', `public, max-age=${endpoint.cacheSeconds}`);
    reply.hijack();
    await hand(raw, reply.raw);
  }

  return {
    current,
    async plugin(scope) {
      const stopListening = await needs.registry.listen();
      scope.addHook('onClose', stopListening);
      await keepKeys(needs, needs.gate.system('federation', 'federation.signing-key.rotate'));
      await current();
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
      for (const endpoint of endpoints) {
        scope.route({ method: [...endpoint.methods], url: endpoint.path, handler: (request, reply) => serve(request, reply, endpoint) });
      }
      await scope.register(postedLogout);
    },
  };
}

/**
 * An application may post its wish to sign somebody out (RP-Initiated Logout 1.0 section 2). A post from another site brings
 * no cookies (SameSite=Lax), so the browser is sent on to the page that reads them; nothing is decided here.
 */
const postedLogout: FastifyPluginAsync = async (scope) => {
  scope.removeAllContentTypeParsers();
  await scope.register(formbody, { bodyLimit: 65_536 });
  scope.post(paths.logout, (request, reply) => {
    const body = (request.body ?? {}) as Record<string, unknown>;
    const kept = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state', 'ui_locales', 'logout_hint'].flatMap((name) => (typeof body[name] === 'string' ? [[name, body[name]] as [string, string]] : []));
    return reply.code(303).header('location', `${paths.logout}?${new URLSearchParams(kept)}`).send();
  });
};
