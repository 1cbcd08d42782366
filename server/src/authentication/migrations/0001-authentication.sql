create schema authn;
comment on schema authn is 'how people prove who they are: factors, sign-ins under way, sessions, API tokens';

create table authn.password (
  person_id uuid not null,
  hash text not null,
  length_in_code_points integer not null,
  set_at timestamptz not null,
  last_used_at timestamptz,
  constraint one_password_per_person primary key (person_id),
  constraint a_password_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_password_has_eight_characters_at_least check (length_in_code_points >= 8)
);
comment on table authn.password is 'argon2id hashes (parameters inside) of peppered passwords; the pepper is not in the database (63B-4 3.1.1.2)';
comment on column authn.password.length_in_code_points is 'tells whether it would be long enough alone (15, 63B-4 3.1.1.2)';

create table authn.totp (
  id uuid not null,
  person_id uuid not null,
  name text not null,
  sealed_seed bytea not null,
  last_step bigint not null default -1,
  created_at timestamptz not null,
  confirmed_at timestamptz,
  last_used_at timestamptz,
  constraint a_totp_has_an_id primary key (id),
  constraint a_totp_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade
);
comment on table authn.totp is 'authenticator apps; counts only once confirmed; last_step is the newest time step accepted, so that a code is accepted once (63B-4 3.1.4)';
create index totp_of_a_person on authn.totp (person_id);

create table authn.passkey (
  id uuid not null,
  person_id uuid not null,
  name text not null,
  credential_id bytea not null,
  public_key bytea not null,
  sign_count bigint not null,
  transports text[] not null,
  aaguid uuid not null,
  is_user_verified boolean not null,
  is_backup_eligible boolean not null,
  is_backed_up boolean not null,
  attestation_format text not null,
  attestation_object bytea not null,
  created_at timestamptz not null,
  last_used_at timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  constraint a_passkey_has_an_id primary key (id),
  constraint a_credential_belongs_to_one_person unique (credential_id),
  constraint a_passkey_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade
);
comment on table authn.passkey is 'WebAuthn credentials; UV, BE, BS, AAGUID and the attestation as received, so that their strength can be judged again later (63B-4 app. B)';
create index passkey_of_a_person on authn.passkey (person_id);

create table authn.recovery_code (
  person_id uuid not null,
  slot integer not null,
  hash text not null,
  issued_at timestamptz not null,
  used_at timestamptz,
  constraint one_recovery_code_per_slot primary key (person_id, slot),
  constraint a_recovery_code_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint ten_recovery_codes_at_most check (slot between 0 and 9)
);
comment on table authn.recovery_code is 'ten codes of 80 bits; below 112 bits, so argon2id and not a plain digest (63B-4 3.1.2, ASVS 6.5.2); the slot is the first character of the code, so that one try costs one hash';

create table authn.access_pass (
  id uuid not null,
  person_id uuid not null,
  hash text not null,
  reason text not null,
  issued_by text not null,
  issued_by_name text not null,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  ended_at timestamptz,
  constraint an_access_pass_has_an_id primary key (id),
  constraint an_access_pass_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint nobody_issues_a_pass_for_themselves check (issued_by <> 'person:' || person_id::text)
);
comment on table authn.access_pass is 'temporary access passes: one use, one hour, only to enrol factors';
create unique index one_open_access_pass_per_person on authn.access_pass (person_id) where used_at is null and ended_at is null;

create table authn.session (
  id uuid not null,
  digest bytea not null,
  person_id uuid not null,
  assurance_level integer not null,
  methods text[] not null,
  is_phishing_resistant boolean not null,
  device text not null,
  device_id uuid,
  address text not null,
  created_at timestamptz not null,
  authenticated_at timestamptz not null,
  last_seen_at timestamptz not null,
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  constraint a_session_has_an_id primary key (id),
  constraint a_session_secret_is_used_once unique (digest),
  constraint a_session_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_session_has_a_known_level check (assurance_level between 1 and 3),
  constraint an_ended_session_says_why check ((ended_at is null) = (end_reason is null))
);
comment on table authn.session is 'browser sessions; only the digest of the secret is kept (ASVS 7.2.3); read together with directory.person_standing, so that a leaver is out at the next request';
create index session_of_a_person on authn.session (person_id, created_at desc);
create index session_by_end on authn.session (expires_at);

create table authn.api_token (
  id uuid not null,
  digest bytea not null,
  name text not null,
  permissions text[] not null,
  owner_id uuid,
  created_by text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  last_used_at timestamptz,
  ended_at timestamptz,
  end_reason text,
  constraint an_api_token_has_an_id primary key (id),
  constraint an_api_token_secret_is_used_once unique (digest),
  constraint an_api_token_may_belong_to_a_person foreign key (owner_id) references directory.person (id) on delete cascade,
  constraint an_api_token_lives_a_year_at_most check (expires_at <= created_at + interval '366 days'),
  constraint an_ended_api_token_says_why check ((ended_at is null) = (end_reason is null))
);
comment on table authn.api_token is 'API tokens (bw_...): digest, permissions, end; of a person, or made on the host and of nobody';
create index api_token_of_a_person on authn.api_token (owner_id);

