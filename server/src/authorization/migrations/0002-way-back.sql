-- Whoever removes an account asks for its grants: the foreign key is walked backwards.
create index grant_of_an_account on authz."grant" (account_id) where account_id is not null;
