-- Of a mailbox provider for everybody: two addresses there have nothing to do with one another.
create function authn.is_mailbox_of_everybody(domain text) returns boolean
  language sql immutable parallel safe
  return domain in ('gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com', 'live.com', 'msn.com', 'yahoo.com', 'icloud.com', 'me.com', 'mac.com', 'aol.com', 'gmx.net', 'gmx.de', 'web.de', 't-online.de', 'proton.me', 'protonmail.com', 'orange.fr', 'free.fr', 'laposte.net', 'libero.it', 'fastmail.com');

create table authn.recovery_address (
  id uuid not null,
  person_id uuid not null,
  kind text not null,
  address text not null,
  added_at timestamptz not null,
  confirmed_at timestamptz,
  constraint a_recovery_address_has_an_id primary key (id),
  constraint a_recovery_address_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_recovery_address_is_named_by_the_person_or_by_hr check (kind in ('own', 'work', 'private')),
  constraint a_recovery_address_is_not_endless check (length(address) <= 254)
);
comment on table authn.recovery_address is 'where recovery codes may be mailed once a code has confirmed it (63B-4 4.2.1.2); work and private name the address that HR had when it was confirmed';
create unique index a_person_names_an_address_once on authn.recovery_address (person_id, lower(address));

create view authn.recovery_address_card as
  select a.id as recovery_address_id, a.person_id, a.kind, a.address, a.added_at, a.confirmed_at,
         (a.kind = 'own' or lower(a.address) = lower(case a.kind when 'work' then c.work_email else c.private_email end)) is true as is_current,
         (lower(a.address) = lower(c.work_email)
          or (split_part(lower(a.address), '@', 2) = split_part(lower(c.work_email), '@', 2) and not authn.is_mailbox_of_everybody(split_part(lower(c.work_email), '@', 2)))) is true as is_at_work
    from authn.recovery_address a
    join directory.person_card c on c.person_id = a.person_id;
comment on view authn.recovery_address_card is 'published: recovery addresses; not current once HR has another one, at work where the mailbox is likely to open by this very sign-in';

create table authn.mailed_code (
  id uuid not null,
  purpose text not null,
  holder_id uuid not null,
  person_id uuid,
  account text not null,
  source text not null,
  hash text not null,
  sealed_code bytea,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  mailed_at timestamptz,
  used_at timestamptz,
  tries integer not null default 0,
  constraint a_mailed_code_has_an_id primary key (id),
  constraint a_mailed_code_may_be_for_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_mailed_code_has_a_known_purpose check (purpose in ('recover', 'confirm', 'practise')),
  constraint a_mailed_code_lives_a_day_at_most check (expires_at <= made_at + interval '24 hours')
);
comment on table authn.mailed_code is 'codes on their way to a mailbox; the holder is the recovery under way, the address to confirm, or the session that practises, and the code is worth nothing elsewhere; sealed only until the mail is written; names that nobody has get a row as well, so that the answer tells nothing';
create index mailed_code_of_a_holder on authn.mailed_code (holder_id, made_at desc);
create index mailed_code_of_an_account on authn.mailed_code (account, source, made_at desc);
create index mailed_code_of_a_person on authn.mailed_code (person_id) where person_id is not null;
create index mailed_code_by_age on authn.mailed_code (made_at);

create table authn.recovery_settings (
  is_only_row boolean not null default true,
  needs_second_approver boolean not null default true,
  managers_approve boolean not null default false,
  changed_at timestamptz,
  changed_by text,
  constraint there_is_one_row_of_recovery_settings primary key (is_only_row),
  constraint the_row_of_recovery_settings_is_the_only_one check (is_only_row)
);
comment on table authn.recovery_settings is 'whether a help desk needs a second approver to reset somebody, and whether a manager may be that one';
insert into authn.recovery_settings default values;

