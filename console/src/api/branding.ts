import type * as contract from '@bailiwick/contract/branding';
import type * as times from '@bailiwick/contract/sign-in-times';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';

export type Branding = contract.Branding;
export type Shades = contract.Shades;
export type ShadesOfColour = contract.ShadesOfColour;
export type SignInTimes = times.SignInTimes;

export const brandingQuery = queryOptions({ queryKey: ['settings', 'branding'], queryFn: ({ signal }) => api.get<Branding>('/branding', { signal }) });
export const shadesQuery = (colour: string) => queryOptions({ queryKey: ['settings', 'branding', 'shades', colour], queryFn: ({ signal }) => api.get<ShadesOfColour>('/branding/shades', { query: { colour }, signal }), staleTime: Infinity, placeholderData: keepPreviousData });
export const setBrandColour = (colour: string | null) => api.put<Branding>('/branding', { body: { colour } });
export const uploadLogo = (bytes: Blob) => api.put<Branding>('/branding/logo', { bytes });
export const removeLogo = () => api.delete<Branding>('/branding/logo');

export const signInTimesQuery = queryOptions({ queryKey: ['settings', 'sign-in-times'], queryFn: ({ signal }) => api.get<SignInTimes>('/sign-in-times', { query: { days: 30 }, signal }) });
