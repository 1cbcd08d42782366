create table authn.push_device (
  id uuid not null,
  person_id uuid not null,
  name text not null,
  public_key bytea not null,
  language text not null,
  sealed_subscription bytea,
  created_at timestamptz not null,
  last_used_at timestamptz,
  disabled_at timestamptz,
  disabled_reason text,
  constraint a_push_device_has_an_id primary key (id),
  constraint a_device_key_belongs_to_one_person unique (public_key),
  constraint a_device_key_is_a_point_of_p256 check (octet_length(public_key) = 65),
  constraint a_push_device_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_disabled_push_device_says_why check ((disabled_at is null) = (disabled_reason is null))
);
comment on table authn.push_device is 'telephones and browsers that answer prompts: each by a key that never leaves it, of which only the public half is here; disabled ones belong to a person whose push approval is off';
comment on column authn.push_device.sealed_subscription is 'where web push reaches it, sealed: whoever reads the endpoint could send there';
create index push_device_of_a_person on authn.push_device (person_id);

create table authn.push_pairing (
  person_id uuid not null,
  session_id uuid not null,
  digest bytea not null,
  challenge bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  constraint one_open_pairing_per_person primary key (person_id),
  constraint a_pairing_secret_is_used_once unique (digest),
  constraint a_pairing_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_pairing_lives_in_a_session foreign key (session_id) references authn.session (id) on delete cascade,
  constraint a_pairing_lives_ten_minutes_at_most check (expires_at <= created_at + interval '10 minutes')
);
comment on table authn.push_pairing is 'one-time links that pair a telephone (63B-4 4.1.2.2); taken out by the pairing; worth nothing once the session that began it has ended';
create index push_pairing_of_a_session on authn.push_pairing (session_id);

create table authn.push_count (
  person_id uuid not null,
  sent integer not null default 0,
  constraint one_push_count_per_person primary key (person_id),
  constraint a_push_count_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint three_prompts_at_most_since_the_last_success check (sent between 0 and 3)
);
comment on table authn.push_count is 'prompts since the last right answer; a new prompt adds to it and never resets it (63B-4 3.1.3.2); its row is the line in which the prompts of one person stand';

create table authn.push_prompt (
  id uuid not null,
  person_id uuid not null,
  sign_in_id uuid not null,
  sealed_digits bytea not null,
  nonce bytea not null,
  tries integer not null default 0,
  place text not null,
  application text,
  browser text not null,
  address text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  answer text,
  answered_at timestamptz,
  answered_by uuid,
  used_at timestamptz,
  constraint a_push_prompt_has_an_id primary key (id),
  constraint a_push_prompt_belongs_to_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_push_prompt_asks_for_a_known_place check (place in ('portal', 'console', 'application')),
  constraint a_push_prompt_is_answered_in_a_known_way check (answer in ('approved', 'denied', 'disavowed', 'wrong', 'replaced')),
  constraint an_answered_push_prompt_says_when check ((answer is null) = (answered_at is null)),
  constraint only_an_approved_push_prompt_is_used check (used_at is null or answer = 'approved'),
  constraint a_push_prompt_lives_a_minute_at_most check (expires_at <= created_at + interval '60 seconds')
);
comment on table authn.push_prompt is 'questions to a person''s telephones, each for one sign-in and no other; the six digits are sealed, the nonce changes with every try; not tied to authn.sign_in by a key, since what was not answered counts after its sign-in is gone';
create index push_prompt_of_a_person on authn.push_prompt (person_id, created_at desc);
create index push_prompt_of_a_sign_in on authn.push_prompt (sign_in_id, created_at desc);
create index push_prompt_by_age on authn.push_prompt (created_at);

-- Password and push are two factors.
create or replace view authn.factor_card as
  select p.person_id,
         (w.person_id is not null) as has_password,
         exists (select from authn.totp t where t.person_id = p.person_id and t.confirmed_at is not null) as has_totp,
         coalesce(k.passkeys, 0) as passkeys,
         coalesce(k.passkeys, 0) > 0 as has_passkey,
         coalesce(k.passkeys, 0) > 0 as is_phishing_resistant,
         case
           when coalesce(k.is_verified, false) then 'passkey'
           when w.person_id is not null
                and (coalesce(k.passkeys, 0) > 0
                     or exists (select from authn.totp t where t.person_id = p.person_id and t.confirmed_at is not null)
                     or exists (select from authn.push_device d where d.person_id = p.person_id and d.disabled_at is null)) then 'two_factors'
           when w.person_id is not null then 'password'
           else 'none'
         end as strongest
    from directory.person_standing p
    left join authn.password w on w.person_id = p.person_id
    left join lateral (select count(*)::integer as passkeys, bool_or(is_user_verified) as is_verified
                         from authn.passkey where passkey.person_id = p.person_id and disabled_at is null) k on true;
