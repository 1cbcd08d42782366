import { record, recordApart } from '../../audit/index.ts';
import { newId, sha256 } from '../../platform/crypto/index.ts';
import { recorded } from '../../platform/errors/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import { hrImportPreviewed } from '../events.ts';
import { examineApart } from './examine-apart.ts';
import { maxFileBytes, type HrImportId } from './hr-import.ts';
import { shown } from './mapping.ts';
import type { Needs } from './needs.ts';
import { compare, readableOrRefuse, refusalOf } from './preview.ts';
import { insertImport, saveDetails } from './store.ts';

/** Takes an HR file in, recognises what it is and shows what it would change. Nobody is changed. */
export async function uploadHrImport({ clock, database, announce, lastWayIn }: Needs, permit: Permit<'lifecycle.hr-import.upload'>, input: { readonly fileName: string; readonly isComplete: boolean; readonly content: Uint8Array }): Promise<HrImportId> {
  const receivedAt = clock.now();
  const fileName = shown(input.fileName, 200);
  const entry = { action: 'lifecycle.hr-import.upload', actor: permit.actor, actorName: permit.actorName, targetName: fileName, at: receivedAt } as const;
  if (input.content.length > maxFileBytes) throw refuse.hr_file_too_large({ limitMb: maxFileBytes / 1_048_576 });
  const digest = sha256(input.content).toString('hex');
  const raw = await examineApart(input.content, {});
  const refusal = refusalOf(raw);
  if (refusal !== null) {
    // With the digest of the file, which the door does not know.
    await recordApart({ database }, { ...entry, target: null, outcome: 'refused', reason: refusal.message, facts: { sha256: digest, size: input.content.length } });
    throw recorded(refusal);
  }
  const examined = readableOrRefuse(raw);

  const id = newId() as HrImportId;
  await database.transaction(async (tx) => {
    const { preview, difference } = await compare(tx, examined, { isComplete: input.isComplete, choices: {}, receivedAt, now: receivedAt, lastWayIn });
    await insertImport(tx, { id, fileName, sha256: digest, size: input.content.length, uploadedBy: permit.actor, uploadedByName: permit.actorName, uploadedAt: receivedAt }, input.content, preview);
    await saveDetails(tx, id, difference.problems, difference.changes);
    await record(tx, { ...entry, target: `hr-import:${id}`, outcome: 'allowed', facts: { sha256: digest, size: input.content.length, isComplete: input.isComplete, state: preview.state, counts: preview.counts } });
    await announce(tx, hrImportPreviewed(id, receivedAt, { state: preview.state }));
  });
  return id;
}

