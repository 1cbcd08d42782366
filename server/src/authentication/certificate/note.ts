import type { Certificate } from './read-certificate.ts';

/** A certificate as the audit names it. */
export const noteOf = (one: Certificate): Readonly<Record<string, string>> => ({ subject: one.subject.slice(0, 200), issuer: one.issuer.slice(0, 200), serial: one.serial.slice(0, 64), fingerprint: one.fingerprint.toString('hex') });
