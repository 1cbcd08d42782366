import { SettingsService } from '@simplewebauthn/server';
import { readFile } from 'node:fs/promises';
import { record } from '../../audit/index.ts';
import { newId, sha256 } from '../../platform/crypto/index.ts';
import type { Permit } from '../../platform/http/index.ts';
import { refuse } from '../errors.ts';
import type { Needs } from '../needs.ts';
import { endSessionsRestingOnIn, judgeKeysAgainIn } from './judge.ts';
import { certificatesOf, readMetadata, type MetadataRoots } from './metadata.ts';
import { keyOf, problemOf, whyUnfit, type DescribedModel } from './model.ts';
import { addMetadata, lockModels, markGone, modelsByKey, newestMetadata, saveModels, takeOffList, type KnownModel } from './store.ts';

type ImportNeeds = Pick<Needs, 'clock' | 'database' | 'announce' | 'config'>;

/** The FIDO Alliance signs with a certificate of a public authority for one of these hosts. */
const fidoSigners = ['mds.fidoalliance.org', 'mds3.fidoalliance.org'];

async function rootsOf({ config }: Pick<Needs, 'config'>): Promise<MetadataRoots> {
  if (config.fidoRootFile === null) return { certificates: SettingsService.getRootCertificates({ identifier: 'mds' }), signerHosts: fidoSigners };
  return { certificates: certificatesOf(await readFile(config.fidoRootFile, 'utf8')), signerHosts: null };
}

export interface ImportedMetadata {
  readonly serial: number;
  readonly added: number;
  readonly changed: number;
  readonly gone: number;
  readonly takenOff: readonly string[];
  readonly endedSessions: number;
  readonly newlyAttested: number;
}

const isSameSet = (a: readonly string[], b: readonly string[]): boolean => a.length === b.length && new Set([...a, ...b]).size === new Set(a).size;

/**
 * Takes in a file of FIDO metadata (MDS3), whose signature is what makes it true. Models that it speaks against leave the list for
 * level 3 in the same transaction, and sessions that rest on them end.
 */
export async function importPasskeyMetadata(needs: ImportNeeds, permit: Permit<'authentication.passkey-metadata.import'>, content: Uint8Array): Promise<ImportedMetadata> {
  const { clock, database } = needs;
  const now = clock.now();
  const read = await readMetadata(Buffer.from(content).toString('latin1').trim(), await rootsOf(needs), now);
  if (read.is === 'unreadable') throw refuse.metadata_unreadable();
  if (read.is === 'not_signed') throw refuse.metadata_not_signed({ why: read.why });
  const { metadata } = read;
  const { serial, models } = metadata;
  return database.transaction(async (tx) => {
    // MDS3 3.2: never back to an older one, in which a revoked model still looks good.
    if (!(await addMetadata(tx, { serial, nextUpdate: metadata.nextUpdate, digest: sha256(Buffer.from(content)), entries: models.length, skipped: metadata.skipped, importedBy: permit.actor, importedByName: permit.actorName, importedAt: now }))) {
      throw refuse.metadata_too_old({ serial, newest: (await newestMetadata(tx))?.serial ?? serial });
    }
    const known = new Map((await lockModels(tx)).map((one) => [one.key, one]));
    const given = new Map(models.map((model) => [keyOf(model), model]));
    const gone = [...known.values()].filter((one) => one.source === 'blob' && !one.isGone && !given.has(one.key));
    const off = [...known.values()].filter((one) => one.isListed && isNoLongerFit(one, given.get(one.key)));
    const isNewRoots = (model: DescribedModel): boolean => {
      const before = known.get(keyOf(model));
      return !before || before.isGone || !isSameSet(before.attestationRoots, model.attestationRoots) || !isSameSet(before.keyIdentifiers, model.keyIdentifiers);
    };
    const toJudge = models.filter(isNewRoots).map(keyOf);
    await takeOffList(tx, off.map((one) => one.id));
    await saveModels(tx, models.map((model) => ({ id: known.get(keyOf(model))?.id ?? newId(), model, source: 'blob', serial })), now);
    await markGone(tx, gone.map((one) => one.id), now);
    const judged = await judgeKeysAgainIn(tx, await modelsByKey(tx, [...toJudge, ...gone.map((one) => one.key)]), now);
    // Also where a listed model stays on the list under other roots: the keys were judged anew, so are the sessions.
    const shaken = [...off.map((one) => one.id), ...[...known.values()].filter((one) => one.isListed && toJudge.includes(one.key)).map((one) => one.id)];
    const endedSessions = await endSessionsRestingOnIn(tx, needs, permit, [...new Set(shaken)], 'the model of its security key is no longer on the list for level 3');
    const result: ImportedMetadata = {
      serial,
      added: models.filter((model) => !known.has(keyOf(model))).length,
      changed: models.filter((model) => isChanged(known.get(keyOf(model)), model)).length,
      gone: gone.length,
      takenOff: off.map((one) => one.name),
      endedSessions,
      newlyAttested: judged.proven,
    };
    await record(tx, { action: 'authentication.passkey-metadata.import', actor: permit.actor, actorName: permit.actorName, target: `passkey-metadata:${serial}`, targetName: `metadata file ${serial}`, at: now, outcome: 'allowed', facts: { ...result, nextUpdate: metadata.nextUpdate, models: models.length, skipped: metadata.skipped, noLongerProven: judged.unproven } });
    return result;
  });
}

const isNoLongerFit = (known: KnownModel, given: DescribedModel | undefined): boolean => (given ? whyUnfit({ ...given, problem: problemOf(given.statusReports), isGone: false }) !== null : known.source === 'blob');

const isChanged = (known: KnownModel | undefined, given: DescribedModel): boolean => known !== undefined && (known.name !== given.name || known.problem !== problemOf(given.statusReports) || !isSameSet(known.attestationRoots, given.attestationRoots));
