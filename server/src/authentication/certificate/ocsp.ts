import { createHash } from 'node:crypto';
import { AlgorithmIdentifier, BasicOCSPResponse, CertID, Extension, OCSPRequest, OCSPResponse, Request, TBSRequest, type SingleResponse } from 'pkijs';
import { Integer, Null, OctetString } from 'asn1js';
import { later, minutes, days } from '../../platform/clock/index.ts';
import { isSame, randomBytes } from '../../platform/crypto/index.ts';
import { isIssuedBy } from './chain.ts';
import { keyUsage, readCertificate, usage, type Certificate } from './read-certificate.ts';
import { isSignedBy, isStrong } from './signature.ts';

const nonceId = '1.3.6.1.5.5.7.48.1.2';
const basicId = '1.3.6.1.5.5.7.48.1.1';
const sha1Id = '1.3.14.3.2.26';
const skewMs = minutes(5);
/** Without a word from the responder an answer holds only for the moment. */
const bareMs = minutes(1);
const longestMs = days(7);

export interface OcspQuestion {
  readonly bytes: Buffer;
  readonly nonce: Buffer;
}

/**
 * One certificate asked about (RFC 6960), with a nonce of 32 bytes (RFC 9654). Names and key go by SHA-1, since many responders
 * know no other: they only say which authority is meant, and the answer is signed over the serial as well.
 */
export function askAbout(certificate: Certificate, authority: Certificate): OcspQuestion {
  const nonce = randomBytes(32);
  const request = new OCSPRequest({
    tbsRequest: new TBSRequest({
      requestList: [new Request({ reqCert: idOf(certificate, authority) })],
      requestExtensions: [new Extension({ extnID: nonceId, critical: false, extnValue: new OctetString({ valueHex: bytesOf(nonce) }).toBER() })],
    }),
  });
  return { bytes: Buffer.from(request.toSchema(true).toBER()), nonce };
}

export type OcspAnswer = { readonly is: 'good' | 'revoked'; readonly until: Date } | { readonly is: 'unknown'; readonly why: string };

/**
 * What the responder says, if it may say it: signed by the authority itself or by whom it authorised (a certificate issued by this
 * very authority with the usage OCSPSigning), about this certificate, now, and to our question.
 */
export function readAnswer(bytes: Uint8Array, question: Pick<OcspQuestion, 'nonce'>, certificate: Certificate, authority: Certificate, now: Date): OcspAnswer {
  try {
    return judge(bytes, question, certificate, authority, now);
  } catch {
    return { is: 'unknown', why: 'the answer of the responder cannot be read' };
  }
}

