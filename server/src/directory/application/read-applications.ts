import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { ApplicationId, ApplicationKind } from './application.ts';
import { findApplicationWithNumbers, listApplications, type ApplicationInList } from './store.ts';

interface Needs {
  readonly database: Database;
}

export const readApplications = ({ database }: Needs, _permit: Permit<'directory.application.read'>, filter: { search?: string | undefined; kind?: ApplicationKind | undefined; cursor?: string | undefined; limit: number }): Promise<{ items: ApplicationInList[]; next: string | null }> =>
  database.read((tx) => listApplications(tx, filter));

export async function readApplication({ database }: Needs, _permit: Permit<'directory.application.read'> | Permit<'directory.application.change'>, id: ApplicationId): Promise<ApplicationInList> {
  const application = await database.read((tx) => findApplicationWithNumbers(tx, id));
  if (!application) throw refuse.application_not_found({ application: id });
  return application;
}
