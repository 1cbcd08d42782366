create schema authz;

create table authz.role (
  id uuid not null,
  name text not null,
  description text,
  rule jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz,
  constraint a_role_has_an_id primary key (id),
  constraint a_role_has_a_name check (name <> ''),
  constraint a_birthright_rule_is_a_list_of_conditions check (rule is null or jsonb_typeof(rule -> 'all') = 'array')
);
comment on table authz.role is 'named sets of entitlements; birthright when a rule gives them';
create unique index a_role_name_is_used_once on authz.role (lower(name)) where removed_at is null;

create table authz.role_entitlement (
  role_id uuid not null,
  entitlement_id uuid not null,
  constraint a_role_names_an_entitlement_once primary key (role_id, entitlement_id),
  constraint a_role_entitlement_is_of_a_role foreign key (role_id) references authz.role (id),
  constraint a_role_names_an_entitlement foreign key (entitlement_id) references directory.entitlement (id)
);
comment on table authz.role_entitlement is 'what a role gives';
create index role_entitlement_by_entitlement on authz.role_entitlement (entitlement_id);

create table authz.grant (
  id uuid not null,
  person_id uuid not null,
  entitlement_id uuid not null,
  account_id uuid,
  source text not null,
  role_id uuid,
  reason text not null,
  approved_by text,
  approved_by_name text,
  since timestamptz not null,
  expires_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  ended_by text,
  last_reviewed_at timestamptz,
  last_used_at timestamptz,
  constraint a_grant_has_an_id primary key (id),
  constraint a_grant_is_of_a_person foreign key (person_id) references directory.person (id),
  constraint a_grant_is_of_an_entitlement foreign key (entitlement_id) references directory.entitlement (id),
  constraint a_grant_is_used_by_an_account foreign key (account_id) references directory.account (id),
  constraint a_grant_comes_from_a_role foreign key (role_id) references authz.role (id),
  constraint a_grant_has_a_known_source check (source in ('birthright', 'direct', 'carry-over', 'found')),
  constraint birthright_comes_from_a_role check (source <> 'birthright' or role_id is not null),
  constraint a_carry_over_has_an_end check (source <> 'carry-over' or expires_at is not null),
  constraint no_grant_without_a_reason check (reason <> ''),
  constraint a_direct_grant_has_an_approver check (source <> 'direct' or approved_by is not null),
  constraint a_grant_expires_after_it_began check (expires_at > since),
  constraint an_ended_grant_says_why check ((ended_at is null) = (end_reason is null) and end_reason <> ''),
  constraint a_grant_ends_after_it_began check (ended_at >= since)
);
comment on table authz.grant is 'the wanted state: who should have what, why, since and until when; ended, never deleted';
create unique index one_open_grant_per_person_and_entitlement on authz.grant (person_id, entitlement_id) where ended_at is null;
create index grant_by_entitlement on authz.grant (entitlement_id, person_id) where ended_at is null;
create index grant_by_role on authz.grant (role_id, person_id) where ended_at is null and role_id is not null;
create index grant_to_expire on authz.grant (expires_at) where ended_at is null and expires_at is not null;
create index grant_by_time on authz.grant (since desc, id desc);
create index grant_by_person on authz.grant (person_id, since desc, id desc);

create table authz.console_role (
  person_id uuid not null,
  role text not null,
  since timestamptz not null,
  given_by text not null,
  given_by_name text not null,
  constraint a_person_has_a_console_role_once primary key (person_id, role),
  constraint a_console_role_is_of_a_person foreign key (person_id) references directory.person (id),
  constraint a_console_role_is_known check (role in ('administrator', 'auditor', 'help_desk'))
);
comment on table authz.console_role is 'who runs, watches or helps in Bailiwick itself';
create index console_role_by_role on authz.console_role (role, person_id);

-- Nobody locks out the organisation: at least one active administrator stays, whoever removes whom at the same moment.
-- The lock makes removals take turns; each then counts what is really left (read committed: a new snapshot per statement).
create function authz.keep_an_administrator() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('authz.administrators', 0));
  if not exists (
    select from authz.console_role r join directory.person p on p.id = r.person_id where r.role = 'administrator' and p.status = 'active'
  ) then
    -- SQLSTATE BW001 is our own: a domain further down the ladder holds a change. The text is public.
    raise exception 'the last administrator cannot leave or lose the role; make somebody else an administrator first'
      using errcode = 'BW001', constraint = 'the_last_administrator_stays', schema = 'authz', table = 'console_role';
  end if;
  return null;
end $$;
create trigger the_last_administrator_keeps_the_role after delete or update on authz.console_role
  for each row when (old.role = 'administrator') execute function authz.keep_an_administrator();

create function authz.keep_an_administrator_at_work() returns trigger language plpgsql as $$
begin
  if not exists (select from authz.console_role r where r.person_id = old.id and r.role = 'administrator') then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('authz.administrators', 0));
  if not exists (
    select from authz.console_role r join directory.person p on p.id = r.person_id where r.role = 'administrator' and p.status = 'active'
  ) then
    raise exception 'the last administrator cannot leave or lose the role; make somebody else an administrator first'
      using errcode = 'BW001', constraint = 'the_last_administrator_stays', schema = 'authz', table = 'console_role';
  end if;
  return null;
end $$;
create trigger the_last_administrator_stays after update of status on directory.person
  for each row when (old.status = 'active' and new.status <> 'active') execute function authz.keep_an_administrator_at_work();

create view authz.grant_card as
  select g.id as grant_id, g.person_id, p.display_name as person_name, g.entitlement_id, e.name as entitlement_name, e.native_id as entitlement_native_id, e.application_id, e.application_name,
         g.account_id, e.risk, g.source, g.role_id, r.name as role_name, r.rule as role_rule, g.reason, g.approved_by, g.approved_by_name, g.since, g.expires_at, g.ended_at, g.end_reason, g.ended_by,
         g.last_reviewed_at, g.last_used_at
    from authz.grant g
    join directory.person_card p on p.person_id = g.person_id
    join directory.entitlement_card e on e.entitlement_id = g.entitlement_id
    left join authz.role r on r.id = g.role_id;
comment on view authz.grant_card is 'published: a grant with its names';

create view authz.role_card as
  select r.id as role_id, r.name, r.description, r.rule, r.created_at, r.updated_at, r.removed_at from authz.role r;
comment on view authz.role_card is 'published: a role';

create view authz.console_role_card as
  select r.person_id, p.display_name as person_name, p.username, p.status, r.role, r.since, r.given_by, r.given_by_name
    from authz.console_role r
    join directory.person_card p on p.person_id = r.person_id;
comment on view authz.console_role_card is 'published: who has which role in the console';
