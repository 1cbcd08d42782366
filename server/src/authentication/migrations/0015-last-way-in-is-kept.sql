-- A hundred wrong tries switch an authenticator off (63B-4 3.2.2), but for the one by which the last administrator comes in (decision 0021).
alter table authn.throttle
  add column kept_at timestamptz;
comment on column authn.throttle.kept_at is 'reached the cap and was not left off, since no administrator could have signed in then; strangers have one try an hour from there on';

create view authn.kept_factor_card as
  select substring(account from 8)::uuid as person_id, authenticator as factor, failures, kept_at, last_failed_at
    from authn.throttle
   where kept_at is not null and disabled_at is null and account like 'person:%';
comment on view authn.kept_factor_card is 'authenticators at which strangers guess, and which stay on since they are the last way in for administrators; gone with the next right try';
