import type * as contract from '@bailiwick/contract/hr-feed';
import { queryOptions } from '@tanstack/react-query';
import { api } from './client.ts';
import { listQuery } from './list.ts';

export type HrImport = contract.HrImport;
export type HrImportSummary = contract.HrImportSummary;
export type HrChange = contract.HrChange;
export type HrChangeKind = contract.HrChangeKind;
export type HrProblem = contract.HrProblem;
export type HrColumn = contract.HrColumn;
export type HrAttribute = contract.HrAttribute;
export type HrQuestion = contract.HrQuestion;
export type HrDateFormat = contract.HrDateFormat;
export type HrNameOrder = contract.HrNameOrder;
export type HrEncoding = contract.HrEncoding;
export type HrSeparator = contract.HrSeparator;
export type MapHrImport = contract.MapHrImport;
export type HrFeedSettings = contract.HrFeedSettings;

/** The contract's list, as values: the contract itself is types here. */
export const hrAttributes: readonly HrAttribute[] = ['employeeNumber', 'givenName', 'familyName', 'fullName', 'workEmail', 'privateEmail', 'title', 'department', 'division', 'location', 'employmentType', 'manager', 'startDate', 'endDate'];
export const hrEncodings: readonly HrEncoding[] = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'];
export const hrSeparators: readonly HrSeparator[] = [',', ';', '\t', '|'];
export const hrDateFormats: readonly HrDateFormat[] = ['yyyy-mm-dd', 'yyyy/mm/dd', 'yyyymmdd', 'dd.mm.yyyy', 'dd/mm/yyyy', 'mm/dd/yyyy', 'dd-mm-yyyy', 'mm-dd-yyyy'];

export const hrImportList = listQuery<HrImportSummary>(['hr', 'list'], '/hr-imports');
export const hrImportQuery = (id: string) => queryOptions({ queryKey: ['hr', 'one', id], queryFn: ({ signal }) => api.get<HrImport>(`/hr-imports/${id}`, { signal }) });
export const hrChangeList = (id: string, kind: HrChangeKind | undefined) => listQuery<HrChange>(['hr', 'changes', id], `/hr-imports/${id}/changes`, { kind });
export const hrProblemList = (id: string) => listQuery<HrProblem>(['hr', 'problems', id], `/hr-imports/${id}/problems`);
export const uploadHrImport = (file: File, isComplete: boolean) => api.post<HrImport>('/hr-imports', { query: { fileName: file.name.slice(0, 200), isComplete: String(isComplete) }, bytes: file });
export const mapHrImport = (id: string, body: MapHrImport) => api.put<HrImport>(`/hr-imports/${id}/mapping`, { body });
export const applyHrImport = (id: string, confirmedRemovals: number | null) => api.post<HrImport>(`/hr-imports/${id}/apply`, { body: confirmedRemovals === null ? {} : { confirmedRemovals } });
export const refuseHrImport = (id: string) => api.post<HrImport>(`/hr-imports/${id}/refuse`);
