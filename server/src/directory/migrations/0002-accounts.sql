create table directory.application (
  id uuid not null,
  name text not null,
  kind text not null,
  description text,
  url text,
  icon text,
  owner_id uuid,
  created_at timestamptz not null,
  removed_at timestamptz,
  constraint an_application_has_an_id primary key (id),
  constraint an_application_has_a_name check (name <> ''),
  constraint an_application_is_of_a_known_kind check (kind in ('scim', 'postgres', 'ldap', 'manual', 'fake', 'oidc', 'bailiwick')),
  constraint an_application_is_owned_by_a_person foreign key (owner_id) references directory.person (id)
);
comment on table directory.application is 'systems that people have accounts in or sign in to';
create unique index an_application_name_is_used_once on directory.application (lower(name)) where removed_at is null;
create index application_by_owner on directory.application (owner_id) where owner_id is not null;

create table directory.entitlement (
  id uuid not null,
  application_id uuid not null,
  native_id text not null,
  name text not null,
  purpose text not null,
  risk text not null,
  is_grantable boolean not null,
  last_seen_at timestamptz,
  constraint an_entitlement_has_an_id primary key (id),
  constraint an_entitlement_belongs_to_an_application foreign key (application_id) references directory.application (id),
  constraint an_entitlement_is_named_once_by_its_application unique (application_id, native_id),
  constraint an_entitlement_has_a_known_risk check (risk in ('low', 'high', 'privileged'))
);
comment on table directory.entitlement is 'what can be had in an application: a group, a role, a licence';
create index entitlement_by_name on directory.entitlement (application_id, lower(name), id);

create table directory.account (
  id uuid not null,
  application_id uuid not null,
  person_id uuid,
  native_id text not null,
  login text not null,
  email text,
  display_name text,
  kind text not null,
  status text not null,
  last_used_at timestamptz,
  is_last_use_known boolean not null,
  mfa text not null,
  is_privileged boolean not null,
  situation text not null,
  owner_id uuid,
  first_seen_at timestamptz not null,
  observed_at timestamptz not null,
  digest text not null,
  constraint an_account_has_an_id primary key (id),
  constraint an_account_belongs_to_an_application foreign key (application_id) references directory.application (id),
  constraint an_account_is_named_once_by_its_application unique (application_id, native_id),
  constraint an_account_is_of_a_person foreign key (person_id) references directory.person (id),
  constraint an_account_is_owned_by_a_person foreign key (owner_id) references directory.person (id),
  constraint an_account_is_of_a_known_kind check (kind in ('person', 'service', 'shared', 'admin', 'unknown')),
  constraint an_account_has_a_known_status check (status in ('active', 'disabled', 'deleted', 'unknown')),
  constraint an_account_has_a_known_mfa check (mfa in ('enrolled', 'none', 'weak', 'unknown')),
  constraint an_account_is_in_one_situation check (situation in ('linked', 'unlinked', 'unmatched', 'disputed', 'deleted', 'collision')),
  constraint a_linked_account_has_its_person check (situation <> 'linked' or person_id is not null),
  constraint who_has_no_account_is_not_linked check (situation not in ('unlinked', 'unmatched', 'disputed') or person_id is null),
  constraint a_deleted_account_is_in_that_situation check ((status = 'deleted') = (situation = 'deleted')),
  constraint a_last_use_is_known check (last_used_at is null or is_last_use_known)
);
comment on table directory.account is 'every login on every connected system, as last seen there, and whose it is';
create index account_by_person on directory.account (person_id, application_id) where person_id is not null;
create index account_by_owner on directory.account (owner_id) where owner_id is not null;
create index account_by_login on directory.account (lower(login), id);
create index account_by_login_in_application on directory.account (application_id, lower(login), id);
create index account_by_situation on directory.account (situation, lower(login), id);
create index account_tied_to_nobody on directory.account (lower(login), id) where person_id is null and owner_id is null and status <> 'deleted';
create index account_by_email on directory.account (lower(email)) where email is not null;

create table directory.holding (
  account_id uuid not null,
  entitlement_id uuid not null,
  seen_at timestamptz not null,
  constraint an_account_holds_an_entitlement_once primary key (account_id, entitlement_id),
  constraint a_holding_is_of_an_account foreign key (account_id) references directory.account (id) on delete cascade,
  constraint a_holding_is_of_an_entitlement foreign key (entitlement_id) references directory.entitlement (id) on delete cascade
);
comment on table directory.holding is 'the actual state: which account really holds which entitlement, as the target showed it';
create index holding_by_entitlement on directory.holding (entitlement_id, account_id);

create table directory.observation (
  id uuid not null,
  application_id uuid,
  account_id uuid,
  operation_id text,
  via text not null,
  consistency text not null,
  observed_at timestamptz not null,
  is_there boolean not null,
  status text,
  digest text not null,
  facts jsonb not null,
  constraint an_observation_has_an_id primary key (id),
  constraint an_observation_is_of_an_application foreign key (application_id) references directory.application (id),
  constraint an_observation_is_of_an_account foreign key (account_id) references directory.account (id),
  constraint an_observation_has_a_known_consistency check (consistency in ('strong', 'eventual'))
);
comment on table directory.observation is 'the proof store: what a direct read of the target showed, without secrets; never changed';
create index observation_of_account on directory.observation (account_id, observed_at desc);
create index observation_of_application on directory.observation (application_id, observed_at desc);

