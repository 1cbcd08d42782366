create table lifecycle.reading (
  id uuid not null,
  application_id uuid not null,
  state text not null,
  phase text not null,
  token text,
  parents jsonb not null default '[]',
  started_at timestamptz not null,
  touched_at timestamptz not null,
  finished_at timestamptz,
  accounts integer not null default 0,
  entitlements integer not null default 0,
  holdings integer not null default 0,
  is_complete boolean not null default true,
  problem text,
  asked_by text not null,
  constraint a_reading_has_an_id primary key (id),
  constraint a_reading_is_of_a_connection foreign key (application_id) references lifecycle.connection (application_id) on delete cascade,
  constraint a_reading_state_is_known check (state in ('running', 'done', 'stopped', 'failed')),
  constraint a_reading_phase_is_known check (phase in ('accounts', 'groups', 'holdings', 'conclusions'))
);
comment on table lifecycle.reading is 'one full reading of a system, page by page; token is where it goes on after a crash';
create unique index one_reading_at_a_time on lifecycle.reading (application_id) where state = 'running';
create index reading_by_time on lifecycle.reading (application_id, started_at desc);

create table lifecycle.reading_row (
  reading_id uuid not null,
  part text not null,
  native_id text not null,
  inner_id text not null default '',
  content jsonb not null default '{}',
  constraint a_row_is_read_once primary key (reading_id, part, native_id, inner_id),
  constraint a_row_belongs_to_a_reading foreign key (reading_id) references lifecycle.reading (id) on delete cascade,
  constraint a_row_part_is_known check (part in ('account', 'entitlement', 'holding'))
);
comment on table lifecycle.reading_row is 'what a reading has seen so far; nothing is concluded before it is whole, and then it is emptied';

create table lifecycle.drift (
  id uuid not null,
  application_id uuid not null,
  kind text not null,
  severity text not null,
  state text not null default 'open',
  person_id uuid,
  account_id uuid not null,
  entitlement_id uuid,
  found_at timestamptz not null,
  decided_at timestamptz,
  decided_by text,
  movement_id uuid,
  constraint a_drift_has_an_id primary key (id),
  constraint a_drift_is_in_an_application foreign key (application_id) references directory.application (id),
  constraint a_drift_may_name_a_person foreign key (person_id) references directory.person (id),
  constraint a_drift_is_of_an_account foreign key (account_id) references directory.account (id) on delete cascade,
  constraint a_drift_may_name_an_entitlement foreign key (entitlement_id) references directory.entitlement (id) on delete cascade,
  constraint a_drift_may_lead_to_a_movement foreign key (movement_id) references lifecycle.movement (id),
  constraint a_drift_kind_is_known check (kind in ('unexplained_holding', 'missing_holding', 'leaver_active')),
  constraint a_drift_severity_is_known check (severity in ('low', 'high')),
  constraint a_drift_state_is_known check (state in ('open', 'adopted', 'reverting', 'resolved'))
);
comment on table lifecycle.drift is 'where what a system shows is not what the grants say; each is adopted or reverted by a human';
create unique index one_open_drift_per_difference on lifecycle.drift (kind, account_id, entitlement_id) nulls not distinct where state in ('open', 'reverting');
create index drift_by_time on lifecycle.drift (state, found_at desc, id desc);
create index drift_of_application on lifecycle.drift (application_id, state, found_at desc, id desc);
create index drift_of_person on lifecycle.drift (person_id, state);

create view lifecycle.drift_card as
  select d.id as drift_id, d.application_id, d.kind, d.severity, d.state, d.person_id, d.account_id, d.entitlement_id, d.found_at, d.decided_at
    from lifecycle.drift d;
comment on view lifecycle.drift_card is 'published: differences between wanted and actual for reports';
