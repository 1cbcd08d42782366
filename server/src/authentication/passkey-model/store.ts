import { cursorOf, fragment, join, json, parseIdCursor, sql, textArray, type Tx } from '../../platform/db/index.ts';
import { noAaguid, problemOf, keyOf, type DescribedModel } from './model.ts';

export interface StoredModel extends DescribedModel {
  readonly id: string;
  readonly source: 'blob' | 'statement';
  readonly serial: number | null;
  readonly problem: string | null;
  readonly changedAt: Date;
  readonly goneAt: Date | null;
  readonly listedAt: Date | null;
  readonly listedByName: string | null;
}

export interface ModelCard extends StoredModel {
  /** Attested keys of this model that people have. */
  readonly passkeys: number;
  /** Open sessions whose level 3 rests on it. */
  readonly sessions: number;
}

const columns = fragment`m.id, m.aaguid, m.key_identifiers, m.source, m.serial, m.name, m.key_protection, m.user_verification, m.attestation_types, m.attestation_roots, m.status_reports, m.problem, m.icon, m.changed_at, m.gone_at, m.listed_at, m.listed_by_name`;
const counts = fragment`
       (select count(*)::integer from authn.passkey p where p.model_id = m.id and p.disabled_at is null) as passkeys,
       (select count(*)::integer from authn.session s where s.level_3_model_id = m.id and s.ended_at is null) as sessions`;

