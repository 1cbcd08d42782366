create schema privileged;
comment on schema privileged is 'power that is not for every day: the last way in, break-glass accounts';

create table privileged.break_glass_account (
  person_id uuid not null,
  number integer not null,
  made_at timestamptz not null,
  made_by text not null,
  made_by_name text not null,
  tested_at timestamptz,
  sealed_at timestamptz,
  sealed_by text,
  sealed_by_name text,
  envelope text,
  place text,
  keeper text,
  sealed_keys text[],
  opened_at timestamptz,
  drilled_at timestamptz,
  retired_at timestamptz,
  retired_by_name text,
  retire_reason text,
  constraint a_break_glass_account_signs_in_as_a_principal primary key (person_id),
  constraint a_break_glass_account_is_in_the_directory foreign key (person_id) references directory.person (id),
  constraint break_glass_accounts_are_numbered unique (number),
  constraint a_seal_says_where_it_is_and_who_keeps_it check ((sealed_at is null) = (envelope is null) and (sealed_at is null) = (place is null) and (sealed_at is null) = (keeper is null) and (sealed_at is null) = (sealed_keys is null)),
  constraint a_retired_account_says_why check ((retired_at is null) = (retire_reason is null))
);
comment on table privileged.break_glass_account is 'break-glass accounts: where their keys are kept, which keys were sealed, when tested, drilled, opened; the principal itself is in the directory';

create table privileged.break_glass_drill (
  id uuid not null,
  person_id uuid not null,
  started_at timestamptz not null,
  started_by text not null,
  started_by_name text not null,
  expires_at timestamptz not null,
  proven_at timestamptz,
  cancelled_at timestamptz,
  constraint a_drill_has_an_id primary key (id),
  constraint a_drill_is_of_a_break_glass_account foreign key (person_id) references privileged.break_glass_account (person_id),
  constraint a_drill_ends_one_way check (proven_at is null or cancelled_at is null)
);
comment on table privileged.break_glass_drill is 'drills: from the start to the moment the key from the envelope signed in';
create unique index one_open_drill_per_account on privileged.break_glass_drill (person_id) where proven_at is null and cancelled_at is null;
create index drill_of_an_account on privileged.break_glass_drill (person_id, started_at desc);

create table privileged.break_glass_use (
  id uuid not null,
  person_id uuid not null,
  session_id uuid not null,
  drill_id uuid,
  at timestamptz not null,
  address text not null,
  device text not null,
  told integer not null,
  acknowledged_at timestamptz,
  acknowledged_by text,
  acknowledged_by_name text,
  acknowledge_reason text,
  constraint a_use_has_an_id primary key (id),
  constraint a_session_is_one_use unique (session_id),
  constraint a_use_is_of_a_break_glass_account foreign key (person_id) references privileged.break_glass_account (person_id),
  constraint a_use_may_be_a_drill foreign key (drill_id) references privileged.break_glass_drill (id),
  constraint an_acknowledgement_has_a_person_and_a_reason check ((acknowledged_at is null) = (acknowledged_by is null) and (acknowledged_at is null) = (acknowledge_reason is null))
);
comment on table privileged.break_glass_use is 'each sign-in with a break-glass account; red on Today until a person acknowledges it with a reason';
create index use_of_an_account on privileged.break_glass_use (person_id, at desc);
create index use_of_a_drill on privileged.break_glass_use (drill_id) where drill_id is not null;
create index use_to_acknowledge on privileged.break_glass_use (at) where acknowledged_at is null and drill_id is null;

create table privileged.break_glass_self_test (
  id uuid not null,
  at timestamptz not null,
  by_name text not null,
  host_problem text,
  mail_problem text,
  findings jsonb not null,
  constraint a_self_test_has_an_id primary key (id)
);
comment on table privileged.break_glass_self_test is 'what the weekly self-test found; an empty list: everything works';
create index self_test_by_time on privileged.break_glass_self_test (at desc);

create table privileged.break_glass_alarm (
  is_the_one boolean not null default true,
  addresses text[] not null default '{}',
  constraint there_is_one_alarm primary key (is_the_one),
  constraint the_one_alarm_is_the_one check (is_the_one)
);
comment on table privileged.break_glass_alarm is 'addresses that hear of each use beside the administrators';
insert into privileged.break_glass_alarm default values;

create view privileged.break_glass_account_card as
  select a.person_id, p.display_name as name, p.username, a.number, a.sealed_at is not null and a.opened_at is null and a.retired_at is null as is_sealed, a.opened_at,
         coalesce(a.drilled_at, a.sealed_at) + interval '90 days' as drill_due_at
    from privileged.break_glass_account a
    join directory.person_card p on p.person_id = a.person_id
   where a.retired_at is null;
comment on view privileged.break_glass_account_card is 'published: break-glass accounts that are not retired';

create view privileged.break_glass_use_card as
  select u.id as use_id, u.person_id, u.at, u.drill_id is not null as is_drill, u.acknowledged_at from privileged.break_glass_use u;
comment on view privileged.break_glass_use_card is 'published: uses of break-glass accounts';

create view privileged.break_glass_self_test_card as
  select id as self_test_id, at, jsonb_array_length(findings) as findings from privileged.break_glass_self_test;
comment on view privileged.break_glass_self_test_card is 'published: self-tests and how many things each found';
