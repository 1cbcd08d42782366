create schema if not exists lifecycle;

create table lifecycle.connection (
  application_id uuid not null,
  kind text not null,
  settings jsonb not null,
  login_from text not null,
  mode text not null default 'preview',
  health text not null default 'unknown',
  health_text text,
  last_check jsonb,
  connected_at timestamptz not null,
  connected_by text not null,
  constraint an_application_is_connected_once primary key (application_id),
  constraint a_connection_belongs_to_an_application foreign key (application_id) references directory.application (id),
  constraint a_connection_mode_is_known check (mode in ('preview', 'live', 'paused')),
  constraint a_connection_health_is_known check (health in ('unknown', 'healthy', 'away', 'misconfigured')),
  constraint a_login_rule_is_known check (login_from in ('username', 'email', 'email-name', 'employee-number'))
);
comment on table lifecycle.connection is 'how an application is reached; a new one only reads (preview) until an administrator turns it live';

create table lifecycle.connection_secret (
  application_id uuid not null,
  name text not null,
  sealed bytea not null,
  set_at timestamptz not null,
  constraint a_secret_is_set_once_per_name primary key (application_id, name),
  constraint a_secret_belongs_to_a_connection foreign key (application_id) references lifecycle.connection (application_id) on delete cascade
);
comment on table lifecycle.connection_secret is 'what a connector authenticates with, sealed; never leaves the server';

create table lifecycle.pace (
  application_id uuid not null,
  failures integer not null default 0,
  not_before timestamptz not null default '-infinity',
  window_at timestamptz not null default '-infinity',
  window_calls integer not null default 0,
  constraint a_connection_has_one_pace primary key (application_id),
  constraint a_pace_belongs_to_a_connection foreign key (application_id) references lifecycle.connection (application_id) on delete cascade
);
comment on table lifecycle.pace is 'how fast a system may be called, shared by all nodes: the circuit, the wait that a 429 asked for, the calls of this minute; locked while a step is claimed';

create table lifecycle.kept_secret (
  id uuid not null,
  application_id uuid not null,
  operation_id text not null,
  login text not null,
  sealed bytea not null,
  kept_at timestamptz not null,
  constraint a_kept_secret_has_an_id primary key (id),
  constraint a_kept_secret_belongs_to_an_application foreign key (application_id) references directory.application (id)
);
comment on table lifecycle.kept_secret is 'first secrets of accounts in systems that insist on one, sealed before the system learns them';
create index kept_secret_of_application on lifecycle.kept_secret (application_id);

create table lifecycle.manual_list (
  application_id uuid not null,
  accounts jsonb not null,
  uploaded_at timestamptz not null,
  uploaded_by text not null,
  constraint a_manual_system_has_one_list primary key (application_id),
  constraint a_list_belongs_to_a_connection foreign key (application_id) references lifecycle.connection (application_id) on delete cascade
);
comment on table lifecycle.manual_list is 'the last uploaded account list of a system without an API';

create table lifecycle.manual_confirmation (
  id uuid not null,
  application_id uuid not null,
  operation_id text not null,
  saw jsonb not null,
  evidence text not null,
  confirmed_at timestamptz not null,
  confirmed_by text not null,
  constraint a_confirmation_has_an_id primary key (id),
  constraint a_confirmation_belongs_to_a_connection foreign key (application_id) references lifecycle.connection (application_id) on delete cascade
);
comment on table lifecycle.manual_confirmation is 'what a human says to have seen after doing a task by hand: the evidence until the next list';
create index manual_confirmation_in_order on lifecycle.manual_confirmation (application_id, confirmed_at, id);
