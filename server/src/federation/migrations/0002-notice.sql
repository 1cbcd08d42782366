create or replace function federation.count_a_change() returns trigger language plpgsql as $$
begin
  update federation.revision set number = number + 1 where subject = tg_argv[0];
  perform pg_notify('bailiwick_federation', tg_argv[0]);
  return null;
end $$;
comment on function federation.count_a_change() is 'counts, and tells every node to read clients or keys again, in the same transaction as the change';
