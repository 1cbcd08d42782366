import type { Database } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { listLeaverProofs, type LeaverProof } from './store.ts';

export const readLeaverProofs = (
  { database }: { readonly database: Database },
  _permit: Permit<'reports.leaver-proof.read'>,
  page: { readonly cursor: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly LeaverProof[]; readonly next: string | null }> => database.read((tx) => listLeaverProofs(tx, page));
