create table authn.enrolment_policy (
  id uuid not null,
  shipped_as text,
  name text not null,
  audience jsonb not null,
  wanted_level integer not null,
  is_phishing_resistance_wanted boolean not null,
  methods_without text[] not null,
  starts_at timestamptz not null,
  deadline_at timestamptz not null,
  skips integer not null,
  percent integer not null,
  state text not null,
  counted_from timestamptz not null,
  stopped_at timestamptz,
  stop_facts jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  removed_at timestamptz,
  constraint an_enrolment_policy_has_an_id primary key (id),
  constraint a_policy_is_shipped_once unique (shipped_as),
  constraint an_enrolment_policy_has_a_name check (name <> ''),
  constraint an_audience_is_a_list_of_groups check (jsonb_typeof(audience -> 'anyOf') = 'array'),
  constraint an_enrolment_policy_wants_a_known_level check (wanted_level between 1 and 3),
  constraint a_deadline_is_not_before_the_start check (deadline_at >= starts_at),
  constraint skips_are_bounded check (skips between 0 and 20),
  constraint a_stage_is_a_share_of_the_audience check (percent between 1 and 100),
  constraint an_enrolment_policy_is_in_a_known_state check (state in ('draft', 'report-only', 'on', 'stopped')),
  constraint a_stopped_policy_says_why check ((state = 'stopped') = (stopped_at is not null) and (stopped_at is null) = (stop_facts is null))
);
comment on table authn.enrolment_policy is 'sign-in rules for groups of people with the way there: offered, put off a few times, then a must; counted_from is where the rule that stops it begins to look';
create unique index an_enrolment_policy_name_is_used_once on authn.enrolment_policy (lower(name)) where removed_at is null;

create table authn.enrolment_standing (
  policy_id uuid not null,
  person_id uuid not null,
  skips integer not null default 0,
  last_skipped_at timestamptz,
  must_asked_at timestamptz,
  must_asked_again_at timestamptz,
  help_asked_at timestamptz,
  excused_until timestamptz,
  constraint one_enrolment_standing_per_policy_and_person primary key (policy_id, person_id),
  constraint an_enrolment_standing_is_of_a_policy foreign key (policy_id) references authn.enrolment_policy (id) on delete cascade,
  constraint an_enrolment_standing_is_of_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint skips_are_counted_from_zero check (skips >= 0)
);
comment on table authn.enrolment_standing is 'how far a person has come with a policy; must_asked_at since when they stand before the door, empty again with the next session';
create index enrolment_standing_of_a_person on authn.enrolment_standing (person_id);
create index enrolment_standing_before_the_door on authn.enrolment_standing (policy_id, must_asked_again_at) where must_asked_at is not null;

create table authn.enrolment_reminder (
  policy_id uuid not null,
  person_id uuid not null,
  kind text not null,
  sent_at timestamptz not null,
  constraint each_reminder_goes_out_once primary key (policy_id, person_id, kind),
  constraint an_enrolment_reminder_is_of_a_policy foreign key (policy_id) references authn.enrolment_policy (id) on delete cascade,
  constraint an_enrolment_reminder_is_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint an_enrolment_reminder_has_a_known_kind check (kind in ('start', 'week', 'day'))
);
comment on table authn.enrolment_reminder is 'who was reminded of what, so that nobody is reminded twice';
create index enrolment_reminder_of_a_person on authn.enrolment_reminder (person_id);

create table authn.enrolment_day (
  policy_id uuid not null,
  day date not null,
  whole integer not null,
  ready integer not null,
  constraint a_day_of_a_policy_is_counted_once primary key (policy_id, day),
  constraint an_enrolment_day_is_of_a_policy foreign key (policy_id) references authn.enrolment_policy (id) on delete cascade,
  constraint nobody_is_ready_who_is_not_in_the_audience check (ready between 0 and whole)
);
comment on table authn.enrolment_day is 'readiness by day, for the picture and the forecast';

-- The rule that stops a drive asks who tried to sign in within the hour.
create index session_by_beginning on authn.session (created_at);

create view authn.enrolment_card as
  select p.id as policy_id, p.name, p.state, p.starts_at, p.deadline_at, p.stopped_at, d.day, d.whole, d.ready
    from authn.enrolment_policy p
    left join lateral (select day, whole, ready from authn.enrolment_day where policy_id = p.id order by day desc limit 1) d on true
   where p.removed_at is null;
comment on view authn.enrolment_card is 'published: enrolment policies with the last count of who is ready';
