import { record } from '../../audit/index.ts';
import { newId } from '../../platform/crypto/index.ts';
import type { Tx } from '../../platform/db/index.ts';
import type { ActorId, Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { endSessionsRestingOnIn, judgeKeysAgainIn } from './judge.ts';
import { readStatement } from './metadata.ts';
import { keyOf, whyUnfit, type Unfit } from './model.ts';
import { lockModel, lockModels, modelsByKey, removeModel, saveModels, setListed, takeOffList, type StoredModel } from './store.ts';

type ChangeNeeds = Pick<Needs, 'clock' | 'database' | 'announce'>;
type By = { readonly actor: ActorId; readonly actorName: string };

/** Adds one metadata statement, for a key that no file of the FIDO Alliance describes. The administrator vouches for it; it stands in the audit. */
export async function addPasskeyModel({ clock, database }: ChangeNeeds, permit: Permit<'authentication.passkey-model.add'>, statement: unknown): Promise<string> {
  const model = readStatement(statement);
  if (!model) throw refuse.statement_unreadable();
  const now = clock.now();
  return database.transaction(async (tx) => {
    // A statement must never change what a signed file says.
    const known = (await lockModels(tx)).find((one) => one.key === keyOf(model) || (model.aaguid !== null && one.aaguid === model.aaguid) || (model.aaguid === null && one.keyIdentifiers.some((id) => model.keyIdentifiers.includes(id))));
    if (known) throw refuse.passkey_model_known({ model: known.name });
    const id = newId();
    await saveModels(tx, [{ id, model, source: 'statement', serial: null }], now);
    const judged = await judgeKeysAgainIn(tx, await modelsByKey(tx, [keyOf(model)]), now);
    await recordModel(tx, permit, 'authentication.passkey-model.add', { id, name: model.name }, now, { aaguid: model.aaguid, keyProtection: model.keyProtection, roots: model.attestationRoots.length, newlyAttested: judged.proven });
    return id;
  });
}

/** Takes back what was added by hand. Keys that it proved are only stated again, and what rested on them ends. */
export async function removePasskeyModel(needs: ChangeNeeds, permit: Permit<'authentication.passkey-model.remove'>, id: string): Promise<number> {
  const { clock, database } = needs;
  return database.transaction(async (tx) => {
    const model = await lockedModel(tx, id);
    if (model.source !== 'statement') throw refuse.passkey_model_of_the_file({ model: model.name });
    await takeOffList(tx, [id]);
    const ended = await endSessionsRestingOnIn(tx, needs, permit, [id], offTheList);
    await removeModel(tx, id);
    await recordModel(tx, permit, 'authentication.passkey-model.remove', model, clock.now(), { endedSessions: ended });
    return ended;
  });
}

const offTheList = 'the model of its security key is no longer on the list for level 3';

const unfitInWords: Readonly<Record<Unfit, string>> = {
  not_told_apart: 'keys of this model do not name it (no AAGUID)',
  gone: 'the newest metadata no longer has it',
  problem: 'its status report speaks against it',
  not_in_hardware: 'its keys are not held in hardware',
  no_user_verification: 'it asks for neither PIN nor fingerprint',
  no_attestation: 'its maker does not vouch for its keys',
};

/** Says that keys of a model are fit for level 3 (63B-4 2.3.2). Keys that people have enrolled count from their next use on. */
export async function listPasskeyModel({ clock, database }: ChangeNeeds, permit: Permit<'authentication.passkey-model.list'>, id: string): Promise<void> {
  await database.transaction(async (tx) => {
    const model = await lockedModel(tx, id);
    const unfit = whyUnfit({ ...model, isGone: model.goneAt !== null });
    if (unfit) throw refuse.passkey_model_unfit({ model: model.name, why: unfitInWords[unfit] });
    const now = clock.now();
    if (await setListed(tx, id, permit, now)) await recordModel(tx, permit, 'authentication.passkey-model.list', model, now, { aaguid: model.aaguid });
  });
}

/** Takes a model off the list: sessions that rest on it end at once, and its keys are worth level 2 at their next use. */
export async function unlistPasskeyModel(needs: ChangeNeeds, permit: Permit<'authentication.passkey-model.unlist'>, id: string): Promise<number> {
  const { clock, database } = needs;
  return database.transaction(async (tx) => {
    const model = await lockedModel(tx, id);
    const now = clock.now();
    if (!(await setListed(tx, id, null, now))) return 0;
    const ended = await endSessionsRestingOnIn(tx, needs, permit, [id], offTheList);
    await recordModel(tx, permit, 'authentication.passkey-model.unlist', model, now, { aaguid: model.aaguid, endedSessions: ended });
    return ended;
  });
}

async function lockedModel(tx: Tx, id: string): Promise<StoredModel> {
  const model = await lockModel(tx, id);
  if (!model) throw refuse.passkey_model_not_found({ model: id });
  return model;
}

async function recordModel(tx: Tx, by: By, action: `authentication.passkey-model.${'add' | 'remove' | 'list' | 'unlist'}`, model: { readonly id: string; readonly name: string }, at: Date, facts: Readonly<Record<string, unknown>>): Promise<void> {
  await record(tx, { action, actor: by.actor, actorName: by.actorName, target: `passkey-model:${model.id}`, targetName: model.name, at, outcome: 'allowed', facts });
}
