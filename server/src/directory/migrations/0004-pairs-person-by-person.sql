-- The words of everybody who was added were joined with themselves. A connection that had added one person before kept the plan made
-- for one, a nested loop, and walked over 35,000 times 35,000 words for the next 5,000 people: a minute. Now each person's words
-- are paired among themselves, whatever the plan; and they are written in one place, as those of accounts are (0003-search.sql).
create function directory.write_person_words(people uuid[]) returns void language sql as $$
  with added as (
    insert into directory.person_word (word, sort_name, person_id, status, department)
    select left(word, 120), p.sort_name, p.id, p.status, p.department
      from directory.person p, directory.words_of(p.sort_name, p.given_name, p.family_name, p.username, p.work_email, p.employee_number) as word
     where p.id = any(people)
    on conflict do nothing
    returning *
  ),
  named as (
    select person_id, sort_name, array_agg(word) filter (where word !~ '[0-9@.]') as words from added group by person_id, sort_name
  )
  insert into directory.person_pair (first_two, second_two, first_word, second_word, sort_name, person_id)
  select left(a, 2), left(b, 2), a, b, sort_name, person_id
    from named, unnest(words) as a, unnest(words) as b
   where a <> b
  on conflict do nothing
$$;

create or replace function directory.keep_words() returns trigger language plpgsql as $$
declare
  stale uuid[];
begin
  if tg_op = 'INSERT' then
    perform directory.write_person_words(array(select id from changed_to));
  elsif tg_op = 'DELETE' then
    delete from directory.person_word w using changed_from o where w.person_id = o.id;
    delete from directory.person_pair w using changed_from o where w.person_id = o.id;
  else
    update directory.person_word w set status = n.status, department = n.department
      from changed_from o join changed_to n on n.id = o.id and not directory.has_other_words(o, n)
     where w.person_id = n.id and (o.status, o.department) is distinct from (n.status, n.department);
    stale := array(select n.id from changed_from o join changed_to n on n.id = o.id and directory.has_other_words(o, n));
    if cardinality(stale) > 0 then
      delete from directory.person_word where person_id = any(stale);
      delete from directory.person_pair where person_id = any(stale);
      perform directory.write_person_words(stale);
    end if;
  end if;
  return null;
end $$;
