import * as contract from '@bailiwick/contract/authentication';
import { z } from 'zod';
import { route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { createOwnApiToken, readApiTokens, revokeApiToken } from './create-api-token.ts';

export function apiTokenRoutes(needs: Pick<Needs, 'clock' | 'database' | 'permissionsOf'>): readonly AnyRoute[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/tokens',
      permission: 'authentication.api-token.read',
      summary: 'API tokens, without their secrets',
      output: contract.apiTokenList,
      run: async ({ permit }) => ({
        items: (await readApiTokens(needs, permit)).map((token) => ({
          id: token.id,
          name: token.name,
          permissions: [...token.permissions],
          ownerId: token.ownerId,
          ownerName: token.ownerName,
          createdAt: token.createdAt.toISOString(),
          expiresAt: token.expiresAt.toISOString(),
          lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
          endedAt: token.endedAt?.toISOString() ?? null,
        })),
      }),
    }),
    route({
      method: 'POST',
      path: '/api/v1/tokens',
      permission: 'authentication.api-token.create',
      summary: 'Create an API token; shown once',
      body: contract.createApiToken,
      output: contract.apiTokenCreated,
      status: 201,
      refusals: [refuse.not_a_person, refuse.too_many_permissions, refuse.lifetime_too_long, refuse.break_glass_keys_only],
      run: async ({ permit, principal, body }) => {
        const created = await createOwnApiToken(needs, permit, principal, body);
        return { ...created, expiresAt: created.expiresAt.toISOString() };
      },
    }),
    route({ method: 'DELETE', path: '/api/v1/tokens/:tokenId', permission: 'authentication.api-token.end', summary: 'End an API token', params: z.object({ tokenId: z.uuid() }), refusals: [refuse.api_token_not_found], run: ({ permit, params }) => revokeApiToken(needs, permit, params.tokenId) }),
  ];
}
