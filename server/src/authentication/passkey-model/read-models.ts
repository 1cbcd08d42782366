import type { PasskeyMetadata, PasskeyModel } from '@bailiwick/contract/passkey-models';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { whyUnfit } from './model.ts';
import { countModels, findModel, findModels, newestMetadata, type ModelCard, type ModelFilter } from './store.ts';

type ReadNeeds = Pick<Needs, 'database' | 'clock'>;
type ReadPermit = Permit<'authentication.passkey-model.read'>;

export async function readPasskeyModels({ database }: ReadNeeds, _permit: ReadPermit, query: { readonly search?: string | undefined; readonly only?: ModelFilter['only']; readonly cursor?: string | undefined; readonly limit: number }): Promise<{ items: PasskeyModel[]; next: string | null }> {
  const found = await database.read((tx) => findModels(tx, query));
  if (!found) throw refuse.passkey_model_cursor_unknown();
  return { items: found.models.map(asModel), next: found.next };
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
