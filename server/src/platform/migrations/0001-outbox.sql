create table platform.outbox (
  id bigint generated always as identity,
  subscriber text not null,
  subject text not null,
  kind text not null,
  facts jsonb not null,
  happened_at timestamptz not null,
  attempts integer not null default 0,
  not_before timestamptz not null default '-infinity',
  last_error text,
  constraint an_outbox_row_has_an_id primary key (id)
);
comment on table platform.outbox is 'events written with the change that caused them, one row per subscriber, gone when delivered; in order per subscriber and subject';
create index outbox_in_order on platform.outbox (subscriber, subject, id);

create table platform.node (
  id uuid not null,
  lock_key bigint generated always as identity,
  worker_ids text[] not null default '{}',
  started_at timestamptz not null,
  constraint a_node_has_an_id primary key (id)
);
comment on table platform.node is 'running server processes; each holds the advisory lock lock_key, so that a dead one is known at once and its jobs are given back';

create unlogged table platform.rate_limit (
  key text not null,
  window_start timestamptz not null,
  taken integer not null,
  constraint one_count_per_key_and_window primary key (key, window_start)
);
comment on table platform.rate_limit is 'counters of the address limits, shared by all nodes; unlogged, since losing them after a crash harms nobody';

create table platform.mail (
  id uuid not null,
  recipient text not null,
  subject text not null,
  text_body text not null,
  html_body text not null,
  created_at timestamptz not null,
  sent_at timestamptz,
  attempts integer not null default 0,
  last_error text,
  constraint a_mail_has_an_id primary key (id)
);
comment on table platform.mail is 'mail to be sent, written with the change that caused it; shown on the outbox page where no mail server is set';
create index mail_by_time on platform.mail (created_at desc);
