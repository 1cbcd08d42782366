import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { isOpen, type HrImportId } from './hr-import.ts';
import type { Needs } from './needs.ts';
import { findImportForUpdate, putAway } from './store.ts';

/** Puts an import away without applying it; the file and its rows are forgotten. */
export const refuseHrImport = ({ clock, database }: Needs, permit: Permit<'lifecycle.hr-import.refuse'>, { importId }: { readonly importId: HrImportId }): Promise<void> =>
  database.transaction(async (tx) => {
    const found = await findImportForUpdate(tx, importId);
    if (!found) throw refuse.hr_import_not_found();
    if (!isOpen(found.state)) throw refuse.hr_import_closed({ state: found.state });
    const now = clock.now();
    await putAway(tx, importId, now);
    await record(tx, { action: 'lifecycle.hr-import.refuse', actor: permit.actor, actorName: permit.actorName, target: `hr-import:${importId}`, targetName: found.fileName, at: now, outcome: 'allowed', facts: { sha256: found.sha256 } });
  });
