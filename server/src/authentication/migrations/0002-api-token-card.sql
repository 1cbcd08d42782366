create view authn.api_token_card as
  select id as api_token_id, name, permissions, owner_id, created_at, expires_at, last_used_at, ended_at from authn.api_token;
comment on view authn.api_token_card is 'published: API tokens without their digests';
