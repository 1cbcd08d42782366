import { beforeAll, describe, expect, it } from 'vitest';
import { makeList, makeParty, ocspSigning, x509, type Party, type Wish } from '../../../testing/certificate-chain.ts';
import { judgeChain, problemOfAuthority } from './chain.ts';
import { nameIn } from './issuer.ts';
import { readCertificate, readPem, type Certificate } from './read-certificate.ts';
import { readRevocationList } from './read-list.ts';

let root: Party;
let middle: Party;
let stranger: Party;
const now = new Date();
const days = (n: number): Date => new Date(now.getTime() + n * 86_400_000);
const read = (one: Party): Certificate => readCertificate(one.der)!;

beforeAll(async () => {
  [root, stranger] = await Promise.all([makeParty({ name: 'Card Root', by: null, isAuthority: true }), makeParty({ name: 'Card Root', by: null, isAuthority: true })]);
  middle = await makeParty({ name: 'Card CA 1', by: root, isAuthority: true, pathLength: 0 });
});

const judge = (leaf: Party, presented: readonly Party[] = [], options: { at?: Date; policy?: string; anchor?: Party } = {}) =>
  judgeChain(read(leaf), presented.map(read), [{ certificate: read(options.anchor ?? root), requiredPolicy: options.policy ?? null }], options.at ?? now);
const leafOf = (wish: Partial<Wish> = {}): Promise<Party> => makeParty({ name: 'Maria', by: middle, ...wish });

describe('whose certificates count', () => {
  it('one that the issuer signed, and one with an authority between that the browser sends along', async () => {
    expect(judge(await makeParty({ name: 'Maria', by: root })).is).toBe('trusted');
    const leaf = await leafOf();
    expect(judge(leaf, [stranger, middle])).toMatchObject({ is: 'trusted' });
    expect(judge(leaf, [])).toMatchObject({ is: 'refused', problem: 'unknown_issuer' });
  });

  it('an authority of the same name with another key is another authority (forged root)', async () => {
    expect(judge(await makeParty({ name: 'Maria', by: stranger }))).toMatchObject({ is: 'refused', problem: 'unknown_issuer' });
  });

  it.each<[string, Partial<Wish>, string]>([
    ['expired', { notAfter: new Date(now.getTime() - 60_000), notBefore: new Date(now.getTime() - 9e6) }, 'expired'],
    ['not valid yet', { notBefore: new Date(now.getTime() + 60_000) }, 'not_yet'],
    ['for servers', { extendedUsages: ['1.3.6.1.5.5.7.3.1'] }, 'not_for_signing_in'],
    ['for anything (anyExtendedKeyUsage)', { extendedUsages: ['2.5.29.37.0'] }, 'not_for_signing_in'],
    ['without a purpose', { extendedUsages: null }, 'not_for_signing_in'],
    ['for encryption only', { usages: x509.KeyUsageFlags.keyEncipherment }, 'not_for_signing_in'],
    ['of an authority that poses as a person', { isAuthority: true, extendedUsages: ['1.3.6.1.5.5.7.3.2'], usages: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign }, 'not_for_signing_in'],
    ['with a short RSA key', { key: { name: 'RSA', bits: 1_024 } }, 'weak'],
    ['with a critical part that nobody understands', { more: [new x509.Extension('1.2.3.4.5', true, new Uint8Array([5, 0]))] }, 'not_for_signing_in'],
  ])('not one %s', async (_, wish, problem) => {
    expect(judge(await leafOf(wish), [middle])).toMatchObject({ is: 'refused', problem });
  });

  it('signed with SHA-1: refused, wherever on the way', async () => {
    const old = await makeParty({ name: 'Old Root', by: null, isAuthority: true, key: { name: 'RSA', bits: 2_048, hash: 'SHA-1' } });
    expect(problemOfAuthority(read(old), now)).toMatch(/SHA-1/);
    expect(judge(await leafOf({ signedWith: 'SHA-1' }), [middle])).toMatchObject({ is: 'refused', problem: 'weak' });
    const between = await makeParty({ name: 'Card CA 4', by: root, isAuthority: true, signedWith: 'SHA-1' });
    expect(judge(await makeParty({ name: 'Maria', by: between }), [between])).toMatchObject({ is: 'refused' });
  });

  it('a person who signs certificates for others is no authority (leaf posing as CA)', async () => {
    const maria = await leafOf({ usages: x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyCertSign });
    const forged = await makeParty({ name: 'Boss', by: maria });
    expect(judge(forged, [maria, middle])).toMatchObject({ is: 'refused', problem: 'chain_not_right', why: expect.stringContaining('basicConstraints') as string });
  });

  it('an authority below one that allows none below it is refused (path length)', async () => {
    const below = await makeParty({ name: 'Card CA 2', by: middle, isAuthority: true });
    expect(judge(await makeParty({ name: 'Maria', by: below }), [below, middle])).toMatchObject({ is: 'refused', problem: 'chain_not_right' });
  });

  it('an authority that may not sign certificates, has expired, or limits names, is refused', async () => {
    for (const wish of [{ usages: x509.KeyUsageFlags.cRLSign }, { notAfter: days(-1), notBefore: days(-9) }, { extendedUsages: ['1.3.6.1.5.5.7.3.4'] }, { more: [new x509.Extension('2.5.29.30', true, new Uint8Array([0x30, 0]))] }]) {
      const bad = await makeParty({ name: 'Bad CA', by: root, isAuthority: true, ...wish });
      expect(judge(await makeParty({ name: 'Maria', by: bad }), [bad]), JSON.stringify(wish)).toMatchObject({ is: 'refused', problem: 'chain_not_right' });
    }
  });

  it('where a policy is asked for, the person and every authority between must carry it', async () => {
    const policy = '1.3.6.1.4.1.99999.7';
    const allowed = await makeParty({ name: 'Card CA 3', by: root, isAuthority: true, policies: ['2.5.29.32.0'] });
    expect(judge(await makeParty({ name: 'Maria', by: allowed, policies: [policy] }), [allowed], { policy }).is).toBe('trusted');
    expect(judge(await makeParty({ name: 'Maria', by: allowed }), [allowed], { policy })).toMatchObject({ problem: 'policy_missing' });
    expect(judge(await leafOf({ policies: [policy] }), [middle], { policy })).toMatchObject({ problem: 'policy_missing' });
  });

  it('no order or number of certificates sent along takes long or finds a way that is none', async () => {
    const many = await Promise.all(Array.from({ length: 6 }, (_, at) => makeParty({ name: `CA ${at % 2}`, by: stranger, isAuthority: true })));
    expect(judge(await makeParty({ name: 'Maria', by: many[0]! }), many)).toMatchObject({ is: 'refused', problem: 'unknown_issuer' });
  });
});

