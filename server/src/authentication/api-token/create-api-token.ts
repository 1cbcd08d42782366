import { record } from '../../audit/index.ts';
import { days, later } from '../../platform/clock/index.ts';
import { digestOf, newId, randomToken } from '../../platform/crypto/index.ts';
import type { ActorId, Permit, Principal } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { findSubject } from '../session/store.ts';
import { tokenPrefix } from '../session/read-session.ts';
import { addApiToken, endApiToken, listApiTokens, type ApiToken } from './store.ts';

export interface CreatedApiToken {
  readonly id: string;
  /** Leaves this function once; only its digest is kept. */
  readonly token: string;
  readonly expiresAt: Date;
}

type Wish = { readonly name: string; readonly permissions: readonly string[]; readonly expiresInDays: number };

/** A person makes a token that can do some of what they can, for a year at most. */
export async function createOwnApiToken(needs: Pick<Needs, 'clock' | 'database' | 'permissionsOf'>, permit: Permit<'authentication.api-token.create'>, principal: Principal, wish: Wish): Promise<CreatedApiToken> {
  const ownerId = permit.personId;
  // A token that makes tokens would outlive its own end.
  if (!ownerId || principal.kind !== 'person') throw refuse.not_a_person();
  // It would go on for a year after the emergency.
  if ((await needs.database.read((tx) => findSubject(tx, ownerId)))?.isBreakGlass) throw refuse.break_glass_keys_only();
  const held = new Set(await needs.permissionsOf(principal));
  const beyond = wish.permissions.find((permission) => !held.has(permission));
  if (beyond !== undefined) throw refuse.too_many_permissions({ permission: beyond });
  return create(needs, { actor: permit.actor, actorName: permit.actorName }, ownerId, wish);
}

/** On the host: `bailiwick token create`. Belongs to nobody, so that scripts can start before there are people. */
export function createApiToken(needs: Pick<Needs, 'clock' | 'database'>, wish: Wish): Promise<CreatedApiToken> {
  return create(needs, { actor: 'system:host' as ActorId, actorName: 'The host command' }, null, wish);
}

async function create({ clock, database }: Pick<Needs, 'clock' | 'database'>, by: { actor: ActorId; actorName: string }, ownerId: string | null, wish: Wish): Promise<CreatedApiToken> {
  if (!Number.isInteger(wish.expiresInDays) || wish.expiresInDays < 1 || wish.expiresInDays > 365) throw refuse.lifetime_too_long();
  const now = clock.now();
  const token = tokenPrefix + randomToken(256);
  const id = newId();
  const expiresAt = later(now, days(wish.expiresInDays));
  const permissions = [...new Set(wish.permissions)].sort();
  await database.transaction(async (tx) => {
    await addApiToken(tx, { id, digest: digestOf(token), name: wish.name, permissions, ownerId, createdBy: by.actor, createdAt: now, expiresAt });
    await record(tx, { action: 'authentication.api-token.create', actor: by.actor, actorName: by.actorName, target: `token:${id}`, targetName: wish.name, at: now, outcome: 'allowed', facts: { permissions, expiresAt: expiresAt.toISOString() } });
  });
  return { id, token, expiresAt };
}

const ownerOf = (permit: Permit<string>): string | null => {
  if (permit.scope.is === 'everything') return null;
  if (!permit.personId) throw refuse.not_a_person();
  return permit.personId;
};

export function readApiTokens({ database }: Pick<Needs, 'database'>, permit: Permit<'authentication.api-token.read'>): Promise<readonly ApiToken[]> {
  return database.read((tx) => listApiTokens(tx, ownerOf(permit)));
}

export async function revokeApiToken({ clock, database }: Pick<Needs, 'clock' | 'database'>, permit: Permit<'authentication.api-token.end'>, tokenId: string): Promise<void> {
  const now = clock.now();
  await database.transaction(async (tx) => {
    const ended = await endApiToken(tx, tokenId, ownerOf(permit), now, `ended by ${permit.actorName}`);
    if (!ended) throw refuse.api_token_not_found({ token: tokenId });
    await record(tx, { action: 'authentication.api-token.end', actor: permit.actor, actorName: permit.actorName, target: `token:${tokenId}`, targetName: ended.name, at: now, outcome: 'allowed', facts: {} });
  });
}