export interface ModelFilter {
  readonly search?: string | undefined;
  readonly only?: 'listed' | 'fit' | 'held' | 'problem' | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const pattern = (search: string): string => `%${search.toLowerCase().replace(/[\\%_]/g, (sign) => `\\${sign}`)}%`;

const fit = fragment`m.aaguid is not null and m.problem is null and m.gone_at is null and cardinality(m.attestation_roots) > 0 and m.key_protection && array['hardware', 'secure_element'] and not 'software' = any (m.key_protection)`;
const onlyOf = {
  listed: fragment`m.listed_at is not null`,
  fit,
  held: fragment`exists (select from authn.passkey p where p.model_id = m.id and p.disabled_at is null)`,
  problem: fragment`(m.problem is not null or m.gone_at is not null)`,
};

/** By name; null for a cursor that is none of ours. */
export async function findModels(tx: Tx, { search, only, cursor, limit }: ModelFilter): Promise<{ readonly models: readonly ModelCard[]; readonly next: string | null } | null> {
  const after = cursor === undefined ? null : parseIdCursor(cursor);
  if (cursor !== undefined && after === null) return null;
  const conditions = [
    fragment`true`,
    ...(search ? [fragment`(lower(m.name) like ${pattern(search)} or m.aaguid::text like ${pattern(search)})`] : []),
    ...(only ? [onlyOf[only]] : []),
    ...(after ? [fragment`(lower(m.name), m.id) > (${after.key}, ${after.id}::uuid)`] : []),
  ];
  const rows = await sql<ModelCard>(tx)`
    select ${columns}, ${counts}
      from authn.passkey_model m
     where ${join(conditions, fragment` and `)}
     order by lower(m.name), m.id
     limit ${limit + 1}`;
  const models = rows.slice(0, limit);
  const last = models.at(-1);
  return { models, next: rows.length > limit && last ? cursorOf({ key: last.name.toLowerCase(), id: last.id }) : null };
}

export async function findModel(tx: Tx, id: string): Promise<ModelCard | null> {
  const [row] = await sql<ModelCard>(tx)`select ${columns}, ${counts} from authn.passkey_model m where m.id = ${id}`;
  return row ?? null;
}

/** Held until the transaction ends: a sign-in that rests on the model waits, or is seen. */
export async function lockModel(tx: Tx, id: string): Promise<StoredModel | null> {
  const [row] = await sql<StoredModel>(tx)`select ${columns} from authn.passkey_model m where m.id = ${id} for update`;
  return row ?? null;
}

/** The model that a certified key says it is: by AAGUID, or of U2F keys by the certificate's key. */
export async function findModelOf(tx: Tx, { aaguid, keyIdentifier }: { readonly aaguid: string | null; readonly keyIdentifier: string | null }): Promise<StoredModel | null> {
  const [row] = await sql<StoredModel>(tx)`
    select ${columns}
      from authn.passkey_model m
     where (${aaguid}::uuid is not null and m.aaguid = ${aaguid}::uuid) or (${aaguid}::uuid is null and ${keyIdentifier}::text is not null and m.key_identifiers @> array[${keyIdentifier}::text])
     order by m.source, m.id
     limit 1`;
  return row ?? null;
}

export interface Listing {
  readonly names: readonly string[];
  readonly count: number;
}

/** What people are told to bring: the first few models of the list. */
export async function listedModels(tx: Tx, atMost: number): Promise<Listing> {
  const rows = await sql<{ name: string; count: number }>(tx)`select name, (count(*) over ())::integer as count from authn.passkey_model where listed_at is not null order by lower(name), id limit ${atMost}`;
  return { names: rows.map((row) => row.name), count: rows[0]?.count ?? 0 };
}

export async function hasListedModels(tx: Tx): Promise<boolean> {
  const [row] = await sql<{ has: boolean }>(tx)`select exists (select from authn.passkey_model where listed_at is not null) as has`;
  return row!.has;
}

export async function setListed(tx: Tx, id: string, by: { readonly actor: string; readonly actorName: string } | null, now: Date): Promise<boolean> {
  const rows = await sql<{ id: string }>(tx)`
    update authn.passkey_model
       set listed_at = ${by ? now : null}, listed_by = ${by?.actor ?? null}, listed_by_name = ${by?.actorName ?? null}
     where id = ${id} and (listed_at is null) = ${by !== null}
 returning id`;
  return rows.length > 0;
}

export interface KnownModel {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly source: 'blob' | 'statement';
  readonly aaguid: string | null;
  readonly keyIdentifiers: readonly string[];
  readonly attestationRoots: readonly string[];
  readonly problem: string | null;
  readonly isGone: boolean;
  readonly isListed: boolean;
}

/** All of them, held: one import at a time, and no sign-in in between. */
export async function lockModels(tx: Tx): Promise<readonly KnownModel[]> {
  return sql<KnownModel>(tx)`select id, key, name, source, aaguid, key_identifiers, attestation_roots, problem, gone_at is not null as is_gone, listed_at is not null as is_listed from authn.passkey_model order by id for update`;
}

export interface ModelToSave {
  readonly id: string;
  readonly model: DescribedModel;
  readonly source: 'blob' | 'statement';
  readonly serial: number | null;
}

/** By key; an entry of a file takes the place of a statement added by hand, and keeps its id. What is no longer fit was taken off the list before: the table refuses it otherwise. */
export async function saveModels(tx: Tx, models: readonly ModelToSave[], now: Date): Promise<void> {
  for (let at = 0; at < models.length; at += 200) {
    const rows = models.slice(at, at + 200).map(({ id, model, source, serial }) => ({
      id, key: keyOf(model), aaguid: model.aaguid, key_identifiers: model.keyIdentifiers, source, serial, name: model.name, key_protection: model.keyProtection, user_verification: model.userVerification,
      attestation_types: model.attestationTypes, attestation_roots: model.attestationRoots, status_reports: model.statusReports, problem: problemOf(model.statusReports), icon: model.icon,
    }));
    await sql(tx)`
      insert into authn.passkey_model (id, key, aaguid, key_identifiers, source, serial, name, key_protection, user_verification, attestation_types, attestation_roots, status_reports, problem, icon, changed_at)
      select id, key, aaguid, key_identifiers, source, serial, name, key_protection, user_verification, attestation_types, attestation_roots, status_reports, problem, icon, ${now}::timestamptz
        from jsonb_to_recordset(${json(rows)}) as one (id uuid, key text, aaguid uuid, key_identifiers text[], source text, serial integer, name text, key_protection text[], user_verification text[], attestation_types text[],
                                                      attestation_roots text[], status_reports jsonb, problem text, icon text)
      on conflict (key) do update
            set key_identifiers = excluded.key_identifiers, source = excluded.source, serial = excluded.serial, name = excluded.name, key_protection = excluded.key_protection, user_verification = excluded.user_verification,
                attestation_types = excluded.attestation_types, attestation_roots = excluded.attestation_roots, status_reports = excluded.status_reports, problem = excluded.problem, icon = excluded.icon,
                changed_at = excluded.changed_at, gone_at = null`;
  }
}

export async function takeOffList(tx: Tx, ids: readonly string[]): Promise<void> {
  await sql(tx)`update authn.passkey_model set listed_at = null, listed_by = null, listed_by_name = null where id = any (${textArray(ids)}::uuid[]) and listed_at is not null`;
}

export async function markGone(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  await sql(tx)`update authn.passkey_model set gone_at = ${now} where id = any (${textArray(ids)}::uuid[]) and gone_at is null`;
}

export async function removeModel(tx: Tx, id: string): Promise<void> {
  await sql(tx)`update authn.passkey set model_id = null, attested_at = null, attested_by = null where model_id = ${id}`;
  await sql(tx)`delete from authn.passkey_model where id = ${id}`;
}

export interface MetadataFile {
  readonly serial: number;
  readonly nextUpdate: string;
  readonly entries: number;
  readonly skipped: number;
  readonly importedByName: string;
  readonly importedAt: Date;
}

export async function newestMetadata(tx: Tx): Promise<MetadataFile | null> {
  const [row] = await sql<MetadataFile>(tx)`select serial, next_update::text as next_update, entries, skipped, imported_by_name, imported_at from authn.passkey_metadata order by serial desc limit 1`;
  return row ?? null;
}

/** False when this number, or a later one, is here already. Held until the transaction ends, so that of two imports at once one waits. */
export async function addMetadata(tx: Tx, file: { serial: number; nextUpdate: string; digest: Buffer; entries: number; skipped: number; importedBy: string; importedByName: string; importedAt: Date }): Promise<boolean> {
  await sql(tx)`lock table authn.passkey_metadata in exclusive mode`;
  const rows = await sql<{ serial: number }>(tx)`
    insert into authn.passkey_metadata (serial, next_update, digest, entries, skipped, imported_by, imported_by_name, imported_at)
    select ${file.serial}::integer, ${file.nextUpdate}::date, ${file.digest}::bytea, ${file.entries}::integer, ${file.skipped}::integer, ${file.importedBy}::text, ${file.importedByName}::text, ${file.importedAt}::timestamptz
     where not exists (select from authn.passkey_metadata where serial >= ${file.serial})
 returning serial`;
  return rows.length > 0;
}

export interface ModelCounts {
  readonly models: number;
  readonly statements: number;
  readonly listed: number;
  readonly problems: number;
  /** Passkeys of people, by what is proven about them. */
  readonly passkeys: number;
  readonly attested: number;
  readonly ready: number;
}

export async function countModels(tx: Tx): Promise<ModelCounts> {
  const [row] = await sql<ModelCounts>(tx)`
    select (select count(*)::integer from authn.passkey_model) as models,
           (select count(*)::integer from authn.passkey_model where source = 'statement') as statements,
           (select count(*)::integer from authn.passkey_model where listed_at is not null) as listed,
           (select count(*)::integer from authn.passkey_model where problem is not null) as problems,
           (select count(*)::integer from authn.passkey where disabled_at is null) as passkeys,
           (select count(*)::integer from authn.passkey where disabled_at is null and model_id is not null) as attested,
           (select count(*)::integer from authn.listed_passkey) as ready`;
  return row!;
}

export interface CertifiedPasskey {
  readonly id: string;
  readonly modelId: string | null;
  readonly attestationObject: Buffer;
  readonly createdAt: Date;
}

/** Certified keys that say they are of this model, or were taken for it. */
export async function certifiedPasskeysOf(tx: Tx, model: { readonly id: string; readonly aaguid: string | null; readonly keyIdentifiers: readonly string[] }): Promise<readonly CertifiedPasskey[]> {
  return sql<CertifiedPasskey>(tx)`
    select id, model_id, attestation_object, created_at
      from authn.passkey
     where attestation_kind = 'certified'
       and (model_id = ${model.id} or (${model.aaguid}::uuid is not null and aaguid = ${model.aaguid}::uuid)
            or (${model.aaguid}::uuid is null and aaguid = ${noAaguid}::uuid and attestation_key_identifier = any (${textArray(model.keyIdentifiers)})))`;
}

export async function attestPasskey(tx: Tx, id: string, by: { readonly modelId: string; readonly by: string } | null, now: Date): Promise<void> {
  await sql(tx)`update authn.passkey set model_id = ${by?.modelId ?? null}, attested_at = ${by ? now : null}, attested_by = ${by?.by ?? null} where id = ${id}`;
}

/**
 * INVARIANT: level 3 is given and taken under the locks of the model's row and the key's. Whoever finishes a sign-in holds them for
 * share; whoever takes the model off the list, or disables the key, waits, and then sees the session.
 */
export async function holdListedModel(tx: Tx, passkeyId: string): Promise<string | null> {
  const [row] = await sql<{ id: string }>(tx)`
    select m.id
      from authn.passkey p
      join authn.passkey_model m on m.id = p.model_id
     where p.id = ${passkeyId} and p.disabled_at is null and not p.is_backup_eligible and m.listed_at is not null and m.problem is null
       for share of m, p`;
  return row?.id ?? null;
}

export async function restSession(tx: Tx, sessionId: string, modelId: string | null): Promise<void> {
  await sql(tx)`update authn.session set level_3_model_id = ${modelId} where id = ${sessionId}`;
}

export interface RestingSession {
  readonly sessionId: string;
  readonly personId: string;
}

export async function sessionsRestingOn(tx: Tx, modelIds: readonly string[]): Promise<readonly RestingSession[]> {
  return sql<RestingSession>(tx)`select id as session_id, person_id from authn.session where level_3_model_id = any (${textArray(modelIds)}::uuid[]) and ended_at is null order by id`;
}

/** Those whose level rests on a security key. */
export async function sessionsOfPersonAtLevel3(tx: Tx, personId: string): Promise<readonly RestingSession[]> {
  return sql<RestingSession>(tx)`select id as session_id, person_id from authn.session where person_id = ${personId} and level_3_model_id is not null and ended_at is null order by id`;
}

export async function modelsByKey(tx: Tx, keys: readonly string[]): Promise<readonly StoredModel[]> {
  return sql<StoredModel>(tx)`select ${columns} from authn.passkey_model m where m.key = any (${textArray(keys)})`;
}
