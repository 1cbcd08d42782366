import type * as contract from '@bailiwick/contract/certificate';
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api, type Slice } from './client.ts';

export type Issuers = contract.IssuerList;
export type Issuer = contract.Issuer;
export type Certificate = contract.CertificateCard;
export type IssuerPreview = z.output<typeof contract.issuerPreview>;
export type CertificateIssued = z.output<typeof contract.certificateIssued>;
export type EndReason = z.output<typeof contract.endReason>;
export type NewIssuer = z.input<typeof contract.addIssuer>;
export type OwnCertificate = contract.OwnCertificates['items'][number];

export const issuersQuery = queryOptions({ queryKey: ['settings', 'certificate-issuers'], queryFn: ({ signal }) => api.get<Issuers>('/certificate-issuers', { signal }) });
export const previewIssuer = (certificate: string) => api.post<IssuerPreview>('/certificate-issuers/preview', { body: { certificate } });
export const addIssuer = (body: NewIssuer) => api.post<{ id: string }>('/certificate-issuers', { body });
export const removeIssuer = (id: string) => api.delete(`/certificate-issuers/${id}`);
export const uploadRevocationList = (id: string, bytes: Blob) => api.put<{ entries: number }>(`/certificate-issuers/${id}/revocation-list`, { bytes });
export const readRevocationLists = (id: string) => api.post<{ entries: number }>(`/certificate-issuers/${id}/revocation-list/read`);
export const makeAuthority = (name: string) => api.post<{ issuerId: string }>('/certificate-authority', { body: { name } });
export const endAuthority = () => api.delete('/certificate-authority');

export const certificateList = (search: string) =>
  infiniteQueryOptions({
    queryKey: ['settings', 'certificates', search],
    queryFn: ({ signal, pageParam }) => api.get<Slice<Certificate>>('/certificates', { query: { search, after: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
export const issueCertificate = (body: z.input<typeof contract.issueCertificate>) => api.post<CertificateIssued>('/certificates', { body });
export const registerCertificate = (body: z.input<typeof contract.registerCertificate>) => api.post<{ id: string }>('/certificates/registered', { body });
export const renewCertificate = (id: string, request: string | null) => api.post<CertificateIssued>(`/certificates/${id}/renew`, { body: { request } });
export const revokeCertificate = (id: string, body: z.input<typeof contract.revokeCertificate>) => api.post<undefined>(`/certificates/${id}/revoke`, { body });

export const myCertificatesQuery = queryOptions({ queryKey: ['me', 'certificates'], queryFn: ({ signal }) => api.get<contract.OwnCertificates>('/me/certificates', { signal }) });
export const renameMyCertificate = (id: string, name: string) => api.patch(`/me/certificates/${id}`, { body: { name } });
export const removeMyCertificate = (id: string, endOtherSessions = false) => api.delete(`/me/certificates/${id}`, { query: { endOtherSessions } });