describe('reading', () => {
  it('bytes behind the certificate, or half of it, are no certificate', () => {
    expect(readCertificate(Buffer.concat([root.der, Buffer.from([0])]))).toBeNull();
    expect(readCertificate(root.der.subarray(0, -1))).toBeNull();
    expect(readCertificate(Buffer.from('not a certificate'))).toBeNull();
    expect(readPem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----')).toBeNull();
  });

  it('whom it names: in one way only, and only when it says one name', async () => {
    const card = read(await leafOf({ email: 'maria@adventure-works.com', principal: 'maria@corp.adventure-works.com', employeeNumber: 'AW0007' }));
    expect(nameIn(card, { namesBy: 'email', principalSuffix: null })).toEqual({ by: 'email', value: 'maria@adventure-works.com' });
    expect(nameIn(card, { namesBy: 'principal', principalSuffix: null })).toEqual({ by: 'username', value: 'maria@corp.adventure-works.com' });
    expect(nameIn(card, { namesBy: 'principal', principalSuffix: 'corp.adventure-works.com' })).toEqual({ by: 'username', value: 'maria' });
    expect(nameIn(card, { namesBy: 'principal', principalSuffix: 'adventure-works.com' }), 'another domain that ends alike').toBeNull();
    expect(nameIn(card, { namesBy: 'employee_number', principalSuffix: null })).toEqual({ by: 'employee_number', value: 'AW0007' });
    expect(nameIn(card, { namesBy: 'registered', principalSuffix: null })).toBeNull();
    const two = read(await leafOf({ email: ['maria@adventure-works.com', 'boss@adventure-works.com'] }));
    expect(nameIn(two, { namesBy: 'email', principalSuffix: null }), 'two names are none').toBeNull();
  });
});

describe('revocation lists', () => {
  const reading = async (bytes: Buffer, authority = root, at = now) => readRevocationList(bytes, read(authority), at);

  it('names what its authority took back, while it holds', async () => {
    const maria = await makeParty({ name: 'Maria', by: root });
    const list = await makeList(root, [maria], { number: 7 });
    expect(await reading(list)).toMatchObject({ is: 'read', list: { number: '7', revoked: [{ serial: read(maria).serial, reason: 'key_compromise' }] } });
    expect(await reading(list, root, days(2))).toMatchObject({ is: 'refused', why: expect.stringContaining('held until') as string });
    expect(await reading(Buffer.from(`-----BEGIN X509 CRL-----\n${list.toString('base64')}\n-----END X509 CRL-----\n`))).toMatchObject({ is: 'read' });
  });

  it('of somebody with the same name, from the future, without an end, or about a part only: refused', async () => {
    expect(await reading(await makeList(stranger, []))).toMatchObject({ is: 'refused', why: expect.stringContaining('did not sign') as string });
    expect(await reading(await makeList(middle, []))).toMatchObject({ is: 'refused', why: expect.stringContaining('another authority') as string });
    expect(await reading(await makeList(root, [], { thisUpdate: days(1), nextUpdate: days(2) }))).toMatchObject({ is: 'refused', why: expect.stringContaining('future') as string });
    expect(await reading(await makeList(root, [], { nextUpdate: null }))).toMatchObject({ is: 'refused', why: expect.stringContaining('until when') as string });
    expect(await reading(await makeList(root, [], { critical: true })), 'a delta list').toMatchObject({ is: 'refused', why: expect.stringContaining('part') as string });
    const mute = await makeParty({ name: 'Mute', by: null, isAuthority: true, usages: x509.KeyUsageFlags.keyCertSign });
    expect(await reading(await makeList(mute, []), mute)).toMatchObject({ is: 'refused', why: expect.stringContaining('may not sign') as string });
  });
});

it('the usage of a responder is not one to sign in with', async () => {
  expect(judge(await leafOf({ extendedUsages: [ocspSigning] }), [middle])).toMatchObject({ problem: 'not_for_signing_in' });
});
