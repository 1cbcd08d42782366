import type { PasskeyMetadata, PasskeyModel } from '@bailiwick/contract/passkey-models';
import { cursorOf, parseIdCursor } from '../../platform/db/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { whyUnfit } from './model.ts';
import { countModels, findModel, findModels, newestMetadata, type ModelCard, type ModelFilter } from './store.ts';

type ReadNeeds = Pick<Needs, 'database' | 'clock'>;
type ReadPermit = Permit<'authentication.passkey-model.read'>;

export async function readPasskeyModels({ database }: ReadNeeds, _permit: ReadPermit, query: { readonly search?: string | undefined; readonly only?: ModelFilter['only']; readonly cursor?: string | undefined; readonly limit: number }): Promise<{ items: PasskeyModel[]; next: string | null }> {
  const after = query.cursor === undefined ? null : parseIdCursor(query.cursor);
  if (query.cursor !== undefined && after === null) throw refuse.passkey_model_cursor_unknown();
  const rows = await database.read((tx) => findModels(tx, { search: query.search, only: query.only, after, limit: query.limit + 1 }));
  const items = rows.slice(0, query.limit);
  const last = items.at(-1);
  return { items: items.map(asModel), next: rows.length > query.limit && last ? cursorOf({ key: last.name.toLowerCase(), id: last.id }) : null };
}

export async function readPasskeyModel({ database }: ReadNeeds, _permit: ReadPermit | Permit<'authentication.passkey-model.add'> | Permit<'authentication.passkey-model.list'>, id: string): Promise<PasskeyModel> {
  const model = await database.read((tx) => findModel(tx, id));
  if (!model) throw refuse.passkey_model_not_found({ model: id });
  return asModel(model);
}

export async function readPasskeyMetadata({ database, clock }: ReadNeeds, _permit: ReadPermit): Promise<PasskeyMetadata> {
  const [file, counts] = await database.read((tx) => Promise.all([newestMetadata(tx), countModels(tx)]));
  return {
    file: file && { ...file, importedAt: file.importedAt.toISOString(), isOverdue: Date.parse(file.nextUpdate) < clock.now().getTime() },
    ...counts,
  };
}

const asModel = ({ goneAt, listedAt, ...model }: ModelCard): PasskeyModel => ({
  id: model.id,
  name: model.name,
  aaguid: model.aaguid,
  source: model.source,
  serial: model.serial,
  keyProtection: [...model.keyProtection],
  userVerification: [...model.userVerification],
  statusReports: model.statusReports.map((report) => ({ ...report })),
  problem: model.problem,
  isGone: goneAt !== null,
  icon: model.icon,
  isListed: listedAt !== null,
  listedAt: listedAt?.toISOString() ?? null,
  listedByName: model.listedByName,
  unfit: whyUnfit({ ...model, isGone: goneAt !== null }),
  passkeys: model.passkeys,
  sessions: model.sessions,
});
