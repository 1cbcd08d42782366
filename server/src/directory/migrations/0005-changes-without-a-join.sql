-- A connection keeps the plan that it made for the first change it saw. Old and new rows were joined by id: a plan made for one person
-- walks over 5,000 times 5,000 rows for the movers of an HR file, and one made for thousands reads whole tables for each single
-- change. Now what changed is what is among the new rows and not among the old (`except`), what follows asks by a list of ids,
-- and tallies are sums over both: all of it grows with the change, whatever the plan.
create or replace function directory.keep_words() returns trigger language plpgsql as $$
declare
  stale uuid[];
  moved uuid[];
begin
  if tg_op = 'INSERT' then
    perform directory.write_person_words(array(select id from changed_to));
  elsif tg_op = 'DELETE' then
    stale := array(select id from changed_from);
    delete from directory.person_word where person_id = any(stale);
    delete from directory.person_pair where person_id = any(stale);
  else
    stale := array(select id
                     from (select id, sort_name, given_name, family_name, username, work_email, employee_number from changed_to
                           except
                           select id, sort_name, given_name, family_name, username, work_email, employee_number from changed_from) as changed);
    moved := array(select id from (select id, status, department from changed_to except select id, status, department from changed_from) as changed
                   except
                   select unnest(stale));
    if cardinality(moved) > 0 then
      update directory.person_word w set status = p.status, department = p.department
        from directory.person p
       where p.id = w.person_id and w.person_id = any(moved);
    end if;
    if cardinality(stale) > 0 then
      delete from directory.person_word where person_id = any(stale);
      delete from directory.person_pair where person_id = any(stale);
      perform directory.write_person_words(stale);
    end if;
  end if;
  return null;
end $$;

create or replace function directory.keep_account_words() returns trigger language plpgsql as $$
declare
  stale uuid[];
begin
  if tg_op = 'INSERT' then
    perform directory.write_account_words(array(select id from changed_to));
  elsif tg_op = 'DELETE' then
    stale := array(select id from changed_from);
    delete from directory.account_word where account_id = any(stale);
  else
    stale := array(select id
                     from (select id, login, email, display_name, person_id from changed_to
                           except
                           select id, login, email, display_name, person_id from changed_from) as changed);
    if cardinality(stale) > 0 then
      delete from directory.account_word where account_id = any(stale);
      perform directory.write_account_words(stale);
    end if;
  end if;
  return null;
end $$;

create or replace function directory.keep_words_of_accounts_of_people() returns trigger language plpgsql as $$
declare
  renamed uuid[] := array(select id from (select id, sort_name from changed_to except select id, sort_name from changed_from) as changed);
  stale uuid[];
begin
  if cardinality(renamed) > 0 then
    stale := array(select id from directory.account where person_id = any(renamed));
    delete from directory.account_word where account_id = any(stale);
    perform directory.write_account_words(stale);
  end if;
  return null;
end $$;

create or replace function directory.count_people() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into directory.tally (name, amount) select 'people/' || status, count(*) from changed_to where source <> 'break-glass' group by status;
  elsif tg_op = 'DELETE' then
    insert into directory.tally (name, amount) select 'people/' || status, -count(*) from changed_from where source <> 'break-glass' group by status;
  else
    insert into directory.tally (name, amount)
    select 'people/' || status, sum(amount)
      from (select status, source, -1 as amount from changed_from union all select status, source, 1 from changed_to) as counted
     where source <> 'break-glass'
     group by status
    having sum(amount) <> 0;
  end if;
  return null;
end $$;

create or replace function directory.count_accounts() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into directory.tally (name, subject, amount)
    select counted.name, counted.subject, count(*)
      from changed_to a, lateral directory.tallies_of(a.application_id, a.situation, a.status, a.person_id, a.owner_id) as counted
     group by counted.name, counted.subject;
  elsif tg_op = 'DELETE' then
    insert into directory.tally (name, subject, amount)
    select counted.name, counted.subject, -count(*)
      from changed_from a, lateral directory.tallies_of(a.application_id, a.situation, a.status, a.person_id, a.owner_id) as counted
     group by counted.name, counted.subject;
  else
    insert into directory.tally (name, subject, amount)
    select counted.name, counted.subject, sum(moved.amount)
      from (select -1 as amount, one.* from (select id, application_id, situation, status, person_id, owner_id from changed_from except select id, application_id, situation, status, person_id, owner_id from changed_to) as one
            union all
            select 1, one.* from (select id, application_id, situation, status, person_id, owner_id from changed_to except select id, application_id, situation, status, person_id, owner_id from changed_from) as one) as moved,
           lateral directory.tallies_of(moved.application_id, moved.situation, moved.status, moved.person_id, moved.owner_id) as counted
     group by counted.name, counted.subject
    having sum(moved.amount) <> 0;
  end if;
  return null;
end $$;

drop function directory.has_other_words(directory.person, directory.person);
