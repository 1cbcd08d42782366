create table authn.authority (
  id uuid not null,
  certificate bytea not null,
  sealed_key bytea not null,
  made_at timestamptz not null,
  ended_at timestamptz,
  list_number bigint not null default 0,
  list bytea,
  list_from timestamptz,
  list_until timestamptz,
  constraint an_authority_has_an_id primary key (id),
  constraint an_authority_is_made_once unique (certificate)
);
comment on table authn.authority is 'our own certificate authority: its certificate, its key (sealed), and the revocation list that stands at /pki/crl; list is null when it must be made anew';
create unique index one_authority_at_a_time on authn.authority ((true)) where ended_at is null;

create table authn.certificate_issuer (
  id uuid not null,
  name text not null,
  certificate bytea not null,
  fingerprint bytea not null,
  authority_id uuid,
  names_by text not null,
  principal_suffix text,
  is_user_verified boolean not null,
  is_hardware_bound boolean not null,
  required_policy text,
  revocation text not null,
  crl_url text,
  ocsp_url text,
  accepts_unknown boolean not null,
  added_at timestamptz not null,
  added_by_name text not null,
  ended_at timestamptz,
  constraint a_certificate_issuer_has_an_id primary key (id),
  constraint a_certificate_issuer_may_be_our_own foreign key (authority_id) references authn.authority (id),
  constraint a_certificate_names_its_person_in_a_known_way check (names_by in ('email', 'principal', 'employee_number', 'registered')),
  constraint only_principals_have_a_suffix check (principal_suffix is null or names_by = 'principal'),
  constraint revocation_is_learnt_in_a_known_way check (revocation in ('crl', 'ocsp', 'either', 'none', 'own')),
  constraint our_own_revocations_are_ours check ((revocation = 'own') = (authority_id is not null))
);
comment on table authn.certificate_issuer is 'the allow-list: authorities whose certificates sign people in, what each vouches for, and how its certificates name a person; whoever can write here can be anybody (ASVS 6.7.1)';
create unique index an_issuer_is_listed_once on authn.certificate_issuer (fingerprint) where ended_at is null;
create index certificate_issuer_of_an_authority on authn.certificate_issuer (authority_id);

create table authn.certificate (
  id uuid not null,
  person_id uuid,
  issuer_id uuid not null,
  source text not null,
  name text not null,
  certificate bytea not null,
  fingerprint bytea not null,
  serial text not null,
  authority_key bytea not null,
  subject text not null,
  not_before timestamptz not null,
  not_after timestamptz not null,
  added_at timestamptz not null,
  added_by_name text not null,
  last_used_at timestamptz,
  replaced_by uuid,
  ended_at timestamptz,
  end_reason text,
  constraint a_certificate_has_an_id primary key (id),
  constraint a_certificate_belongs_to_one_person unique (fingerprint),
  constraint a_certificate_outlives_its_person foreign key (person_id) references directory.person (id) on delete set null,
  constraint a_certificate_comes_from_a_listed_issuer foreign key (issuer_id) references authn.certificate_issuer (id),
  constraint a_certificate_may_be_replaced foreign key (replaced_by) references authn.certificate (id),
  constraint a_certificate_came_here_in_a_known_way check (source in ('issued', 'registered', 'seen')),
  constraint an_ended_certificate_says_why check ((ended_at is null) = (end_reason is null)),
  constraint a_certificate_ends_for_a_known_reason check (end_reason in ('unspecified', 'key_compromise', 'affiliation_changed', 'superseded', 'cessation_of_operation', 'expired'))
);
comment on table authn.certificate is 'client certificates bound to people: issued here, registered by an administrator, or seen at a first sign-in; an ended one stays, so that it never signs in again and stands in the revocation list';
create unique index a_serial_is_issued_once on authn.certificate (issuer_id, serial) where source = 'issued';
create index certificate_by_serial on authn.certificate (authority_key, serial);
create index certificate_of_a_person on authn.certificate (person_id);
create index certificate_replaced on authn.certificate (replaced_by);
create index certificate_by_end on authn.certificate (not_after) where ended_at is null;

create table authn.revocation_list (
  id uuid not null,
  issuer_id uuid not null,
  authority bytea not null,
  authority_key bytea not null,
  url text,
  number numeric,
  this_update timestamptz,
  next_update timestamptz,
  entries integer not null default 0,
  read_at timestamptz,
  tried_at timestamptz,
  problem text,
  constraint a_revocation_list_has_an_id primary key (id),
  constraint one_revocation_list_per_authority unique (issuer_id, authority_key),
  constraint a_revocation_list_belongs_to_an_issuer foreign key (issuer_id) references authn.certificate_issuer (id) on delete cascade
);
comment on table authn.revocation_list is 'revocation lists of issuers and their intermediates: where from, signed by whom (authority), until when they can be judged by; empty until the first was read';

create table authn.revoked_serial (
  list_id uuid not null,
  serial text not null,
  revoked_at timestamptz not null,
  reason text,
  constraint a_serial_stands_once_in_a_list primary key (list_id, serial),
  constraint a_revoked_serial_stands_in_a_list foreign key (list_id) references authn.revocation_list (id) on delete cascade
);
comment on table authn.revoked_serial is 'what stands in the newest revocation list of each authority';

create table authn.revocation_answer (
  authority_key bytea not null,
  serial text not null,
  status text not null,
  answered_at timestamptz not null,
  until timestamptz not null,
  constraint one_answer_per_certificate primary key (authority_key, serial),
  constraint an_answer_is_good_or_revoked check (status in ('good', 'revoked'))
);
comment on table authn.revocation_answer is 'verified OCSP answers, kept as long as they hold';
create index revocation_answer_by_end on authn.revocation_answer (until);

create table authn.certificate_try (
  id uuid not null,
  ask_digest bytea not null,
  browser_digest bytea not null,
  sign_in_id uuid,
  purpose text not null,
  wanted_level integer not null,
  is_phishing_resistance_wanted boolean not null,
  return_to text not null,
  expires_at timestamptz not null,
  ticket_digest bytea,
  problem text,
  person_id uuid,
  issuer_id uuid,
  certificate bytea,
  authority_key bytea,
  constraint a_certificate_try_has_an_id primary key (id),
  constraint a_certificate_try_is_asked_once unique (ask_digest),
  constraint a_certificate_ticket_is_shown_once unique (ticket_digest),
  constraint a_certificate_try_may_belong_to_a_sign_in foreign key (sign_in_id) references authn.sign_in (id) on delete cascade,
  constraint a_certificate_try_may_name_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_certificate_try_may_name_an_issuer foreign key (issuer_id) references authn.certificate_issuer (id) on delete cascade
);
comment on table authn.certificate_try is 'somebody went from the sign-in page to the certificate door: ask leads there, ticket leads back (60 s), browser is the secret of the browser that began; all three are kept as digests';
create index certificate_try_by_end on authn.certificate_try (expires_at);
create index certificate_try_of_a_sign_in on authn.certificate_try (sign_in_id);
create index certificate_try_of_a_person on authn.certificate_try (person_id);
create index certificate_try_of_an_issuer on authn.certificate_try (issuer_id);
