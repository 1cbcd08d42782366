create table authn.passkey_metadata (
  serial integer not null,
  next_update date not null,
  digest bytea not null,
  entries integer not null,
  skipped integer not null,
  imported_by text not null,
  imported_by_name text not null,
  imported_at timestamptz not null,
  constraint a_serial_number_is_imported_once primary key (serial)
);
comment on table authn.passkey_metadata is 'files of FIDO metadata (MDS3) that were imported, by serial number; the newest is in force, an older or equal one is refused, so that nobody brings back a model that was revoked since';

create table authn.passkey_model (
  id uuid not null,
  key text not null,
  aaguid uuid,
  key_identifiers text[] not null,
  source text not null,
  serial integer,
  name text not null,
  key_protection text[] not null,
  user_verification text[] not null,
  attestation_types text[] not null,
  attestation_roots text[] not null,
  status_reports jsonb not null,
  problem text,
  icon text,
  changed_at timestamptz not null,
  gone_at timestamptz,
  listed_at timestamptz,
  listed_by text,
  listed_by_name text,
  constraint a_passkey_model_has_an_id primary key (id),
  constraint one_entry_per_passkey_model unique (key),
  constraint one_passkey_model_per_aaguid unique (aaguid),
  constraint a_passkey_model_comes_from_somewhere check (source in ('blob', 'statement')),
  constraint a_model_of_the_blob_names_its_serial_number check ((source = 'blob') = (serial is not null)),
  constraint a_listed_model_says_who_listed_it check ((listed_at is null) = (listed_by is null) and (listed_at is null) = (listed_by_name is null)),
  constraint only_sound_models_with_keys_in_hardware_are_listed check (
    listed_at is null
    or (aaguid is not null and problem is null and gone_at is null and cardinality(attestation_roots) > 0 and key_protection && array['hardware', 'secure_element'] and not 'software' = any (key_protection))
  )
);
comment on table authn.passkey_model is 'models of authenticators as FIDO metadata describes them, or a single statement that an administrator added; listed_at: on the list for level 3 (63B-4 2.3.2)';
comment on column authn.passkey_model.problem is 'the status report that speaks against the model, such as REVOKED; a model with one is on no list';
comment on column authn.passkey_model.gone_at is 'a newer file no longer has it';
create index passkey_model_by_name on authn.passkey_model (lower(name), id);
create index passkey_model_by_key_identifier on authn.passkey_model using gin (key_identifiers);

alter table authn.passkey
  add column attestation_kind text not null default 'none',
  add column attestation_key_identifier text,
  add column model_id uuid,
  add column attested_at timestamptz,
  add column attested_by text,
  add constraint a_passkey_has_a_known_kind_of_attestation check (attestation_kind in ('none', 'self', 'certified')),
  add constraint an_attested_passkey_is_of_a_known_model foreign key (model_id) references authn.passkey_model (id),
  add constraint an_attested_passkey_says_since_when_and_by_what check ((model_id is null) = (attested_at is null) and (model_id is null) = (attested_by is null)),
  add constraint only_certified_keys_prove_their_model check (model_id is null or attestation_kind = 'certified');
comment on column authn.passkey.attestation_kind is 'certified: the statement was signed with the certified key of a manufacturer, over this very registration; self and none prove no model';
comment on column authn.passkey.model_id is 'the model whose attestation roots that certificate leads to; null: the AAGUID is only stated';
create index passkey_of_a_model on authn.passkey (model_id) where model_id is not null;
create index certified_passkey_by_aaguid on authn.passkey (aaguid) where attestation_kind = 'certified';

alter table authn.session
  add column level_3_model_id uuid,
  add constraint level_3_may_rest_on_a_model foreign key (level_3_model_id) references authn.passkey_model (id) on delete set null;
comment on column authn.session.level_3_model_id is 'the listed model that level 3 of this session rests on: the session ends when the model is taken off the list';
create index session_resting_on_a_model on authn.session (level_3_model_id) where level_3_model_id is not null;

create view authn.listed_passkey as
  select p.id as passkey_id, p.person_id, m.id as model_id
    from authn.passkey p
    join authn.passkey_model m on m.id = p.model_id
   where p.disabled_at is null and not p.is_backup_eligible and m.listed_at is not null and m.problem is null;
comment on view authn.listed_passkey is 'passkeys that can reach level 3 at this moment: bound to their device, attested, of a model on the list whose status is good (63B-4 2.3.2)';