create table authn.sign_in (
  id uuid not null,
  digest bytea not null,
  purpose text not null,
  username text,
  person_id uuid,
  session_id uuid,
  wanted_level integer not null,
  is_phishing_resistance_wanted boolean not null,
  proofs jsonb not null default '[]',
  enrolled jsonb not null default '[]',
  return_to text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint a_sign_in_has_an_id primary key (id),
  constraint a_sign_in_secret_is_used_once unique (digest),
  constraint a_sign_in_may_belong_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_sign_in_may_raise_a_session foreign key (session_id) references authn.session (id) on delete cascade,
  constraint a_sign_in_has_a_known_purpose check (purpose in ('sign-in', 'step-up', 'recover'))
);
comment on table authn.sign_in is 'sign-ins under way: who was named, what was proven so far; gone when a session begins';
create index sign_in_by_end on authn.sign_in (expires_at);
create index sign_in_of_a_person on authn.sign_in (person_id);

create table authn.challenge (
  digest bytea not null,
  purpose text not null,
  person_id uuid,
  expires_at timestamptz not null,
  constraint a_challenge_is_asked_once primary key (digest),
  constraint a_challenge_may_belong_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_challenge_has_a_known_purpose check (purpose in ('prove', 'enrol'))
);
comment on table authn.challenge is 'WebAuthn challenges handed out; taken out by the answer, so that each is answered once';
create index challenge_by_end on authn.challenge (expires_at);

create table authn.throttle (
  account text not null,
  authenticator text not null,
  failures integer not null default 0,
  disabled_at timestamptz,
  last_failed_at timestamptz not null,
  constraint one_throttle_per_account_and_authenticator primary key (account, authenticator)
);
comment on table authn.throttle is 'wrong tries in a row per account and authenticator; at 100 that authenticator is disabled (63B-4 3.2.2); account is a person, or the digest of a name nobody has';

create table authn.throttle_wait (
  account text not null,
  authenticator text not null,
  source text not null,
  failures integer not null default 0,
  not_before timestamptz not null,
  last_failed_at timestamptz not null,
  constraint one_wait_per_source primary key (account, authenticator, source)
);
comment on table authn.throttle_wait is 'growing waits, apart for each familiar device and for all unfamiliar ones together, so that a stranger who guesses does not keep the person out of her own laptop';

create table authn.device (
  person_id uuid not null,
  device_id uuid not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  constraint a_device_is_known_once_per_person primary key (person_id, device_id),
  constraint a_known_device_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade
);
comment on table authn.device is 'browsers in which a person has signed in before (by a signed cookie); a hint for throttling, never a factor';

create table authn.setup_link (
  id uuid not null,
  digest bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint a_setup_link_has_an_id primary key (id),
  constraint a_setup_link_secret_is_used_once unique (digest)
);
comment on table authn.setup_link is 'one-time links that make the first administrator';

create table authn.disavowal (
  digest bytea not null,
  person_id uuid not null,
  about text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  constraint a_disavowal_secret_is_used_once primary key (digest),
  constraint a_disavowal_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade
);
comment on table authn.disavowal is 'the "this was not me" links of notices (63B-4 4.6); using one ends every session';

create view authn.factor_card as
  select p.person_id,
         (w.person_id is not null) as has_password,
         exists (select from authn.totp t where t.person_id = p.person_id and t.confirmed_at is not null) as has_totp,
         coalesce(k.passkeys, 0) as passkeys,
         coalesce(k.passkeys, 0) > 0 as has_passkey,
         coalesce(k.passkeys, 0) > 0 as is_phishing_resistant,
         case
           when coalesce(k.is_verified, false) then 'passkey'
           when w.person_id is not null
                and (coalesce(k.passkeys, 0) > 0 or exists (select from authn.totp t where t.person_id = p.person_id and t.confirmed_at is not null)) then 'two_factors'
           when w.person_id is not null then 'password'
           else 'none'
         end as strongest
    from directory.person_standing p
    left join authn.password w on w.person_id = p.person_id
    left join lateral (select count(*)::integer as passkeys, bool_or(is_user_verified) as is_verified
                         from authn.passkey where passkey.person_id = p.person_id and disabled_at is null) k on true;
comment on view authn.factor_card is 'published: which factors each person has, for reports and the console';

create view authn.session_card as
  select s.id as session_id, s.person_id, s.assurance_level, s.methods, s.is_phishing_resistant, s.device, s.address,
         s.created_at, s.authenticated_at, s.last_seen_at, s.idle_expires_at, s.expires_at, s.ended_at, s.end_reason
    from authn.session s;
comment on view authn.session_card is 'published: sessions without their digests';
