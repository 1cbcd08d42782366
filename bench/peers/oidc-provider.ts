import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/**
 * The library under our federation, alone: in memory, no database, no audit, no gate. Answers client_credentials with a JWT
 * signed with ES256, as ours does. How far we are below it is what the house around it costs.
 */
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const server = createServer();
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

const provider = new Provider(`http://localhost:${port}`, {
  clients: [{ client_id: 'bench', client_secret: 'bench-secret-of-good-length', grant_types: ['client_credentials'], redirect_uris: [], response_types: [], token_endpoint_auth_method: 'client_secret_basic', id_token_signed_response_alg: 'ES256' }],
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'one' }] as never },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://api.example.com',
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({ scope: 'read', audience: 'https://api.example.com', accessTokenFormat: 'jwt' as const, accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' as const } } }),
    },
  },
});
server.on('request', provider.callback());
process.stdout.write(`${JSON.stringify({ port })}\n`);
process.on('SIGTERM', () => process.exit(0));
