create schema audit;

create table audit.inbox (
  id bigint generated always as identity,
  body text not null,
  written_at timestamptz not null default clock_timestamp(),
  constraint an_inbox_row_has_an_id primary key (id),
  -- What cannot be sealed must not get in: one bad row would hold up all that follow.
  constraint an_entry_says_who_did_what_and_when check (
    jsonb_typeof(body::jsonb) = 'object'
    and body::jsonb ->> 'at' ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$'
    and body::jsonb ->> 'action' <> '' and body::jsonb ->> 'actor' <> '' and body::jsonb ->> 'actorName' is not null
    and body::jsonb ->> 'outcome' in ('allowed', 'refused')
    and jsonb_typeof(body::jsonb -> 'facts') = 'object')
);
comment on table audit.inbox is 'audit entries as their writers leave them, each in its own transaction; the sealer moves them into audit.entry, so that writers never wait for one another';

-- Emptied all the time: what is dead must not be walked over again and again.
alter table audit.inbox set (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_insert_threshold = -1);

-- Immutable in truth: the text is always in this one form (checked in the inbox), which no session setting reads otherwise.
-- plpgsql, because a cast costs a tenth of taking the text apart, and here it runs for every entry.
create function audit.moment_of(iso text) returns timestamptz
  language plpgsql immutable strict parallel safe as $$ begin return iso::timestamptz; end $$;

-- The words an entry is found by: action, names and reason. The body is parsed once.
create function audit.words_of(body text) returns tsvector
  language plpgsql immutable strict parallel safe as $$
declare
  entry jsonb := body::jsonb;
begin
  return to_tsvector('simple', translate(
    (entry ->> 'action') || ' ' || (entry ->> 'actorName') || ' ' || coalesce(entry ->> 'targetName', '') || ' ' || coalesce(entry ->> 'reason', ''),
    '.,;:@_-/\''"()', '              '));
end $$;

create table audit.entry (
  seq bigint not null,
  body text not null,
  hash bytea not null,
  -- Computed, so that no column can say anything else than the body that the hash covers.
  at timestamptz not null generated always as (audit.moment_of(body::json ->> 'at')) stored,
  action text not null generated always as (body::json ->> 'action') stored,
  actor text not null generated always as (body::json ->> 'actor') stored,
  actor_name text not null generated always as (body::json ->> 'actorName') stored,
  target text generated always as (body::json ->> 'target') stored,
  target_name text generated always as (body::json ->> 'targetName') stored,
  outcome text not null generated always as (body::json ->> 'outcome') stored,
  reason text generated always as (body::json ->> 'reason') stored,
  words tsvector not null generated always as (audit.words_of(body)) stored,
  constraint an_entry_has_its_place_in_the_chain primary key (seq),
  constraint the_chain_begins_at_one check (seq >= 1),
  constraint a_hash_is_sha256 check (octet_length(hash) = 32)
);
comment on table audit.entry is 'the sealed audit chain: hash = sha256(hash of the entry before, as 64 lower-case hex digits, then body); seq without gaps; append-only';
create index entry_by_time on audit.entry (at desc, seq desc);
create index entry_by_actor on audit.entry (actor, at desc, seq desc);
create index entry_by_action on audit.entry (action, at desc, seq desc);
create index entry_by_target on audit.entry (target, at desc, seq desc) where target is not null;
create index entry_refused on audit.entry (at desc, seq desc) where outcome = 'refused';
create index entry_by_words on audit.entry using gin (words);

create table audit.word (
  word text collate "C" not null,
  constraint a_word_is_known_once primary key (word)
);
comment on table audit.word is 'every word that entries are found by: the beginning of a word is looked up here, and whole words in the entries, whose frequency PostgreSQL knows; a search for something rare or unheard-of then never walks the chain';

create table audit.head (
  is_the_only_one boolean not null default true,
  seq bigint not null,
  hash bytea not null,
  sealed_at timestamptz,
  checkpoint_seq bigint not null,
  checkpoint_at timestamptz,
  constraint there_is_one_head primary key (is_the_only_one),
  constraint there_is_only_one_head check (is_the_only_one)
);
comment on table audit.head is 'where the chain ends; written by the sealer with the entries it appends';
insert into audit.head (seq, hash, checkpoint_seq) values (0, decode(repeat('00', 32), 'hex'), 0);

create table audit.checkpoint (
  seq bigint not null generated always as ((statement::jsonb ->> 'seq')::bigint) stored,
  at timestamptz not null generated always as (audit.moment_of(statement::jsonb ->> 'at')) stored,
  statement text not null,
  signature bytea not null,
  constraint one_checkpoint_per_place primary key (seq)
);
comment on table audit.checkpoint is 'signed statements (Ed25519) that the chain had this hash at this place; also appended to a file outside the database';

create table audit.pruning (
  until_seq bigint not null generated always as ((statement::jsonb ->> 'untilSeq')::bigint) stored,
  at timestamptz not null generated always as (audit.moment_of(statement::jsonb ->> 'at')) stored,
  statement text not null,
  signature bytea not null,
  constraint one_pruning_per_place primary key (until_seq)
);
comment on table audit.pruning is 'signed statements that entries up to here were exported (with the digest of the export) and removed; the chain is verified from there on';

-- Second wall. The first is that whoever changes a row anyway is found by the hashes.
create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit is append-only: % on %.% is refused', tg_op, tg_table_schema, tg_table_name using errcode = 'insufficient_privilege';
end $$;

create function audit.refuse_removal() returns trigger language plpgsql as $$
begin
  if exists (select from gone where seq > (select coalesce(max(until_seq), 0) from audit.pruning)) then
    raise exception 'the audit is append-only: only what was exported and pruned up to a checkpoint may be removed' using errcode = 'insufficient_privilege';
  end if;
  return null;
end $$;

create trigger entries_never_change before update or truncate on audit.entry for each statement execute function audit.refuse_change();
create trigger entries_stay after delete on audit.entry referencing old table as gone for each statement execute function audit.refuse_removal();
create trigger checkpoints_never_change before update or truncate on audit.checkpoint for each statement execute function audit.refuse_change();
create trigger checkpoints_stay after delete on audit.checkpoint referencing old table as gone for each statement execute function audit.refuse_removal();
create trigger prunings_never_change before update or delete or truncate on audit.pruning for each statement execute function audit.refuse_change();
revoke update, delete, truncate on audit.entry, audit.checkpoint, audit.pruning from public;

create view audit.everything as
  select seq, at, action, actor, actor_name, target, target_name, outcome, reason, body, hash
    from audit.entry
  union all
  select null, audit.moment_of(body::jsonb ->> 'at'), body::jsonb ->> 'action', body::jsonb ->> 'actor', body::jsonb ->> 'actorName', body::jsonb ->> 'target', body::jsonb ->> 'targetName', body::jsonb ->> 'outcome', body::jsonb ->> 'reason', body, null
    from audit.inbox;
comment on view audit.everything is 'published: every entry, also those that wait to be sealed (seq is null)';
