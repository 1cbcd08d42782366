import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Entry } from './entry.ts';
import { findEntry, listActions, listEntries, listInOrder, type EntryFilter } from './store.ts';
import { ocsfOf } from './ocsf.ts';

interface Needs {
  readonly database: Database;
}
type MayRead = Permit<'audit.entry.read'>;

export const readEntries = ({ database }: Needs, _permit: MayRead, filter: EntryFilter): Promise<{ items: Entry[]; next: string | null }> => database.read((tx) => listEntries(tx, filter));

export async function readEntry({ database }: Needs, _permit: MayRead, seq: number): Promise<Entry> {
  const entry = await database.read((tx) => findEntry(tx, seq));
  if (!entry) throw refuse.entry_not_found({ seq });
  return entry;
}

export const readActions = ({ database }: Needs, _permit: MayRead): Promise<string[]> => database.read(listActions);

const pageSize = 2_000;

/** One OCSF event a line, in the order of the chain. */
export async function exportEntries({ database }: Needs, _permit: MayRead, range: { readonly after: number; readonly from?: Date | undefined; readonly to?: Date | undefined; readonly limit: number }): Promise<string> {
  const lines: string[] = [];
  for (let after = range.after; lines.length < range.limit; ) {
    const wanted = Math.min(pageSize, range.limit - lines.length);
    const page = await database.read((tx) => listInOrder(tx, { ...range, after, limit: wanted }));
    for (const entry of page) lines.push(JSON.stringify(ocsfOf(entry)));
    if (page.length < wanted) break;
    after = page.at(-1)!.seq!;
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
