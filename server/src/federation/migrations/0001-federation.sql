create schema federation;
comment on schema federation is 'applications that people sign in to with OpenID Connect and OAuth: their clients, what was issued to them, and the keys that sign';

create table federation.revision (
  subject text not null,
  number bigint not null,
  constraint one_revision_per_subject primary key (subject),
  constraint a_revision_is_of_clients_or_keys check (subject in ('clients', 'keys'))
);
comment on table federation.revision is 'counts changes of clients and of signing keys; every node compares it before it trusts what it keeps in memory, so that two nodes never disagree';
insert into federation.revision (subject, number) values ('clients', 1), ('keys', 1);

create function federation.count_a_change() returns trigger language plpgsql as $$
begin
  update federation.revision set number = number + 1 where subject = tg_argv[0];
  return null;
end $$;
comment on function federation.count_a_change() is 'makes every node read clients or keys again, in the same transaction as the change';

create table federation.client (
  id text not null,
  application_id uuid not null,
  name text not null,
  kind text not null,
  authentication text not null,
  secret_digest bytea,
  previous_secret_digest bytea,
  previous_secret_expires_at timestamptz,
  secret_made_at timestamptz,
  jwks jsonb,
  jwks_uri text,
  redirect_uris text[] not null default '{}',
  post_logout_redirect_uris text[] not null default '{}',
  grant_types text[] not null,
  scopes text[] not null,
  audiences text[] not null default '{}',
  id_token_algorithm text not null default 'ES256',
  access_token_algorithm text not null default 'ES256',
  requires_pkce boolean not null default true,
  requires_pushed_requests boolean not null default false,
  is_first_party boolean not null default true,
  requires_grant boolean not null default false,
  least_assurance_level smallint not null default 1,
  home_uri text,
  initiate_login_uri text,
  backchannel_logout_uri text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_used_at timestamptz,
  constraint a_client_has_an_id primary key (id),
  constraint a_client_belongs_to_an_application foreign key (application_id) references directory.application (id),
  constraint a_client_is_a_web_native_browser_or_machine_client check (kind in ('web', 'native', 'browser', 'machine')),
  constraint a_client_authenticates_in_a_known_way check (authentication in ('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none')),
  constraint a_client_has_what_it_authenticates_with check (
    case authentication
      when 'none' then secret_digest is null
      when 'private_key_jwt' then jwks is not null or jwks_uri is not null
      else secret_digest is not null
    end),
  constraint a_client_uses_allowed_grants check (grant_types <@ array['authorization_code', 'refresh_token', 'client_credentials']),
  constraint a_public_client_cannot_act_for_itself check (authentication <> 'none' or not ('client_credentials' = any (grant_types))),
  constraint a_public_client_uses_pkce check (authentication <> 'none' or requires_pkce),
  constraint a_client_signs_with_a_known_algorithm check (id_token_algorithm in ('ES256', 'RS256') and access_token_algorithm in ('ES256', 'RS256')),
  constraint assurance_is_a_level_from_1_to_3 check (least_assurance_level between 1 and 3)
);
comment on table federation.client is 'OAuth clients: how an application signs people in, or gets tokens for itself; secrets only as digests';
create index client_by_application on federation.client (application_id);
create trigger a_change_of_clients_is_counted
  after insert or delete or update of name, kind, authentication, secret_digest, previous_secret_digest, previous_secret_expires_at, jwks, jwks_uri, redirect_uris, post_logout_redirect_uris, grant_types, scopes, audiences, id_token_algorithm, access_token_algorithm, requires_pkce, requires_pushed_requests, is_first_party, requires_grant, least_assurance_level, backchannel_logout_uri
  on federation.client
  for each statement execute function federation.count_a_change('clients');

