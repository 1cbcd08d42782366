import { describe, expect, it } from 'vitest';
import { attestationAuthority, entryOf } from '../../../testing/attestation-authority.ts';
import { readMetadata, readStatement } from './metadata.ts';
import { leadsTo } from './trust-path.ts';
import { mayBeJudged } from './attestation.ts';

const now = new Date('2026-03-02T09:00:00Z');
const aaguid = '11111111-1111-1111-1111-111111111111';
const fido = attestationAuthority('Metadata authority');
const maker = attestationAuthority('Linden Keys');
const roots = { certificates: [fido.rootPem], signerHosts: ['mds.fidoalliance.org'] };
const statement = maker.statement({ aaguid, name: 'Linden Key 2' });

describe('a metadata file', () => {
  it('is read when it is signed under the root, and keeps what we judge by', async () => {
    const uaf = { aaid: '1234#5678', metadataStatement: { description: 'of another age' }, statusReports: [] };
    const read = await readMetadata(fido.blob({ no: 57, nextUpdate: '2026-04-01', entries: [entryOf(statement, ['FIDO_CERTIFIED_L2']), uaf, 'nonsense' as never] }), roots, now);
    expect(read).toMatchObject({ is: 'read', metadata: { serial: 57, nextUpdate: '2026-04-01', skipped: 2, models: [{ aaguid, name: 'Linden Key 2', keyProtection: ['hardware', 'secure_element'], userVerification: ['presence_internal', 'passcode_external'], statusReports: [{ status: 'FIDO_CERTIFIED_L2' }], attestationRoots: [maker.root.toString('base64')] }] } });
  });

  it('of somebody with a certificate of the same public authority, but for another host, is refused', async () => {
    expect(await readMetadata(fido.blob({ no: 57, entries: [], host: 'shop.example.com' }), roots, now)).toMatchObject({ is: 'not_signed' });
    expect(await readMetadata(fido.blob({ no: 57, entries: [], host: 'mds.fidoalliance.org.evil.example' }), roots, now)).toMatchObject({ is: 'not_signed' });
  });

  it('signed under another root is refused, whatever its certificate says', async () => {
    expect(await readMetadata(maker.blob({ no: 57, entries: [] }), roots, now)).toMatchObject({ is: 'not_signed' });
  });

  it('in which one letter was changed is refused', async () => {
    const [header, payload = '', signature] = fido.blob({ no: 57, entries: [entryOf(statement, ['REVOKED'])] }).split('.');
    const kinder = Buffer.from(payload, 'base64url').toString('utf8').replace('REVOKED', 'FIDO_CERTIFIED');
    expect(await readMetadata([header, Buffer.from(kinder).toString('base64url'), signature].join('.'), roots, now)).toMatchObject({ is: 'not_signed', why: 'the signature is not right' });
  });

  it('that names no signature, or a shared secret, is refused (algorithm confusion)', async () => {
    const [header = '', payload] = fido.blob({ no: 57, entries: [] }).split('.');
    const { x5c } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { x5c: string[] };
    for (const alg of ['none', 'HS256']) expect((await readMetadata([Buffer.from(JSON.stringify({ alg, x5c })).toString('base64url'), payload, 'AAAA'].join('.'), roots, now)).is).toBe('unreadable');
  });

  it('that is none at all is called that', async () => {
    for (const text of ['', 'PK\u0003\u0004', 'a.b.c', '{"no":1}']) expect(await readMetadata(text, roots, now)).toEqual({ is: 'unreadable' });
  });
});

it('an icon that is a program, or large, is left out of a statement', () => {
  const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]).toString('base64');
  const icon = (value: string) => readStatement({ ...statement, icon: value })?.icon;
  expect(icon(`data:image/png;base64,${png}`)).toBe(`data:image/png;base64,${png}`);
  for (const bad of [`data:image/svg+xml;base64,${png}`, `data:image/png;base64,${Buffer.from('<svg onload=alert(1)>').toString('base64')}`, 'https://example.com/a.png', `data:image/png;base64,${'A'.repeat(30_000)}`]) expect(icon(bad)).toBeNull();
});

it('a statement that names no model, or is no statement, is none', () => {
  expect(readStatement({ ...statement, aaguid: undefined })).toBeNull();
  expect(readStatement({ aaguid })).toBeNull();
  expect(readStatement([])).toBeNull();
});

describe('a chain of certificates', () => {
  const key = maker.attestationKey({ aaguid });

  it('leads to its root, through authorities in any order, or is the root itself', () => {
    expect(leadsTo(key.chain, [fido.root, maker.root], now)).toBe(true);
    const batch = maker.attestationKey({ isAuthority: true });
    const below = maker.attestationKey({ aaguid, issuer: batch });
    expect(leadsTo(below.chain, [maker.root], now)).toBe(true);
    expect(leadsTo([...below.chain, maker.root], [maker.root], now)).toBe(true);
    expect(leadsTo([key.certificate], [key.certificate], now)).toBe(true);
  });

  it('to nobody we trust leads nowhere, and without roots nothing is trusted', () => {
    expect(leadsTo(key.chain, [fido.root], now)).toBe(false);
    expect(leadsTo(key.chain, [], now)).toBe(false);
    expect(leadsTo([], [maker.root], now)).toBe(false);
    expect(leadsTo([Buffer.from('no certificate')], [maker.root], now)).toBe(false);
  });

  it('made with the attestation key of a genuine device is refused: only authorities issue', () => {
    const forged = maker.attestationKey({ aaguid, issuer: key });
    expect(leadsTo(forged.chain, [maker.root], now)).toBe(false);
  });

  it('out of date leads nowhere', () => {
    expect(leadsTo(key.chain, [maker.root], new Date('2055-01-01T00:00:00Z'))).toBe(false);
  });
});

it('an Android or Apple statement of unknown making is not handed on: following the addresses in its certificates would call hosts inside the house (request forgery)', () => {
  const stranger = attestationAuthority('Anybody').attestationKey();
  expect(mayBeJudged({ format: 'android-key', chain: stranger.chain }, now)).toBe(false);
  expect(mayBeJudged({ format: 'apple', chain: stranger.chain }, now)).toBe(false);
  expect(mayBeJudged({ format: 'android-safetynet', chain: [] }, now)).toBe(false);
  expect(mayBeJudged({ format: 'packed', chain: stranger.chain }, now)).toBe(true);
});
