import Provider, { errors, type Adapter, type AdapterPayload } from 'oidc-provider';
import { record } from '../../audit/index.ts';
import type { Clock } from '../../platform/clock/index.ts';
import { digestOf } from '../../platform/crypto/index.ts';
import type { Database, Tx } from '../../platform/db/index.ts';
import type { Announce } from '../../platform/events/index.ts';
import { events } from '../events.ts';
import { isReuse } from '../issued/issued.ts';
import { consumeIssued, deleteIssued, deleteOfGrant, findByUid, findIssued, saveIssued, saveOnce, type IssuedRow } from '../issued/store.ts';
import { currentRequest } from './request.ts';

export interface AdapterNeeds {
  readonly clock: Clock;
  readonly database: Database;
  readonly announce: Announce;
  /** Runs in the transaction that stores an authorization code: the moment somebody is signed in to an application. */
  readonly signedIn: (tx: Tx, code: AdapterPayload, now: Date) => Promise<void>;
}

/** Looked for together: introspection and revocation do not know which kind they were handed. */
const tokenKinds = ['AccessToken', 'ClientCredentials', 'RefreshToken'];
/** Clients and sessions come from elsewhere; there is nothing to look for. */
const neverStored = new Set(['Client', 'Session']);
const self = '§self§';

/**
 * The library's storage over one table. The value somebody could present is never stored: the row is found by its digest,
 * and where the payload repeats the value it is replaced by a mark.
 */
export function adapterOf({ clock, database, announce, signedIn }: AdapterNeeds): (kind: string) => Adapter {
  async function rowsOf(kinds: readonly string[], id: string): Promise<readonly IssuedRow[]> {
    const request = currentRequest();
    const key = `${kinds.join(' ')} ${id}`;
    const known = request?.rows.get(key);
    if (known) return known;
    const reading = database.read((tx) => findIssued(tx, digestOf(id), kinds, clock.now()));
    request?.rows.set(key, reading);
    return reading;
  }

  async function endGrant(grantId: string): Promise<void> {
    const now = clock.now();
    const why = whyEnded();
    await database.transaction(async (tx) => {
      const ended = [...(await deleteOfGrant(tx, grantId)), ...(await deleteIssued(tx, 'Grant', digestOf(grantId)))];
      const grant = ended.find((row) => row.kind === 'Grant');
      if (!grant?.accountId) return;
      await record(tx, {
        action: 'federation.token-family.end',
        actor: `client:${grant.clientId}`,
        actorName: Provider.ctx?.oidc.client?.clientName ?? grant.clientId ?? 'an application',
        target: `person:${grant.accountId}`,
        targetName: null,
        at: now,
        outcome: why.isTheft ? 'refused' : 'allowed',
        reason: why.text,
        facts: { clientId: grant.clientId, tokens: ended.length - 1, address: currentRequest()?.facts.address ?? null },
      });
      await announce(tx, { kind: events.tokenFamilyEnded, subject: `person:${grant.accountId}`, at: now, facts: { clientId: grant.clientId, reason: why.text, isTheft: why.isTheft } });
    });
  }

  return (kind) => ({
    async upsert(id, payload, expiresIn) {
      const now = clock.now();
      const { session: _session, ...kept } = payload;
      const stored = {
        kind,
        digest: digestOf(id),
        // The sign-in session is asked at every step; a copy in a half-done sign-in could only be out of date.
        payload: kind === 'Interaction' ? (JSON.parse(JSON.stringify(kept).replaceAll(id, self)) as unknown) : { ...payload, ...(payload.jti === undefined ? {} : { jti: self }) },
        grantId: payload.grantId ?? null,
        userCode: payload.userCode ?? null,
        uid: kind === 'Interaction' ? null : (payload.uid ?? null),
        clientId: payload.clientId ?? null,
        accountId: payload.accountId ?? null,
        sessionId: payload.sessionUid ?? null,
        isBoundToSession: payload.expiresWithSession === true && payload.sessionUid !== undefined,
        expiresAt: expiresIn ? new Date(now.getTime() + expiresIn * 1_000) : null,
      };
      if (kind === 'ReplayDetection') {
        if (!(await database.read((tx) => saveOnce(tx, stored)))) throw new errors.InvalidRequest('this proof was used before');
        return;
      }
      if (kind !== 'AuthorizationCode') {
        await database.read((tx) => saveIssued(tx, stored));
        return;
      }
      await database.transaction(async (tx) => {
        await saveIssued(tx, stored);
        await signedIn(tx, payload, now);
      });
    },
    async find(id) {
      if (neverStored.has(kind)) return undefined;
      const request = currentRequest();
      const grant = kind === 'Grant' ? request?.grants.get(id) : undefined;
      if (grant) return restore(grant, id);
      const rows = await rowsOf(tokenKinds.includes(kind) ? tokenKinds : [kind], id);
      const row = rows.find((one) => one.kind === kind);
      if (!row) return undefined;
      if (row.grantId && row.grant) request?.grants.set(row.grantId, row.grant);
      const isSpent = kind === 'RefreshToken' ? isReuse(row, clock.now()) : row.consumedAt !== null;
      return { ...restore(row.payload, id), ...(isSpent ? { consumed: Math.floor((row.consumedAt ?? clock.now()).getTime() / 1_000) } : {}) };
    },
    async findByUid(uid) {
      return neverStored.has(kind) ? undefined : ((await database.read((tx) => findByUid(tx, kind, 'uid', uid))) as AdapterPayload | undefined);
    },
    async findByUserCode(userCode) {
      return (await database.read((tx) => findByUid(tx, kind, 'user_code', userCode))) as AdapterPayload | undefined;
    },
    async consume(id) {
      const isFirst = await database.read((tx) => consumeIssued(tx, kind, digestOf(id), clock.now()));
      if (isFirst || kind === 'RefreshToken') return;
      // Two requests with one code at the same moment: the second ends what the first got (RFC 6749 4.1.2).
      const [row] = await rowsOf([kind], id);
      if (row?.grantId) await endGrant(row.grantId);
      throw new errors.InvalidGrant('this was used before');
    },
    async destroy(id) {
      if (kind === 'Grant') return endGrant(id);
      await database.read((tx) => deleteIssued(tx, kind, digestOf(id)));
    },
    // The library asks this once per kind and then ends the grant itself; ending the grant takes all of it.
    async revokeByGrantId() {},
  });
}

/** Only a half-done sign-in repeats its value in other places (the address it returns to). */
const restore = (payload: Record<string, unknown>, id: string): AdapterPayload =>
  payload['kind'] === 'Interaction' ? (JSON.parse(JSON.stringify(payload).replaceAll(self, id)) as AdapterPayload) : { ...payload, ...(payload['jti'] === self ? { jti: id } : {}) };

/** Told by what was being done when the family ended. */
function whyEnded(): { text: string; isTheft: boolean } {
  const oidc = Provider.ctx?.oidc;
  if (oidc?.route === 'token' && oidc.params?.['grant_type'] === 'refresh_token') return { text: 'a refresh token that had been replaced was shown again', isTheft: true };
  if (oidc?.route === 'token') return { text: 'an authorization code was shown twice', isTheft: true };
  if (oidc?.route === 'revocation') return { text: 'the application gave it back', isTheft: false };
  return { text: 'it was ended', isTheft: false };
}
