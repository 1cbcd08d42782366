import type { HrChange, HrFeedSettings, HrImport, HrImportSummary, HrProblem } from '@bailiwick/contract/hr-feed';
import { stringify } from 'csv-stringify/sync';
import type { Tx } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { HrImportId } from './hr-import.ts';
import type { Needs } from './needs.ts';
import { findFeed, findImport, findSameFile, listChanges, listImports, listProblems, type ChangeRow, type HrImportRow } from './store.ts';

type MayRead = Permit<'lifecycle.hr-import.read'> | Permit<'lifecycle.hr-import.upload'> | Permit<'lifecycle.hr-import.map'> | Permit<'lifecycle.hr-import.apply'>;

const summary = (row: HrImportRow): HrImportSummary => ({
  id: row.id,
  fileName: row.fileName,
  sha256: row.sha256,
  size: row.size,
  state: row.state,
  isComplete: row.isComplete,
  uploadedAt: row.uploadedAt.toISOString(),
  uploadedBy: row.uploadedByName,
  appliedAt: row.appliedAt?.toISOString() ?? null,
  appliedBy: row.appliedByName,
  counts: row.counts,
});

const presentChange = (row: ChangeRow): HrChange => ({ ...row, happenedAt: row.happenedAt?.toISOString() ?? null });

async function foundOrRefuse(tx: Tx, id: HrImportId): Promise<HrImportRow> {
  const row = await findImport(tx, id);
  if (!row) throw refuse.hr_import_not_found();
  return row;
}

export const readHrImport = ({ database }: Pick<Needs, 'database'>, _permit: MayRead, id: HrImportId): Promise<HrImport> =>
  database.read(async (tx) => {
    const row = await foundOrRefuse(tx, id);
    const same = await findSameFile(tx, row.sha256, id);
    const changes = await listChanges(tx, id, { limit: 50 });
    return {
      ...summary(row),
      recognised: row.recognised ? { ...row.recognised, columns: [...row.recognised.columns] } : null,
      questions: [...row.questions],
      brake: row.brake,
      consequences: [...row.consequences],
      sameFile: same ? { importId: same.importId, appliedAt: same.appliedAt.toISOString() } : null,
      previewedAt: row.previewedAt?.toISOString() ?? null,
      problems: (await listProblems(tx, id, { limit: 50 })).items,
      sample: changes.items.filter((change) => change.kind !== 'unchanged').map(presentChange),
    };
  });

interface Page {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

export const readHrImports = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'lifecycle.hr-import.read'>, page: Page): Promise<{ items: HrImportSummary[]; next: string | null }> =>
  database.read(async (tx) => {
    const { items, next } = await listImports(tx, page);
    return { items: items.map(summary), next };
  });

export const readHrChanges = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'lifecycle.hr-import.read'>, id: HrImportId, page: Page & { readonly kind?: string | undefined }): Promise<{ items: HrChange[]; next: string | null }> =>
  database.read(async (tx) => {
    await foundOrRefuse(tx, id);
    const { items, next } = await listChanges(tx, id, page);
    return { items: items.map(presentChange), next };
  });

export const readHrProblems = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'lifecycle.hr-import.read'>, id: HrImportId, page: Page & { readonly severity?: string | undefined }): Promise<{ items: HrProblem[]; next: string | null }> =>
  database.read(async (tx) => {
    await foundOrRefuse(tx, id);
    return listProblems(tx, id, page);
  });

/** For HR: what to correct, as a file. Cells that a spreadsheet would run as a formula (CSV injection, CWE-1236) are defused. */
export const exportHrProblems = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'lifecycle.hr-import.read'>, id: HrImportId): Promise<{ name: string; text: string }> =>
  database.read(async (tx) => {
    const row = await foundOrRefuse(tx, id);
    const { items } = await listProblems(tx, id, { limit: 100_000 });
    return { name: `problems of ${row.fileName.replace(/\.[^.]*$/, '')}.csv`, text: problemsAsCsv(items) };
  });

export const problemsAsCsv = (problems: readonly HrProblem[]): string =>
  stringify(problems.map((problem) => [problem.line, problem.severity, problem.employeeNumber, problem.header, problem.value, problem.text, problem.action]), {
    header: true,
    columns: ['Line', 'Severity', 'Employee ID', 'Column', 'Value', 'Problem', 'What to do'],
    escape_formulas: true,
    bom: true,
    record_delimiter: 'windows',
  });

export const readHrFeed = ({ database }: Pick<Needs, 'database'>, _permit: Permit<'lifecycle.hr-feed.read'>): Promise<HrFeedSettings> => database.read(findFeed);