function judge(bytes: Uint8Array, { nonce }: Pick<OcspQuestion, 'nonce'>, certificate: Certificate, authority: Certificate, now: Date): OcspAnswer {
  const unknown = (why: string): OcspAnswer => ({ is: 'unknown', why });
  const outer = OCSPResponse.fromBER(bytesOf(bytes));
  const status = outer.responseStatus.valueBlock.valueDec;
  if (status !== 0) return unknown(`the responder declined (${['', 'malformed request', 'internal error', 'try later', '', 'signature required', 'unauthorised'][status] || status})`);
  if (outer.responseBytes?.responseType !== basicId) return unknown('the answer is of an unknown kind');
  const basic = BasicOCSPResponse.fromBER(bytesOf(outer.responseBytes.response.valueBlock.valueHexView));
  const { tbsResponseData: data } = basic;

  const parameters = basic.signatureAlgorithm.algorithmParams as { toBER(): ArrayBuffer } | undefined;
  const algorithm = { oid: basic.signatureAlgorithm.algorithmId, parameters: parameters ? new Uint8Array(parameters.toBER()) : null };
  const signature = basic.signature.valueBlock.valueHexView;
  const signers = [authority, ...(basic.certs ?? []).slice(0, 4).flatMap((one) => readCertificate(new Uint8Array(one.toSchema().toBER())) ?? []).filter((one) => mayAnswer(one, authority, now))];
  if (!signers.some((one) => isSignedBy(one.publicKey, algorithm, data.tbsView, signature))) return unknown('the answer is not signed by the authority, nor by anybody it lets answer');

  const given = data.responseExtensions?.find((one) => one.extnID === nonceId);
  // Replay: an answer of before, to another question. Responders that sign ahead send none; then the dates alone must do.
  if (given && !isSame(Buffer.from(given.extnValue.valueBlock.valueHexView), Buffer.concat([Buffer.from([0x04, nonce.length]), nonce]))) return unknown('the answer is to another question (nonce)');

  const one = data.responses.find((each) => isAbout(each, certificate, authority));
  if (!one) return unknown('the answer is about another certificate');
  if (one.thisUpdate > later(now, skewMs)) return unknown('the answer is from the future');
  const until = one.nextUpdate ? new Date(Math.min(one.nextUpdate.getTime(), later(now, longestMs).getTime())) : later(one.thisUpdate, bareMs + (given ? skewMs : 0));
  if (until <= now) return unknown(`the answer held until ${until.toISOString()}`);
  const tag = (one.certStatus as { idBlock: { tagNumber: number } }).idBlock.tagNumber;
  if (tag === 0) return { is: 'good', until };
  return tag === 1 ? { is: 'revoked', until } : unknown('the responder does not know the certificate');
}

const mayAnswer = (one: Certificate, authority: Certificate, now: Date): boolean =>
  isStrong(one.publicKey) &&
  !one.isAuthority &&
  one.extendedKeyUsages?.includes(usage.ocspSigning) === true &&
  (one.keyUsages === null || (one.keyUsages & keyUsage.digitalSignature) !== 0) &&
  one.notBefore <= now &&
  now <= one.notAfter &&
  isIssuedBy(one, authority);

function idOf(certificate: Certificate, authority: Certificate): CertID {
  return new CertID({
    hashAlgorithm: new AlgorithmIdentifier({ algorithmId: sha1Id, algorithmParams: new Null() }),
    issuerNameHash: new OctetString({ valueHex: bytesOf(sha1(authority.subjectName)) }),
    issuerKeyHash: new OctetString({ valueHex: bytesOf(sha1(keyBitsOf(authority))) }),
    serialNumber: Integer.fromBigInt(BigInt(`0x${certificate.serial}`)),
  });
}

function isAbout(one: SingleResponse, certificate: Certificate, authority: Certificate): boolean {
  const id = one.certID;
  const serial = Buffer.from(id.serialNumber.valueBlock.valueHexView).toString('hex').replace(/^0+(?=.)/, '');
  return id.hashAlgorithm.algorithmId === sha1Id && serial === certificate.serial && isSame(id.issuerNameHash.valueBlock.valueHexView, sha1(authority.subjectName)) && isSame(id.issuerKeyHash.valueBlock.valueHexView, sha1(keyBitsOf(authority)));
}

const sha1 = (bytes: Uint8Array): Buffer => createHash('sha1').update(bytes).digest();
const bytesOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** The key without its algorithm: the BIT STRING at the end of SubjectPublicKeyInfo, as RFC 6960 4.1.1 hashes it. */
function keyBitsOf({ publicKeyInfo }: Certificate): Buffer {
  let at = headOf(publicKeyInfo, 0).from;
  const algorithm = headOf(publicKeyInfo, at);
  at = algorithm.from + algorithm.length;
  const bits = headOf(publicKeyInfo, at);
  return publicKeyInfo.subarray(bits.from + 1, bits.from + bits.length);
}

function headOf(der: Buffer, at: number): { from: number; length: number } {
  const first = der[at + 1]!;
  if (first < 0x80) return { from: at + 2, length: first };
  const size = first & 0x7f;
  return { from: at + 2 + size, length: der.readUIntBE(at + 2, size) };
}
