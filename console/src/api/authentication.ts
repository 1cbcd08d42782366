import type * as contract from '@bailiwick/contract/authentication';
import { queryOptions } from '@tanstack/react-query';
import type { z } from 'zod';
import { api, rememberCsrfToken } from './client.ts';

export type Me = contract.Me;
export type Session = contract.SessionCard;
export type Factors = contract.Factors;
export type Passkey = Factors['passkeys'][number];
export type PersonFactors = contract.PersonFactors;
export type AccessPass = z.output<typeof contract.accessPassIssued>;
export type TotpStarted = z.output<typeof contract.totpStarted>;
export type ApiToken = z.output<typeof contract.apiToken>;
export type ApiTokenCreated = z.output<typeof contract.apiTokenCreated>;
export type SignInPolicy = z.output<typeof contract.signInPolicy>;

export const meQuery = queryOptions({
  queryKey: ['me', 'self'],
  queryFn: async ({ signal }) => {
    const me = await api.get<Me>('/me', { signal });
    rememberCsrfToken(me.csrfToken);
    return me;
  },
  staleTime: 60_000,
});

export const mySessionsQuery = queryOptions({ queryKey: ['me', 'sessions'], queryFn: ({ signal }) => api.get<{ items: Session[] }>('/me/sessions', { signal }) });
export const endMySession = (id: string) => api.delete(`/me/sessions/${id}`);
export const endMyOtherSessions = () => api.post<{ ended: number }>('/me/sessions/end-others');

export const myFactorsQuery = queryOptions({ queryKey: ['me', 'factors'], queryFn: ({ signal }) => api.get<Factors>('/me/factors', { signal }) });
export const setPassword = (body: z.input<typeof contract.setPassword>) => api.put('/me/factors/password', { body });
export const startTotp = (name: string) => api.post<TotpStarted>('/me/factors/totp', { body: { name } });
export const confirmTotp = (id: string, code: string, endOtherSessions = false) => api.post(`/me/factors/totp/${id}/confirm`, { body: { code, endOtherSessions } });
export const passkeyOptions = () => api.post<{ options: Record<string, unknown> }>('/me/factors/passkey-options');
export const addPasskey = (body: { name?: string; response: Record<string, unknown>; endOtherSessions?: boolean }) => api.post<{ id: string }>('/me/factors/passkeys', { body });
export const renameFactor = (id: string, name: string) => api.patch(`/me/factors/${id}`, { body: { name } });
/** `password`, or the id of an authenticator app or a passkey. */
export const removeFactor = (which: string, endOtherSessions = false) => api.delete(`/me/factors/${which}`, { query: { endOtherSessions } });
export const newRecoveryCodes = () => api.post<{ codes: string[] }>('/me/factors/recovery-codes');

export const personSessionsQuery = (personId: string) => queryOptions({ queryKey: ['people', 'sessions', personId], queryFn: ({ signal }) => api.get<{ items: Session[] }>(`/people/${personId}/sessions`, { signal }) });
export const endPersonSessions = (personId: string) => api.post<{ ended: number }>(`/people/${personId}/sessions/end-all`);
export const endPersonSession = (personId: string, id: string) => api.delete(`/people/${personId}/sessions/${id}`);
export const personFactorsQuery = (personId: string) => queryOptions({ queryKey: ['people', 'factors', personId], queryFn: ({ signal }) => api.get<PersonFactors>(`/people/${personId}/factors`, { signal }) });
export const issueAccessPass = (personId: string, reason: string) => api.post<AccessPass>(`/people/${personId}/access-pass`, { body: { reason } });

export const tokensQuery = queryOptions({ queryKey: ['settings', 'tokens'], queryFn: ({ signal }) => api.get<{ items: ApiToken[] }>('/tokens', { signal }) });
export const createToken = (body: z.input<typeof contract.createApiToken>) => api.post<ApiTokenCreated>('/tokens', { body });
export const revokeToken = (id: string) => api.delete(`/tokens/${id}`);
export const signInPolicyQuery = queryOptions({ queryKey: ['settings', 'sign-in'], queryFn: ({ signal }) => api.get<SignInPolicy>('/sign-in-policy', { signal }) });
