import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openWorld, type World } from '../world.ts';
import { startScimPeer, type ScimPeer } from '../../src/connectors/scim/scimmy-peer.ts';

let world: World;
let scim: ScimPeer;
beforeAll(async () => {
  world = await openWorld();
  scim = await startScimPeer('a-token-that-must-stay-where-it-is');
});
afterAll(async () => {
  await scim?.close();
  await world?.close();
});

it('a kept credential is never sent to another place: who moves a connection gives the secret again', async () => {
  const heard: string[] = [];
  const thief = createServer((request, reply) => {
    heard.push(String(request.headers.authorization));
    reply.end('{}');
  });
  await new Promise<void>((resolve) => thief.listen(0, '127.0.0.1', resolve));
  const elsewhere = `http://127.0.0.1:${(thief.address() as AddressInfo).port}/scim`;
  const admin = await world.script();
  const { applicationId, settings } = await admin.api<{ applicationId: string; settings: Record<string, unknown> }>('POST', '/api/v1/connections', { name: 'CRM', kind: 'scim', settings: { address: scim.address('scim') }, secrets: { token: scim.token } });

  await expect(admin.api('PATCH', `/api/v1/connections/${applicationId}`, { settings: { ...settings, address: elsewhere } })).rejects.toMatchObject({ status: 400, code: 'lifecycle.secret_needed_again' });
  expect(heard).toEqual([]);
  await admin.api('PATCH', `/api/v1/connections/${applicationId}`, { settings: { ...settings, pageSize: 50 } });
  await admin.api('PATCH', `/api/v1/connections/${applicationId}`, { settings: { ...settings, address: scim.address('deaf') }, secrets: { token: scim.token } });
  await world.quiet();
  expect(heard).toEqual([]);
  thief.close();
});
