import type { HrBrake, HrChange, HrCounts, HrFeedSettings, HrImportState, HrProblem, HrQuestion } from '@bailiwick/contract/hr-feed';
import { cursorOf, fragment, json, join, parseCursor, parseTimeCursor, sql, type Fragment, type Tx } from '../../platform/db/index.ts';
import { refuse } from '../errors.ts';
import type { Change } from './difference.ts';
import type { Recognised } from './examine.ts';
import type { HrImportId } from './hr-import.ts';
import type { Choices } from './mapping.ts';
import type { Problem } from './rows.ts';

export interface HrImportRow {
  readonly id: HrImportId;
  readonly fileName: string;
  readonly sha256: string;
  readonly size: number;
  readonly state: HrImportState;
  readonly isComplete: boolean;
  readonly choices: Choices;
  readonly recognised: Recognised | null;
  readonly questions: readonly HrQuestion[];
  readonly brake: HrBrake;
  readonly consequences: readonly string[];
  readonly counts: HrCounts | null;
  readonly uploadedBy: string;
  readonly uploadedByName: string;
  readonly uploadedAt: Date;
  readonly previewedAt: Date | null;
  readonly appliedByName: string | null;
  readonly appliedAt: Date | null;
}

const columns = fragment`id, file_name, sha256, size, state, is_complete, choices, recognised, questions, brake, consequences, counts, uploaded_by, uploaded_by_name, uploaded_at, previewed_at, applied_by_name, applied_at`;

/** One import is applied after the other, on all nodes: each compares with what the one before it left. */
export const takeTurn = (tx: Tx): Promise<unknown> => sql(tx)`select pg_advisory_xact_lock(hashtextextended('lifecycle.hr-import', 0))`;

export async function findImport(tx: Tx, id: HrImportId): Promise<HrImportRow | null> {
  const [row] = await sql<HrImportRow>(tx)`select ${columns} from lifecycle.hr_import where id = ${id}`;
  return row ?? null;
}

export async function findImportForUpdate(tx: Tx, id: HrImportId): Promise<HrImportRow | null> {
  const [row] = await sql<HrImportRow>(tx)`select ${columns} from lifecycle.hr_import where id = ${id} for update`;
  return row ?? null;
}

export async function contentOf(tx: Tx, id: HrImportId): Promise<Buffer | null> {
  const [row] = await sql<{ content: Buffer | null }>(tx)`select content from lifecycle.hr_import where id = ${id}`;
  return row?.content ?? null;
}

export type Preview = Pick<HrImportRow, 'state' | 'isComplete' | 'choices' | 'recognised' | 'questions' | 'brake' | 'consequences' | 'counts' | 'previewedAt'>;

export async function insertImport(tx: Tx, row: Pick<HrImportRow, 'id' | 'fileName' | 'sha256' | 'size' | 'uploadedBy' | 'uploadedByName' | 'uploadedAt'>, content: Uint8Array, preview: Preview): Promise<void> {
  await sql(tx)`
    insert into lifecycle.hr_import (id, file_name, sha256, size, content, state, is_complete, choices, recognised, questions, brake, consequences, counts, uploaded_by, uploaded_by_name, uploaded_at, previewed_at)
         values (${row.id}, ${row.fileName}, ${row.sha256}, ${row.size}, ${content}, ${preview.state}, ${preview.isComplete}, ${json(preview.choices)}, ${json(preview.recognised)}, ${json(preview.questions)}, ${json(preview.brake)}, ${json(preview.consequences)}, ${json(preview.counts)}, ${row.uploadedBy}, ${row.uploadedByName}, ${row.uploadedAt}, ${preview.previewedAt})`;
}

export async function savePreview(tx: Tx, id: HrImportId, preview: Preview): Promise<void> {
  await sql(tx)`
    update lifecycle.hr_import
       set state = ${preview.state}, is_complete = ${preview.isComplete}, choices = ${json(preview.choices)}, recognised = ${json(preview.recognised)}, questions = ${json(preview.questions)},
           brake = ${json(preview.brake)}, consequences = ${json(preview.consequences)}, counts = ${json(preview.counts)}, previewed_at = ${preview.previewedAt}
     where id = ${id}`;
}