create table federation.signing_key (
  id text not null,
  purpose text not null,
  algorithm text not null,
  public_jwk jsonb not null,
  sealed_private_jwk bytea not null,
  created_at timestamptz not null,
  signs_from timestamptz not null,
  constraint a_signing_key_has_an_id primary key (id),
  constraint a_signing_key_has_one_purpose check (purpose in ('id-token', 'access-token')),
  constraint a_signing_key_has_a_known_algorithm check (algorithm in ('ES256', 'RS256')),
  constraint one_signing_key_starts_at_a_time unique (purpose, algorithm, signs_from)
);
comment on table federation.signing_key is 'keys that sign tokens; the private half is sealed; published before it signs and after it has stopped, so that nobody meets a key they cannot find';
create trigger a_change_of_keys_is_counted
  after insert or delete on federation.signing_key
  for each statement execute function federation.count_a_change('keys');

create table federation.payload (
  kind text not null,
  digest bytea not null,
  payload jsonb not null,
  grant_id text,
  user_code text,
  uid text,
  client_id text,
  account_id uuid,
  session_id uuid,
  is_bound_to_session boolean not null default false,
  expires_at timestamptz,
  consumed_at timestamptz,
  constraint an_issued_thing_is_found_by_kind_and_digest primary key (kind, digest),
  constraint what_is_bound_to_a_session_names_it check (not is_bound_to_session or session_id is not null)
);
comment on table federation.payload is 'codes, opaque tokens, grants and half-done sign-ins; the value itself is never stored, only its digest; of somebody who left, or of an ended session, nothing is found when read';
create index payload_by_grant on federation.payload (grant_id) where grant_id is not null;
create index payload_by_user_code on federation.payload (user_code) where user_code is not null;
create index payload_by_account on federation.payload (account_id, kind) where account_id is not null;
create index payload_by_session on federation.payload (session_id) where session_id is not null;
create index payload_by_client on federation.payload (client_id) where client_id is not null;
create index payload_by_expiry on federation.payload (expires_at);

create table federation.participation (
  session_id uuid not null,
  client_id text not null,
  person_id uuid not null,
  sid text not null,
  since timestamptz not null,
  last_at timestamptz not null,
  ended_at timestamptz,
  logout_state text,
  logout_attempts integer not null default 0,
  logout_answer text,
  logout_at timestamptz,
  constraint a_client_takes_part_in_a_session_once primary key (session_id, client_id),
  constraint a_participation_is_of_a_client foreign key (client_id) references federation.client (id) on delete cascade,
  constraint a_logout_is_waiting_told_or_given_up check (logout_state in ('waiting', 'told', 'given_up', 'not_needed'))
);
comment on table federation.participation is 'which applications were signed in to out of which sign-in session, and whether each was told that it ended';
create index participation_by_person on federation.participation (person_id, last_at desc);
create index participation_by_client on federation.participation (client_id);
create index participation_by_end on federation.participation (ended_at);

create table federation.consent (
  person_id uuid not null,
  client_id text not null,
  scopes text[] not null,
  given_at timestamptz not null,
  constraint a_person_consents_once_per_client primary key (person_id, client_id),
  constraint a_consent_is_for_a_client foreign key (client_id) references federation.client (id) on delete cascade
);
comment on table federation.consent is 'what a person agreed to hand to an application that is not the company''s own';
create index consent_by_client on federation.consent (client_id);

create view federation.client_card as
  select c.id as client_id, c.application_id, c.name, c.kind, c.authentication, c.grant_types, c.requires_grant, c.requires_pkce, c.is_first_party,
         c.least_assurance_level, c.home_uri, c.initiate_login_uri, c.backchannel_logout_uri, c.secret_made_at, c.created_at, c.updated_at, c.last_used_at
    from federation.client c;
comment on view federation.client_card is 'published: clients without their secrets';

create view federation.participation_card as
  select p.session_id, p.client_id, c.application_id, p.person_id, p.since, p.last_at, p.ended_at, p.logout_state, p.logout_at
    from federation.participation p
    join federation.client c on c.id = p.client_id;
comment on view federation.participation_card is 'published: who signed in to which application, when, and whether it was told of the end';