-- Which numbers one account is part of. "Tied to nobody": it exists, is no person's, and nobody owns it.
create function directory.tallies_of(application_id uuid, situation text, status text, person_id uuid, owner_id uuid) returns table (name text, subject text)
  language sql immutable parallel safe rows 4
  begin atomic
    select 'accounts/' || situation, ''
    union all select 'application/accounts', application_id::text where status <> 'deleted'
    union all select 'accounts/tied-to-nobody', '' where status <> 'deleted' and person_id is null and owner_id is null
    union all select 'application/tied-to-nobody', application_id::text where status <> 'deleted' and person_id is null and owner_id is null;
  end;

create function directory.count_accounts() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into directory.tally (name, subject, amount)
    select counted.name, counted.subject, count(*)
      from changed_to a, lateral directory.tallies_of(a.application_id, a.situation, a.status, a.person_id, a.owner_id) as counted
     group by counted.name, counted.subject;
  elsif tg_op = 'DELETE' then
    insert into directory.tally (name, subject, amount)
    select counted.name, counted.subject, -count(*)
      from changed_from a, lateral directory.tallies_of(a.application_id, a.situation, a.status, a.person_id, a.owner_id) as counted
     group by counted.name, counted.subject;
  else
    insert into directory.tally (name, subject, amount)
    select moved.name, moved.subject, sum(moved.amount)
      from changed_from o join changed_to n on n.id = o.id and (n.situation, n.status, n.person_id, n.owner_id) is distinct from (o.situation, o.status, o.person_id, o.owner_id),
           lateral (
             select name, subject, -1 as amount from directory.tallies_of(o.application_id, o.situation, o.status, o.person_id, o.owner_id)
             union all
             select name, subject, 1 from directory.tallies_of(n.application_id, n.situation, n.status, n.person_id, n.owner_id)
           ) as moved
     group by moved.name, moved.subject
    having sum(moved.amount) <> 0;
  end if;
  return null;
end $$;

create trigger new_accounts_count after insert on directory.account referencing new table as changed_to for each statement execute function directory.count_accounts();
create trigger changed_accounts_count after update on directory.account referencing old table as changed_from new table as changed_to for each statement execute function directory.count_accounts();
create trigger removed_accounts_count after delete on directory.account referencing old table as changed_from for each statement execute function directory.count_accounts();

create view directory.person_standing as
  select p.id as person_id, p.status = 'active' as is_active, p.status, p.username,
         p.is_privileged or exists (select from directory.account a where a.person_id = p.id and a.is_privileged and a.status <> 'deleted') as is_privileged
    from directory.person p;
comment on view directory.person_standing is 'published: may this person act now; join it wherever access is read';

create view directory.person_card as
  select p.id as person_id, p.display_name, p.given_name, p.family_name, p.department, p.division, p.title, p.location, p.employment_type,
         p.manager_id, p.work_email, p.private_email, p.username, p.status, p.employee_number, p.start_date, p.end_date, p.left_at, p.source, p.is_privileged, p.sort_name,
         p.created_at, p.updated_at
    from directory.person p;
comment on view directory.person_card is 'published: a person with all attributes';

create view directory.application_card as
  select id as application_id, name, kind, description, url, icon, owner_id, created_at, removed_at from directory.application;
comment on view directory.application_card is 'published: an application';

create view directory.entitlement_card as
  select e.id as entitlement_id, e.application_id, a.name as application_name, e.native_id, e.name, e.purpose, e.risk, e.is_grantable, e.last_seen_at
    from directory.entitlement e
    join directory.application a on a.id = e.application_id;
comment on view directory.entitlement_card is 'published: an entitlement with its application';

create view directory.account_card as
  select a.id as account_id, a.application_id, app.name as application_name, a.person_id, p.display_name as person_name, a.native_id, a.login, a.email, a.display_name,
         a.kind, a.status, a.last_used_at, a.is_last_use_known, a.mfa, a.is_privileged, a.situation, a.owner_id, o.display_name as owner_name,
         a.first_seen_at, a.observed_at, a.digest
    from directory.account a
    join directory.application app on app.id = a.application_id
    left join directory.person p on p.id = a.person_id
    left join directory.person o on o.id = a.owner_id;
comment on view directory.account_card is 'published: an account with its application, person and owner';

create view directory.holding_card as
  select h.account_id, h.entitlement_id, h.seen_at, a.application_id, a.person_id, a.native_id as account_native_id, a.login, a.status as account_status,
         e.native_id as entitlement_native_id, e.name as entitlement_name, e.risk
    from directory.holding h
    join directory.account a on a.id = h.account_id
    join directory.entitlement e on e.id = h.entitlement_id;
comment on view directory.holding_card is 'published: what an account really holds';

create view directory.observation_card as
  select id as observation_id, application_id, account_id, operation_id, via, consistency, observed_at, is_there, status, digest, facts from directory.observation;
comment on view directory.observation_card is 'published: proof by read-back';

create view directory.tally_card as
  select name, subject, sum(amount)::bigint as amount from directory.tally group by name, subject;
comment on view directory.tally_card is 'published: maintained counters; filter by name';