create table authn.reset_request (
  id uuid not null,
  person_id uuid not null,
  asked_by uuid not null,
  asked_by_name text not null,
  asked_at timestamptz not null,
  reason text not null,
  identity_check text not null,
  ticket text,
  state text not null,
  decided_by uuid,
  decided_by_name text,
  decided_at timestamptz,
  decision_reason text,
  ended_at timestamptz,
  expires_at timestamptz not null,
  constraint a_reset_request_has_an_id primary key (id),
  constraint a_reset_request_is_about_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_reset_request_is_asked_by_a_person foreign key (asked_by) references directory.person (id),
  constraint a_reset_request_is_decided_by_a_person foreign key (decided_by) references directory.person (id),
  constraint a_reset_request_has_a_known_state check (state in ('open', 'approved', 'issued', 'refused', 'cancelled', 'expired')),
  constraint nobody_asks_for_their_own_reset check (asked_by <> person_id),
  constraint the_second_approver_is_another_person check (decided_by is null or (decided_by <> asked_by and decided_by <> person_id)),
  constraint a_pass_comes_only_after_a_second_person check (state not in ('approved', 'issued') or decided_by is not null)
);
comment on table authn.reset_request is 'the help desk asks to reset how somebody signs in, and a second person approves (63B-4 4.2.1); the pass is issued only then';
create unique index one_open_reset_per_person on authn.reset_request (person_id) where state in ('open', 'approved');
create index reset_request_by_age on authn.reset_request (asked_at desc, id);
create index reset_request_of_a_person on authn.reset_request (person_id);
create index reset_request_by_asker on authn.reset_request (asked_by);
create index reset_request_by_decider on authn.reset_request (decided_by);

create table authn.recovery_drill (
  id uuid not null,
  name text not null,
  started_by text not null,
  started_by_name text not null,
  started_at timestamptz not null,
  ends_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  constraint a_recovery_drill_has_an_id primary key (id),
  constraint a_recovery_drill_ends_after_it_starts check (ends_at > started_at),
  constraint an_ended_drill_says_why check ((ended_at is null) = (end_reason is null))
);
comment on table authn.recovery_drill is 'chosen people practise getting back in; nothing of theirs is changed or used up';
create index recovery_drill_by_age on authn.recovery_drill (started_at desc, id);

create table authn.drill_part (
  drill_id uuid not null,
  person_id uuid not null,
  told_at timestamptz,
  reminded_at timestamptz,
  begun_at timestamptz,
  session_id uuid,
  finished_at timestamptz,
  is_able boolean,
  constraint one_part_per_person_in_a_drill primary key (drill_id, person_id),
  constraint a_part_belongs_to_a_drill foreign key (drill_id) references authn.recovery_drill (id) on delete cascade,
  constraint a_part_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint who_has_finished_has_begun check (finished_at is null or begun_at is not null),
  constraint who_has_finished_is_able_or_not check ((finished_at is null) = (is_able is null))
);
comment on table authn.drill_part is 'who takes part in a recovery drill, and how far they came';
create index drill_part_of_a_person on authn.drill_part (person_id);

create table authn.drill_step (
  drill_id uuid not null,
  person_id uuid not null,
  step text not null,
  shown_at timestamptz not null,
  tries integer not null default 0,
  outcome text,
  ended_at timestamptz,
  constraint one_row_per_step_of_a_drill primary key (drill_id, person_id, step),
  constraint a_step_belongs_to_a_part foreign key (drill_id, person_id) references authn.drill_part (drill_id, person_id) on delete cascade,
  constraint a_drill_has_known_steps check (step in ('saved-code', 'mailed-code', 'second-device')),
  constraint a_step_ends_well_or_not check (outcome in ('done', 'could_not')),
  constraint a_step_with_an_outcome_has_ended check ((outcome is null) = (ended_at is null))
);
comment on table authn.drill_step is 'when each step of a rehearsal was shown, how often it was tried, and how it ended';

create table authn.recovery_reminder (
  person_id uuid not null,
  reminded_at timestamptz,
  looked_at timestamptz,
  constraint one_recovery_reminder_per_person primary key (person_id),
  constraint a_recovery_reminder_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade
);
comment on table authn.recovery_reminder is 'once a year people are asked whether their recovery codes and addresses are still right (63B-4 4.2.1.3)';

create view authn.recovery_drill_card as
  select d.id as recovery_drill_id, d.name, d.started_at, d.ends_at, d.ended_at, p.person_id, p.begun_at, p.finished_at, p.is_able
    from authn.recovery_drill d
    join authn.drill_part p on p.drill_id = d.id;
comment on view authn.recovery_drill_card is 'published: recovery drills and how far each person came, for reports';
