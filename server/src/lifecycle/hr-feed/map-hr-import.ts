import type { MapHrImport } from '@bailiwick/contract/hr-feed';
import { record } from '../../audit/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { hrImportPreviewed } from '../events.ts';
import { examineApart } from './examine-apart.ts';
import { isOpen, type HrImportId } from './hr-import.ts';
import type { Needs } from './needs.ts';
import { compare, readableOrRefuse } from './preview.ts';
import { contentOf, findImport, findImportForUpdate, saveDetails, savePreview } from './store.ts';

/** A person answers what could not be recognised, or corrects it; the preview is made anew. */
export async function mapHrImport({ clock, database, announce, lastWayIn }: Needs, permit: Permit<'lifecycle.hr-import.map'>, input: { readonly importId: HrImportId; readonly mapping: MapHrImport }): Promise<void> {
  const { importId, mapping } = input;
  const [found, content] = await database.read(async (tx) => [await findImport(tx, importId), await contentOf(tx, importId)] as const);
  if (!found) throw refuse.hr_import_not_found();
  if (!isOpen(found.state) || !content) throw refuse.hr_import_closed({ state: found.state });
  const examined = readableOrRefuse(await examineApart(content, mapping));

  await database.transaction(async (tx) => {
    const current = await findImportForUpdate(tx, importId);
    if (!current || !isOpen(current.state)) throw refuse.hr_import_closed({ state: current?.state ?? 'refused' });
    const now = clock.now();
    const { preview, difference } = await compare(tx, examined, { isComplete: mapping.isComplete ?? current.isComplete, choices: mapping, receivedAt: current.uploadedAt, now, lastWayIn });
    await savePreview(tx, importId, preview);
    await saveDetails(tx, importId, difference.problems, difference.changes);
    await record(tx, { action: 'lifecycle.hr-import.map', actor: permit.actor, actorName: permit.actorName, target: `hr-import:${importId}`, targetName: current.fileName, at: now, outcome: 'allowed', facts: { mapping, state: preview.state, counts: preview.counts } });
    await announce(tx, hrImportPreviewed(importId, now, { state: preview.state }));
  });
}
