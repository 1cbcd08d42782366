create table authn.place (
  id uuid not null,
  name text not null,
  networks cidr[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint a_place_has_an_id primary key (id),
  constraint a_place_has_networks check (cardinality(networks) between 1 and 200)
);
comment on table authn.place is 'named networks, such as an office; shown with sessions, and for rules about where somebody signs in from';
create unique index one_place_per_name on authn.place (lower(name));

create table authn.session_limit (
  assurance_level integer not null,
  overall_seconds integer not null,
  idle_seconds integer,
  justification text,
  set_at timestamptz not null,
  set_by text not null,
  set_by_name text not null,
  constraint one_session_limit_per_level primary key (assurance_level),
  constraint a_session_limit_is_of_a_known_level check (assurance_level between 1 and 3),
  constraint a_session_ends_some_time check (overall_seconds between 900 and 31536000),
  constraint an_unused_session_ends_before_it_would_anyway check (idle_seconds is null or idle_seconds between 300 and overall_seconds),
  constraint level_3_keeps_the_limits_of_the_norm check (assurance_level <> 3 or (overall_seconds <= 43200 and idle_seconds is not null and idle_seconds <= 900))
);
comment on table authn.session_limit is 'how long sessions last where an administrator chose otherwise than the default, with the reason for a departure from the norm (63B-4 5.2, ASVS 7.1.1); the ceilings of level 3 hold in any case';

alter table authn.device
  add column device text not null default 'Unknown browser',
  add column address text;
comment on column authn.device.device is 'browser and system in words, as it said at the last sign-in';
comment on column authn.device.address is 'where its last sign-in came from';

create view authn.device_card as
  select d.person_id, d.device_id, d.device, d.address, d.first_seen_at, d.last_seen_at
    from authn.device d;
comment on view authn.device_card is 'published: browsers in which a person has signed in before; a hint, since a cookie can be copied, never a factor';

create view authn.place_card as
  select p.id as place_id, p.name, p.networks, p.updated_at
    from authn.place p;
comment on view authn.place_card is 'published: named networks, for rules about where somebody signs in from';

alter table authn.throttle_wait
  add column told integer not null default 0;
comment on column authn.throttle_wait.told is 'how often somebody came too early since the last try that counted; the audit hears of the 1st, 2nd, 4th, 8th and so on, so that a flood cannot fill it';

alter table authn.session
  add column takes_tokens boolean not null default false;
comment on column authn.session.takes_tokens is 'ended so that everything that rests on it ends too, offline access included; refresh and introspection ask this when they read';

create or replace view authn.session_card as
  select s.id as session_id, s.person_id, s.assurance_level, s.methods, s.is_phishing_resistant, s.device, s.address,
         s.created_at, s.authenticated_at, s.last_seen_at, s.idle_expires_at, s.expires_at, s.ended_at, s.end_reason,
         s.device_id, s.takes_tokens
    from authn.session s;
comment on view authn.session_card is 'published: sessions without their digests';

create table authn.strange_try (
  person_id uuid not null,
  day date not null,
  tries integer not null,
  last_at timestamptz not null,
  last_address text not null,
  told_at timestamptz,
  constraint strange_tries_are_counted_by_day primary key (person_id, day),
  constraint a_strange_try_is_about_a_person foreign key (person_id) references directory.person (id) on delete cascade
);
comment on table authn.strange_try is 'wrong tries at a person''s account from browsers that the person has never signed in with, by day (UTC); what the portal and the notice tell (ASVS 6.3.5)';
create index strange_tries_to_tell_of on authn.strange_try (last_at) where told_at is null;

-- Sweeps walk these by age; under a flood of names that nobody has they must not walk everything.
create index throttle_of_names_by_age on authn.throttle (last_failed_at) where account like 'name:%';
create index throttle_wait_of_names_by_age on authn.throttle_wait (last_failed_at) where account like 'name:%';
create index unproven_sign_in_by_age on authn.sign_in (created_at) where proofs = '[]'::jsonb;