/** The rows of a preview; those of the one before are replaced. */
export async function saveDetails(tx: Tx, id: HrImportId, problems: readonly Problem[], changes: readonly Change[]): Promise<void> {
  await sql(tx)`delete from lifecycle.hr_import_problem where import_id = ${id}`;
  await sql(tx)`delete from lifecycle.hr_import_change where import_id = ${id}`;
  // In pieces: one text of many thousand rows would hold up the process while it is written.
  for (let from = 0; from < problems.length; from += piece) {
    await sql(tx)`
      insert into lifecycle.hr_import_problem (import_id, position, line, severity, code, header, value, employee_number, text, action)
      select ${id}, r.position, r.line, r.severity, r.code, r.header, r.value, r.employee_number, r.text, r.action
        from jsonb_to_recordset(${json(problems.slice(from, from + piece).map(({ employeeNumber, ...problem }, index) => ({ ...problem, position: from + index, employee_number: employeeNumber })))})
             as r (position integer, line integer, severity text, code text, header text, value text, employee_number text, text text, action text)`;
  }
  for (let from = 0; from < changes.length; from += piece) {
    await sql(tx)`
      insert into lifecycle.hr_import_change (import_id, position, kind, person_id, employee_number, name, line, why, happened_at, effective_on, changes)
      select ${id}, r.position, r.kind, r.person_id, r.employee_number, r.name, r.line, r.why, r.happened_at, r.effective_on, r.changes
        from jsonb_to_recordset(${json(changes.slice(from, from + piece).map((change, index) => ({ position: from + index, kind: change.kind, person_id: change.personId, employee_number: change.employeeNumber, name: change.name, line: change.line, why: change.why, happened_at: change.happenedAt, effective_on: change.effectiveOn, changes: change.changes.map(withoutPrivate) })))})
             as r (position integer, kind text, person_id uuid, employee_number text, name text, line integer, why text, happened_at timestamptz, effective_on date, changes jsonb)`;
  }
}

const piece = 500;

/** A private address is nobody's business but HR's: that it changes is kept, not what it is. */
const withoutPrivate = (change: Change['changes'][number]): Change['changes'][number] =>
  change.attribute === 'privateEmail' ? { attribute: change.attribute, before: change.before && '(not shown)', after: change.after && '(not shown)' } : change;

/** Whose access the stored preview takes away, today or later. */
export async function removalsShown(tx: Tx, id: HrImportId): Promise<Set<string>> {
  const rows = await sql<{ personId: string }>(tx)`select person_id from lifecycle.hr_import_change where import_id = ${id} and kind in ('leaver', 'ending')`;
  return new Set(rows.map((row) => row.personId));
}

export async function finishImport(tx: Tx, id: HrImportId, applied: { byName: string; at: Date }): Promise<void> {
  await sql(tx)`update lifecycle.hr_import set state = 'applied', applied_at = ${applied.at}, applied_by_name = ${applied.byName}, content = null where id = ${id}`;
  await sql(tx)`delete from lifecycle.hr_import_change where import_id = ${id} and kind = 'unchanged'`;
}

export async function putAway(tx: Tx, id: HrImportId, at: Date): Promise<void> {
  await sql(tx)`update lifecycle.hr_import set state = 'refused', refused_at = ${at}, content = null where id = ${id}`;
  await sql(tx)`delete from lifecycle.hr_import_change where import_id = ${id}`;
  await sql(tx)`delete from lifecycle.hr_import_problem where import_id = ${id}`;
}

export const staleImports = (tx: Tx, before: Date): Promise<{ id: HrImportId; fileName: string }[]> =>
  sql<{ id: HrImportId; fileName: string }>(tx)`select id, file_name from lifecycle.hr_import where state in ('uploaded', 'previewed', 'held') and uploaded_at < ${before} for update skip locked`;

export async function findSameFile(tx: Tx, sha256: string, except: HrImportId): Promise<{ importId: string; appliedAt: Date } | null> {
  const [row] = await sql<{ importId: string; appliedAt: Date }>(tx)`select id as import_id, applied_at from lifecycle.hr_import where sha256 = ${sha256} and state = 'applied' and id <> ${except} order by applied_at desc limit 1`;
  return row ?? null;
}

interface Page {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export async function listImports(tx: Tx, { cursor, limit }: Page): Promise<{ items: HrImportRow[]; next: string | null }> {
  const after = cursor === undefined ? null : parseTimeCursor(cursor);
  if (cursor !== undefined && !after) throw refuse.hr_cursor_unknown();
  const rows = await sql<HrImportRow>(tx)`
    select ${columns}
      from lifecycle.hr_import
     ${after ? fragment`where (uploaded_at, id) < (${new Date(after.key)}, ${after.id}::uuid)` : fragment``}
     order by uploaded_at desc, id desc
     limit ${limit + 1}`;
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next: rows.length > limit && last ? cursorOf({ key: last.uploadedAt.toISOString(), id: last.id }) : null };
}

