import { removeFactor } from '@bailiwick/contract/authentication';
import * as contract from '@bailiwick/contract/certificate';
import { z } from 'zod';
import { file, networkOf, route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { authorityPath, endCertificateAuthority, issueCertificateTo, listPath, makeCertificateAuthority, publishedAuthority, publishedList, registerCertificate, renewCertificate, revokeCertificate, type Issued } from './change-certificates.ts';
import { addCertificateIssuer, previewIssuer, readRevocationLists, removeCertificateIssuer, uploadRevocationList } from './change-issuers.ts';
import { certificateDoorRoutes } from './door.ts';
import { readOwnCertificates, removeOwnCertificate, renameOwnCertificate } from './own-certificates.ts';
import { factsOf, levelOf, readCertificates, readIssuers } from './read-issuers.ts';
import { longestList } from './read-list.ts';

const issuerParam = z.object({ issuerId: z.uuid() });
const certificateParam = z.object({ certificateId: z.uuid() });

export function certificateRoutes(needs: Needs): readonly AnyRoute[] {
  const { config, rateLimits } = needs;
  const receiver = [refuse.person_not_found, refuse.person_not_active, refuse.certificate_for_privileged, refuse.too_many_certificates, refuse.break_glass_keys_only];
  const open = { permission: null, public: 'whoever checks a certificate of ours must be able to read this; it names nobody' } as const;
  return [
    ...certificateDoorRoutes(needs),
    route({
      method: 'GET',
      path: '/api/v1/certificate-issuers',
      permission: 'authentication.certificate-issuer.read',
      summary: 'Whose certificates sign people in, and what each issuer vouches for',
      output: contract.issuerList,
      run: ({ permit }) => readIssuers(needs, permit),
    }),
    route({
      method: 'POST',
      path: '/api/v1/certificate-issuers/preview',
      permission: 'authentication.certificate-issuer.add',
      summary: 'What an authority would be listed as; changes nothing',
      body: contract.previewIssuer,
      output: contract.issuerPreview,
      refusals: [refuse.issuer_not_accepted],
      run: async ({ body }) => {
        const { certificate, problem } = previewIssuer(needs, body.certificate);
        return { facts: factsOf(certificate), crlUrls: [...certificate.crlUrls], ocspUrls: [...certificate.ocspUrls], problem };
      },
    }),
    route({ method: 'POST', path: '/api/v1/certificate-issuers', permission: 'authentication.certificate-issuer.add', summary: 'List an authority; needs a fresh sign-in', body: contract.addIssuer, output: contract.issuerAdded, status: 201, refusals: [refuse.issuer_not_accepted, refuse.issuer_listed, refuse.issuer_by_token], run: ({ permit, principal, body }) => addCertificateIssuer(needs, permit, principal, body) }),
    route({ method: 'DELETE', path: '/api/v1/certificate-issuers/:issuerId', permission: 'authentication.certificate-issuer.remove', summary: 'Remove an authority; its certificates sign nobody in any more', params: issuerParam, refusals: [refuse.issuer_not_found, refuse.issuer_is_our_own, refuse.issuer_by_token, refuse.last_factor, refuse.last_way_in], run: ({ permit, principal, params }) => removeCertificateIssuer(needs, permit, principal, params.issuerId) }),
    route({
      method: 'PUT',
      path: '/api/v1/certificate-issuers/:issuerId/revocation-list',
      permission: 'authentication.certificate-issuer.take-list',
      summary: 'Take in a revocation list (CRL, DER or PEM) from a file',
      params: issuerParam,
      accepts: 'bytes',
      bodyLimit: longestList,
      output: contract.listTaken,
      refusals: [refuse.issuer_not_found, refuse.revocation_list_not_accepted],
      run: ({ permit, params, body }) => uploadRevocationList(needs, permit, params.issuerId, Buffer.isBuffer(body) ? body : Buffer.alloc(0)),
    }),
    route({ method: 'POST', path: '/api/v1/certificate-issuers/:issuerId/revocation-list/read', permission: 'authentication.certificate-issuer.take-list', summary: 'Read the revocation lists of an issuer now', params: issuerParam, output: contract.listTaken, refusals: [refuse.issuer_not_found, refuse.revocation_list_not_accepted], run: ({ permit, params }) => readRevocationLists(needs, permit, params.issuerId) }),
    route({ method: 'POST', path: '/api/v1/certificate-authority', permission: 'authentication.certificate-authority.make', summary: 'Make an authority of our own; needs a fresh sign-in', body: contract.makeAuthority, output: contract.authorityMade, status: 201, refusals: [refuse.authority_exists, refuse.issuer_by_token], run: ({ permit, principal, body }) => makeCertificateAuthority(needs, permit, principal, body.name) }),
    route({ method: 'DELETE', path: '/api/v1/certificate-authority', permission: 'authentication.certificate-authority.end', summary: 'End our own authority for good', refusals: [refuse.authority_not_found, refuse.issuer_by_token, refuse.last_factor, refuse.last_way_in], run: ({ permit, principal }) => endCertificateAuthority(needs, permit, principal) }),
    route({
      method: 'GET',
      path: '/api/v1/certificates',
      permission: 'authentication.certificate.read',
      summary: 'Certificates of people',
      query: contract.certificateFilter,
      output: contract.certificatePage,
      run: ({ permit, query }) => readCertificates(needs, permit, query),
    }),
    route({ method: 'POST', path: '/api/v1/certificates', permission: 'authentication.certificate.issue', summary: 'Issue a certificate of our own authority from a request (CSR); needs a fresh sign-in', body: contract.issueCertificate, output: contract.certificateIssued, status: 201, refusals: [...receiver, refuse.authority_not_found, refuse.certificate_request_not_accepted], run: async ({ permit, principal, body }) => shown(await issueCertificateTo(needs, permit, principal, body)) }),
    route({ method: 'POST', path: '/api/v1/certificates/registered', permission: 'authentication.certificate.register', summary: 'Register a certificate of a listed issuer for a person; needs a fresh sign-in', body: contract.registerCertificate, output: contract.certificateRegistered, status: 201, refusals: [...receiver, refuse.certificate_not_accepted, refuse.certificate_taken], run: ({ permit, principal, body }) => registerCertificate(needs, permit, principal, body) }),
    route({ method: 'POST', path: '/api/v1/certificates/:certificateId/renew', permission: 'authentication.certificate.issue', summary: 'Issue the next certificate of the same person and device', params: certificateParam, body: contract.renewCertificate, output: contract.certificateIssued, status: 201, refusals: [...receiver, refuse.certificate_not_found, refuse.certificate_not_ours, refuse.authority_not_found, refuse.certificate_request_not_accepted], run: async ({ permit, principal, params, body }) => shown(await renewCertificate(needs, permit, principal, { id: params.certificateId, request: body.request })) }),
    route({ method: 'POST', path: '/api/v1/certificates/:certificateId/revoke', permission: 'authentication.certificate.revoke', summary: 'Revoke a certificate, for good', params: certificateParam, body: contract.revokeCertificate, refusals: [refuse.certificate_not_found, refuse.person_not_found, refuse.last_factor, refuse.last_way_in], run: ({ permit, principal, params, body }) => revokeCertificate(needs, permit, principal, { id: params.certificateId, ...body }) }),
    route({
      method: 'GET',
      path: '/api/v1/me/certificates',
      permission: 'authentication.own.factor.read',
      summary: 'My certificates',
      output: contract.ownCertificates,
      refusals: [refuse.not_a_person],
      run: async ({ permit }) => ({
        isUsable: config.certificateDoor !== null,
        items: (await readOwnCertificates(needs, permit)).map((one) => ({ id: one.id, name: one.name, issuerName: one.issuerName, isOurOwn: one.isOurOwn, notAfter: one.notAfter.toISOString(), addedAt: one.addedAt.toISOString(), lastUsedAt: one.lastUsedAt?.toISOString() ?? null, assuranceLevel: levelOf(one), endedAt: null })),
      }),
    }),
    route({ method: 'PATCH', path: '/api/v1/me/certificates/:certificateId', permission: 'authentication.own.factor.change', summary: 'Rename a certificate of mine', params: certificateParam, body: contract.renameOwnCertificate, refusals: [refuse.not_a_person, refuse.certificate_not_found], run: ({ permit, params, body }) => renameOwnCertificate(needs, permit, { id: params.certificateId, name: body.name }) }),
    route({ method: 'DELETE', path: '/api/v1/me/certificates/:certificateId', permission: 'authentication.own.factor.change', summary: 'Give up a certificate of mine, for good', params: certificateParam, query: removeFactor, refusals: [refuse.not_a_person, refuse.certificate_not_found, refuse.last_factor, refuse.last_way_in], run: ({ permit, principal, params, query }) => removeOwnCertificate(needs, permit, principal, params.certificateId, query.endOtherSessions) }),
    route({
      method: 'GET',
      path: listPath,
      ...open,
      summary: 'Revocation list of our own authority (CRL, DER)',
      refusals: [refuse.authority_not_found],
      run: async ({ request }) => {
        await rateLimits.take(`pki ${networkOf(request.address)}`, 120, 60);
        return file(await publishedList(needs), 'application/pkix-crl');
      },
    }),
    route({
      method: 'GET',
      path: authorityPath,
      ...open,
      summary: 'Certificate of our own authority (DER)',
      refusals: [refuse.authority_not_found],
      run: async ({ request }) => {
        await rateLimits.take(`pki ${networkOf(request.address)}`, 120, 60);
        return file(await publishedAuthority(needs), 'application/pkix-cert');
      },
    }),
  ];
}

const shown = (issued: Issued): z.input<typeof contract.certificateIssued> => ({ ...issued, notAfter: issued.notAfter.toISOString() });
