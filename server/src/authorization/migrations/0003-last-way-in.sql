-- The coarse guard under the rule of privileged/last-way-in: whatever code forgets, an active administrator stays, or two
-- break-glass accounts do. Whether they can also sign in, and whether the accounts are sealed, that rule asks.
create function authz.has_administrator() returns boolean language sql stable as $$
  select count(*) filter (where p.source <> 'break-glass') > 0 or count(*) filter (where p.source = 'break-glass') > 1
    from authz.console_role r join directory.person p on p.id = r.person_id
   where r.role = 'administrator' and p.status = 'active'
$$;

create or replace function authz.keep_an_administrator() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('authz.administrators', 0));
  if not authz.has_administrator() then
    -- SQLSTATE BW001 is our own: a domain further down the ladder holds a change. The text is public.
    raise exception 'the last administrator cannot leave or lose the role; make somebody else an administrator first'
      using errcode = 'BW001', constraint = 'the_last_administrator_stays', schema = 'authz', table = 'console_role';
  end if;
  return null;
end $$;

create or replace function authz.keep_an_administrator_at_work() returns trigger language plpgsql as $$
begin
  if not exists (select from authz.console_role r where r.person_id = old.id and r.role = 'administrator') then
    return null;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('authz.administrators', 0));
  if not authz.has_administrator() then
    raise exception 'the last administrator cannot leave or lose the role; make somebody else an administrator first'
      using errcode = 'BW001', constraint = 'the_last_administrator_stays', schema = 'authz', table = 'console_role';
  end if;
  return null;
end $$;
