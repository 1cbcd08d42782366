import { applyHrImportBody, changeHrFeedBody, hrChangeList, hrFeedSettings, hrImport, hrImportList, hrImportParams, hrProblemList, listHrChangesQuery, listHrImportsQuery, listHrProblemsQuery, mapHrImportBody, uploadHrImportQuery } from '@bailiwick/contract/hr-feed';
import { file, route, type AnyRoute } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { applyHrImport } from './apply-hr-import.ts';
import { changeHrFeed } from './change-hr-feed.ts';
import { maxFileBytes, type HrImportId } from './hr-import.ts';
import { mapHrImport } from './map-hr-import.ts';
import type { Needs } from './needs.ts';
import { exportHrProblems, readHrChanges, readHrFeed, readHrImport, readHrImports, readHrProblems } from './read-hr-import.ts';
import { refuseHrImport } from './refuse-hr-import.ts';
import { uploadHrImport } from './upload-hr-import.ts';

const idOf = (params: { importId: string }): HrImportId => params.importId as HrImportId;
const unreadable = [refuse.hr_file_is_a_spreadsheet, refuse.hr_file_unreadable];
const closed = [refuse.hr_import_not_found, refuse.hr_import_closed];

export const hrFeedRoutes = (needs: Needs): readonly AnyRoute[] => [
  route({
    method: 'POST',
    path: '/api/v1/hr-imports',
    permission: 'lifecycle.hr-import.upload',
    summary: 'Upload an HR file (CSV, at most 20 MB) and preview what it would change. Nobody is changed.',
    accepts: 'bytes',
    bodyLimit: maxFileBytes,
    query: uploadHrImportQuery,
    output: hrImport,
    status: 201,
    refusals: [refuse.hr_file_too_large, ...unreadable],
    run: async ({ permit, query, body }) => {
      const content: unknown = body;
      const id = await uploadHrImport(needs, permit, { fileName: query.fileName, isComplete: query.isComplete === 'true', content: content instanceof Uint8Array ? content : new Uint8Array() });
      return readHrImport(needs, permit, id);
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/hr-imports',
    permission: 'lifecycle.hr-import.read',
    summary: 'HR imports, newest first.',
    query: listHrImportsQuery,
    output: hrImportList,
    refusals: [refuse.hr_cursor_unknown],
    run: ({ permit, query }) => readHrImports(needs, permit, query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/hr-imports/:importId',
    permission: 'lifecycle.hr-import.read',
    summary: 'One HR import: what was recognised, its problems, its preview, the brake.',
    params: hrImportParams,
    output: hrImport,
    refusals: [refuse.hr_import_not_found],
    run: ({ permit, params }) => readHrImport(needs, permit, idOf(params)),
  }),
  route({
    method: 'PUT',
    path: '/api/v1/hr-imports/:importId/mapping',
    permission: 'lifecycle.hr-import.map',
    summary: 'Say what could not be recognised, or correct it; the preview is made anew.',
    params: hrImportParams,
    body: mapHrImportBody,
    output: hrImport,
    refusals: [...closed, ...unreadable, refuse.hr_mapping_wrong],
    run: async ({ permit, params, body }) => {
      await mapHrImport(needs, permit, { importId: idOf(params), mapping: body });
      return readHrImport(needs, permit, idOf(params));
    },
  }),
  route({
    method: 'GET',
    path: '/api/v1/hr-imports/:importId/changes',
    permission: 'lifecycle.hr-import.read',
    summary: 'What the import changes, person by person, with before and after.',
    params: hrImportParams,
    query: listHrChangesQuery,
    output: hrChangeList,
    refusals: [refuse.hr_import_not_found, refuse.hr_cursor_unknown],
    run: ({ permit, params, query }) => readHrChanges(needs, permit, idOf(params), query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/hr-imports/:importId/problems',
    permission: 'lifecycle.hr-import.read',
    summary: 'Rows that change nothing, and rows that deserve a look, with line numbers.',
    params: hrImportParams,
    query: listHrProblemsQuery,
    output: hrProblemList,
    refusals: [refuse.hr_import_not_found, refuse.hr_cursor_unknown],
    run: ({ permit, params, query }) => readHrProblems(needs, permit, idOf(params), query),
  }),
  route({
    method: 'GET',
    path: '/api/v1/hr-imports/:importId/problems.csv',
    permission: 'lifecycle.hr-import.read',
    summary: 'The problems as a file, to send to HR.',
    params: hrImportParams,
    refusals: [refuse.hr_import_not_found],
    run: async ({ permit, params }) => {
      const { name, text } = await exportHrProblems(needs, permit, idOf(params));
      return file(text, 'text/csv; charset=utf-8', name);
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/hr-imports/:importId/apply',
    permission: 'lifecycle.hr-import.apply',
    summary: 'Do what the preview says. Where the brake holds, confirmedRemovals must be the number it shows.',
    params: hrImportParams,
    body: applyHrImportBody,
    output: hrImport,
    refusals: [...closed, refuse.hr_import_has_questions, refuse.hr_import_empty, refuse.hr_import_held, refuse.hr_import_confirmation_differs, refuse.hr_import_preview_outdated],
    run: async ({ permit, params, body }) => {
      await applyHrImport(needs, permit, { importId: idOf(params), confirmedRemovals: body.confirmedRemovals });
      return readHrImport(needs, permit, idOf(params));
    },
  }),
  route({
    method: 'POST',
    path: '/api/v1/hr-imports/:importId/refuse',
    permission: 'lifecycle.hr-import.refuse',
    summary: 'Put an import away without applying it; its file is forgotten.',
    params: hrImportParams,
    refusals: closed,
    run: ({ permit, params }) => refuseHrImport(needs, permit, { importId: idOf(params) }),
  }),
  route({
    method: 'GET',
    path: '/api/v1/hr-feed',
    permission: 'lifecycle.hr-feed.read',
    summary: 'Settings of the HR feed.',
    output: hrFeedSettings,
    run: ({ permit }) => readHrFeed(needs, permit),
  }),
  route({
    method: 'PATCH',
    path: '/api/v1/hr-feed',
    permission: 'lifecycle.hr-feed.change',
    summary: 'Change where days begin and end, and which employment types need an end date.',
    body: changeHrFeedBody,
    output: hrFeedSettings,
    refusals: [refuse.hr_time_zone_unknown],
    run: ({ permit, body }) => changeHrFeed(needs, permit, body),
  }),
];
