import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCertificateHeader } from './client-certificate.ts';

const der = Buffer.from('30820100020101', 'hex');
const chain = Buffer.from('3003020102', 'hex');
const sequence = `:${der.toString('base64')}:`;
const escaped = encodeURIComponent(`-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`);

const door = (header: string | null, trustedProxies: readonly string[] = ['10.0.0.0/8', '::1']) => openCertificateHeader({ trustedProxies, certificateDoor: header === null ? null : { url: new URL('https://id.example.com'), listener: null, header } });
function ask(header: string | null, raw: readonly string[], from = '10.1.2.3') {
  const headers: Record<string, string> = { host: 'id.example.com' };
  for (let at = 0; at < raw.length; at += 2) headers[raw[at]!.toLowerCase()] = raw[at + 1]!;
  const request = { headers, rawHeaders: ['Host', 'id.example.com', ...raw], socket: { remoteAddress: from } };
  return { seen: door(header)(request), left: Object.keys(headers) };
}

describe('a certificate in a header (RFC 9440, and as nginx escapes it)', () => {
  it('is believed from the proxy that is trusted for it', () => {
    expect(ask('client-cert', ['Client-Cert', sequence]).seen).toEqual({ is: 'presented', certificate: der, chain: [] });
    expect(ask('client-cert', ['Client-Cert', sequence, 'Client-Cert-Chain', `:${chain.toString('base64')}:, ${sequence}`]).seen).toEqual({ is: 'presented', certificate: der, chain: [chain, der] });
    expect(ask('x-client-cert', ['X-CLIENT-CERT', escaped]).seen).toEqual({ is: 'presented', certificate: der, chain: [] });
    expect(ask('x-client-cert', ['X-Client-Cert', escaped], '::ffff:10.9.9.9').seen.is).toBe('presented');
    expect(ask('x-client-cert', ['X-Client-Cert', '']).seen, 'nginx sends it empty').toEqual({ is: 'none' });
  });

  it.each<[string, string | null, readonly string[], string?]>([
    ['from an address that is no proxy of ours', 'client-cert', ['Client-Cert', sequence], '192.0.2.7'],
    ['from an address that says X-Forwarded-For', 'client-cert', ['Client-Cert', sequence, 'X-Forwarded-For', '10.1.2.3'], '192.0.2.7'],
    ['from no address at all', 'client-cert', ['Client-Cert', sequence], ''],
    ['where no setting names one', null, ['Client-Cert', sequence]],
    ['twice', 'client-cert', ['Client-Cert', sequence, 'Client-Cert', sequence]],
    ['twice, in another case', 'client-cert', ['Client-Cert', sequence, 'CLIENT-CERT', ':AAAA:']],
    ['with an underscore', 'x-client-cert', ['X_Client_Cert', escaped]],
    ['with an underscore, beside the right one', 'x-client-cert', ['X-Client-Cert', escaped, 'X-Client_Cert', escaped]],
    ['under the standard name, where another is named', 'x-client-cert', ['Client-Cert', sequence]],
    ['under the standard name, beside the one that is named', 'x-client-cert', ['X-Client-Cert', escaped, 'Client-Cert', sequence]],
    ['two in one', 'client-cert', ['Client-Cert', `${sequence}, ${sequence}`]],
    ['with something before it', 'client-cert', ['Client-Cert', ` x${sequence}`]],
    ['folded (obs-fold)', 'client-cert', ['Client-Cert', `${sequence.slice(0, 5)}\r\n ${sequence.slice(5)}`]],
    ['with a tab in it', 'x-client-cert', ['X-Client-Cert', `${escaped}\t`]],
    ['in the other format', 'client-cert', ['Client-Cert', escaped]],
    ['in base64 with something left over', 'client-cert', ['Client-Cert', ':MIIB=A:']],
    ['percent-encoded wrongly', 'x-client-cert', ['X-Client-Cert', '%E0%A4%A']],
    ['two certificates in one PEM', 'x-client-cert', ['X-Client-Cert', escaped + escaped]],
    ['too long', 'client-cert', ['Client-Cert', `:${'A'.repeat(30_000)}:`]],
    ['only its chain', 'client-cert', ['Client-Cert-Chain', sequence]],
    ['with two chains', 'client-cert', ['Client-Cert', sequence, 'Client-Cert-Chain', sequence, 'client-cert-chain', sequence]],
  ])('is not believed %s, and nothing behind the door can read it (smuggling; ASVS 4.1.3)', (_, header, raw, from) => {
    const { seen, left } = ask(header, raw, from);
    expect(seen.is).toBe('refused');
    expect(left.filter((name) => name.includes('cert'))).toEqual([]);
  });

  it('whatever is sent, only one well-formed header of a trusted proxy counts', () => {
    const name = fc.constantFrom('Client-Cert', 'client_cert', 'CLIENT-CERT', 'Client-Cert-Chain', 'X-Client-Cert', 'x_client-cert', 'Cookie');
    const value = fc.oneof(fc.constantFrom(sequence, escaped, '', ':', '::'), fc.string({ maxLength: 40 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 4 }), fc.constantFrom('10.1.2.3', '192.0.2.7', '::1', 'nonsense'), (pairs, from) => {
        const { seen } = ask('client-cert', pairs.flat(), from);
        if (seen.is !== 'presented') return;
        expect(from === '10.1.2.3' || from === '::1').toBe(true);
        expect(pairs.filter(([each]) => each.toLowerCase() === 'client-cert')).toEqual([[expect.any(String), sequence]]);
        expect(pairs.some(([each]) => /_|^x/i.test(each) && /cert/i.test(each) && each.includes('client_'))).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });
});