async function pageByPosition<Row extends { readonly position: number }>(ask: (after: number, limit: number) => Promise<Row[]>, { cursor, limit }: Page): Promise<{ items: Row[]; next: string | null }> {
  const after = cursor === undefined ? null : parseCursor(cursor);
  if (cursor !== undefined && !/^\d{1,9}$/.test(after?.key ?? '')) throw refuse.hr_cursor_unknown();
  const rows = await ask(after ? Number(after.key) : -1, limit + 1);
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? cursorOf({ key: String(items.at(-1)!.position), id: '' }) : null };
}

const all = (conditions: readonly Fragment[]): Fragment => join(conditions, fragment` and `);

export type ChangeRow = Omit<HrChange, 'happenedAt'> & { readonly happenedAt: Date | null };

export const listChanges = (tx: Tx, id: HrImportId, { kind, ...page }: Page & { readonly kind?: string | undefined }): Promise<{ items: ChangeRow[]; next: string | null }> =>
  pageByPosition<ChangeRow>(
    (after, limit) => sql<ChangeRow>(tx)`
      select position, kind, person_id, employee_number, name, line, why, happened_at, effective_on, changes
        from lifecycle.hr_import_change
       where ${all([fragment`import_id = ${id}`, fragment`position > ${after}`, ...(kind === undefined ? [] : [fragment`kind = ${kind}`])])}
       order by position
       limit ${limit}`,
    page,
  );

export const listProblems = (tx: Tx, id: HrImportId, { severity, ...page }: Page & { readonly severity?: string | undefined }): Promise<{ items: HrProblem[]; next: string | null }> =>
  pageByPosition<HrProblem>(
    (after, limit) => sql<HrProblem>(tx)`
      select position, line, severity, code, header, value, employee_number, text, action
        from lifecycle.hr_import_problem
       where ${all([fragment`import_id = ${id}`, fragment`position > ${after}`, ...(severity === undefined ? [] : [fragment`severity = ${severity}`])])}
       order by position
       limit ${limit}`,
    page,
  );

export async function findFeed(tx: Tx): Promise<HrFeedSettings> {
  const [row] = await sql<HrFeedSettings>(tx)`select time_zone, employment_types_with_end_date from lifecycle.hr_feed`;
  return row!;
}

export async function saveFeed(tx: Tx, settings: HrFeedSettings, at: Date): Promise<void> {
  await sql(tx)`update lifecycle.hr_feed set time_zone = ${settings.timeZone}, employment_types_with_end_date = ${[...settings.employmentTypesWithEndDate]}::text[], changed_at = ${at}`;
}

export async function departures(tx: Tx): Promise<Set<string>> {
  const rows = await sql<{ personId: string }>(tx)`select person_id from lifecycle.hr_departure`;
  return new Set(rows.map((row) => row.personId));
}

export async function saveDepartures(tx: Tx, list: readonly { readonly personId: string; readonly importId: HrImportId | null; readonly reason: 'end_date' | 'absent'; readonly happenedAt: Date }[]): Promise<void> {
  if (list.length === 0) return;
  await sql(tx)`
    insert into lifecycle.hr_departure (person_id, import_id, reason, happened_at)
    select r.person_id, r.import_id, r.reason, r.happened_at
      from jsonb_to_recordset(${json(list.map((one) => ({ person_id: one.personId, import_id: one.importId, reason: one.reason, happened_at: one.happenedAt })))}) as r (person_id uuid, import_id uuid, reason text, happened_at timestamptz)
    on conflict (person_id) do update set import_id = excluded.import_id, reason = excluded.reason, happened_at = excluded.happened_at`;
}

export async function forgetDepartures(tx: Tx, personIds: readonly string[]): Promise<void> {
  if (personIds.length > 0) await sql(tx)`delete from lifecycle.hr_departure where person_id = any(${[...personIds]}::uuid[])`;
}

/** Over the directory's published view. Locked, and what another node holds is left to it: two would start the same person. */
export const dueToStart = (tx: Tx, today: string): Promise<{ personId: string }[]> =>
  sql<{ personId: string }>(tx)`select person_id from directory.person_card where status = 'staged' and (start_date is null or start_date <= ${today}::date) and (end_date is null or end_date >= ${today}::date) order by person_id for update skip locked`;
