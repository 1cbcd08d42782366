create table lifecycle.setting (
  is_only boolean not null default true,
  approval_for text[] not null default '{}',
  constraint there_is_one_row_of_settings primary key (is_only),
  constraint the_only_row_is_the_only_row check (is_only)
);
comment on table lifecycle.setting is 'which kinds of movements wait for a human; leavers never do';
insert into lifecycle.setting default values;

create table lifecycle.runner (
  id bigint generated always as identity,
  started_at timestamptz not null,
  constraint a_runner_has_an_id primary key (id)
);
comment on table lifecycle.runner is 'a process that runs steps; it holds the advisory lock of its id while it lives, so that the leases of a dead one are taken over at once';

create table lifecycle.movement (
  id uuid not null,
  person_id uuid not null,
  kind text not null,
  state text not null,
  cause text not null,
  title text not null,
  plan text not null,
  happened_at timestamptz not null,
  planned_at timestamptz not null,
  proven_at timestamptz,
  zero_at timestamptz,
  alarmed_at timestamptz,
  planned_by text not null,
  is_automatic boolean not null,
  cancel_reason text,
  constraint a_movement_has_an_id primary key (id),
  constraint a_movement_is_of_a_person foreign key (person_id) references directory.person (id),
  constraint a_movement_kind_is_known check (kind in ('joiner', 'mover', 'leaver', 'rehire', 'adjust')),
  constraint a_movement_state_is_known check (state in ('planned', 'running', 'waiting', 'alarm', 'done', 'cancelled')),
  constraint done_means_proven check (state <> 'done' or proven_at is not null)
);
comment on table lifecycle.movement is 'a joiner, mover or leaver with its plan; done only when every step is proven by a read-back or skipped with a reason';
create index movement_by_time on lifecycle.movement (planned_at desc, id desc);
create index movement_of_person on lifecycle.movement (person_id, planned_at desc);
create index movement_by_kind on lifecycle.movement (kind, planned_at desc, id desc);
create index movement_open on lifecycle.movement (planned_at, id) where state in ('planned', 'running', 'waiting', 'alarm');

create table lifecycle.step (
  id uuid not null,
  movement_id uuid not null,
  person_id uuid not null,
  application_id uuid,
  surface text,
  position integer not null,
  urgency integer not null,
  waits_for_earlier boolean not null,
  action text not null,
  is_removal boolean not null,
  account_id uuid,
  entitlement_id uuid,
  wanted jsonb not null,
  title text not null,
  reason text not null,
  state text not null default 'wanted',
  held_because text,
  attempts integer not null default 0,
  wanted_at timestamptz not null,
  next_at timestamptz not null,
  sent_at timestamptz,
  seen_at timestamptz,
  proven_at timestamptz,
  seen text,
  observation_id uuid,
  proof jsonb,
  problem text,
  skip_reason text,
  preview jsonb,
  task jsonb,
  operation_id text not null,
  lease_runner bigint,
  leased_at timestamptz,
  constraint a_step_has_an_id primary key (id),
  constraint a_step_belongs_to_a_movement foreign key (movement_id) references lifecycle.movement (id),
  constraint a_step_is_of_a_person foreign key (person_id) references directory.person (id),
  constraint a_step_is_in_a_system foreign key (application_id) references directory.application (id),
  constraint a_step_is_of_an_account foreign key (account_id) references directory.account (id) on delete set null,
  constraint a_step_is_of_an_entitlement foreign key (entitlement_id) references directory.entitlement (id) on delete set null,
  constraint a_step_is_in_a_system_or_on_a_surface check ((application_id is null) <> (surface is null)),
  constraint a_step_action_is_known check (action in ('end_own_sessions', 'create_account', 'update_account', 'enable', 'disable', 'end_sessions', 'grant', 'revoke')),
  constraint a_step_state_is_known check (state in ('wanted', 'sent', 'proven', 'contradicted', 'unproven', 'action_required', 'skipped')),
  constraint a_step_is_held_for_a_known_reason check (held_because in ('preview', 'paused', 'brake', 'approval')),
  constraint nothing_is_proven_without_having_been_seen check (state <> 'proven' or (proven_at is not null and seen_at is not null and proof is not null)),
  constraint nothing_is_skipped_without_a_reason check (state <> 'skipped' or skip_reason is not null),
  constraint one_operation_per_step unique (operation_id)
);
comment on table lifecycle.step is 'one wanted change in one system; wanted, sent, seen, proven; leased by a runner while it works';
create index step_of_movement on lifecycle.step (movement_id, position);
create index step_to_run on lifecycle.step (application_id, urgency, next_at) where state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required');
create index step_open_of_person on lifecycle.step (person_id, application_id) where state in ('wanted', 'sent', 'contradicted', 'unproven', 'action_required');
create index step_leased on lifecycle.step (application_id, person_id, lease_runner) where lease_runner is not null;
create index step_removal_by_time on lifecycle.step (application_id, wanted_at) where is_removal;
create index step_of_entitlement on lifecycle.step (person_id, entitlement_id, wanted_at desc) where entitlement_id is not null;

create table lifecycle.brake (
  application_id uuid not null,
  raised_at timestamptz not null,
  removals integer not null,
  accounts integer not null,
  released_at timestamptz,
  released_by text,
  constraint a_brake_is_raised_once_at_a_time primary key (application_id, raised_at),
  constraint a_brake_belongs_to_an_application foreign key (application_id) references directory.application (id)
);
comment on table lifecycle.brake is 'a run that would have removed more than max(5, 10 %) of a system stopped here and asked a human';
create unique index one_open_brake_per_system on lifecycle.brake (application_id) where released_at is null;

create view lifecycle.movement_card as
  select m.id as movement_id, m.person_id, m.kind, m.state, m.title, m.cause, m.happened_at, m.planned_at, m.proven_at, m.zero_at, m.alarmed_at
    from lifecycle.movement m;
comment on view lifecycle.movement_card is 'published: movements for reports; zero_at is the last proven removal of a leaver';

create view lifecycle.step_card as
  select s.id as step_id, s.movement_id, s.person_id, s.application_id, s.surface, s.action, s.is_removal, s.account_id, s.entitlement_id, s.title, s.state,
         s.held_because, s.wanted_at, s.sent_at, s.seen_at, s.proven_at, s.observation_id, s.problem
    from lifecycle.step s;
comment on view lifecycle.step_card is 'published: steps with their proof for reports';

create view lifecycle.connection_card as
  select c.application_id, c.kind, c.mode, c.health, c.health_text, c.connected_at
    from lifecycle.connection c;
comment on view lifecycle.connection_card is 'published: which applications are connected and how they fare';
