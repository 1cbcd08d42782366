import type * as contract from '@bailiwick/contract/enrolment';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type EnrolmentPolicy = contract.EnrolmentPolicyAnswer;
export type EnrolmentPolicyWithDays = contract.EnrolmentPolicyWithDays;
export type EnrolmentDraft = contract.EnrolmentPolicyChange;
export type EnrolmentPreview = contract.EnrolmentPreview;
export type EnrolmentState = EnrolmentPolicy['state'];
export type AudienceGroup = EnrolmentDraft['audience']['anyOf'][number];
export type ReadinessRow = contract.ReadinessRow;
export type ReadinessPage = contract.ReadinessAnswer;
export type Situation = ReadinessRow['situation'];
export type Missing = NonNullable<ReadinessRow['missing']>;
export type Forecast = contract.Forecast;
export type OwnEnrolment = contract.OwnEnrolment;

export const enrolmentPoliciesQuery = queryOptions({ queryKey: ['enrolment', 'list'], queryFn: ({ signal }) => api.get<{ items: EnrolmentPolicy[] }>('/enrolment-policies', { signal }) });
export const enrolmentPolicyQuery = (id: string) => queryOptions({ queryKey: ['enrolment', 'one', id], queryFn: ({ signal }) => api.get<EnrolmentPolicyWithDays>(`/enrolment-policies/${id}`, { signal }) });
export const readinessList = (id: string, filters: { readonly search?: string | undefined; readonly situation?: string | undefined }) => listQuery<ReadinessRow, ReadinessPage>(['enrolment', 'readiness', id], `/enrolment-policies/${id}/readiness`, filters);
export const enrolmentPreviewQuery = (body: EnrolmentDraft & { readonly policyId?: string }) =>
  queryOptions({ queryKey: ['enrolment', 'preview', body], queryFn: ({ signal }) => api.post<EnrolmentPreview>('/enrolment-policies/preview', { body, signal }), placeholderData: (old) => old, staleTime: 5_000, retry: false });
export const makeEnrolmentPolicy = (body: EnrolmentDraft & { readonly state: Exclude<EnrolmentState, 'stopped'> }) => api.post<{ id: string }>('/enrolment-policies', { body });
export const changeEnrolmentPolicy = (id: string, body: EnrolmentDraft) => api.put(`/enrolment-policies/${id}`, { body });
export const turnEnrolmentPolicy = (id: string, state: Exclude<EnrolmentState, 'stopped'>) => api.post(`/enrolment-policies/${id}/turn`, { body: { state } });
export const removeEnrolmentPolicy = (id: string) => api.delete(`/enrolment-policies/${id}`);
export const excuseFromEnrolment = (id: string, body: { readonly personId: string; readonly days: number; readonly reason: string }) => api.post(`/enrolment-policies/${id}/excuses`, { body });
export const myEnrolmentQuery = queryOptions({ queryKey: ['me', 'enrolment'], queryFn: ({ signal }) => api.get<OwnEnrolment>('/me/enrolment', { signal }) });
