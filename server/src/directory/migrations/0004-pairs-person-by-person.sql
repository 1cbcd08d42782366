-- The words of everybody who was added were joined with themselves. A connection that had added one person before kept the plan made
-- for one, a nested loop, and walked over 35,000 times 35,000 words for the next 5,000 people: a minute. Now each person's words
-- are paired among themselves, whatever the plan.
create or replace function directory.keep_words() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    update directory.person_word w set status = n.status, department = n.department
      from changed_from o join changed_to n on n.id = o.id and not directory.has_other_words(o, n)
     where w.person_id = n.id and (o.status, o.department) is distinct from (n.status, n.department);
    delete from directory.person_word w using changed_from o join changed_to n on n.id = o.id
     where w.person_id = o.id and directory.has_other_words(o, n);
    delete from directory.person_pair w using changed_from o join changed_to n on n.id = o.id
     where w.person_id = o.id and directory.has_other_words(o, n);
    with added as (
      insert into directory.person_word (word, sort_name, person_id, status, department)
      select left(word, 120), n.sort_name, n.id, n.status, n.department
        from changed_to n join changed_from o on o.id = n.id and directory.has_other_words(o, n),
             directory.words_of(n.sort_name, n.given_name, n.family_name, n.username, n.work_email, n.employee_number) as word
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
    on conflict do nothing;
  elsif tg_op = 'DELETE' then
    delete from directory.person_word w using changed_from o where w.person_id = o.id;
    delete from directory.person_pair w using changed_from o where w.person_id = o.id;
  else
    with added as (
      insert into directory.person_word (word, sort_name, person_id, status, department)
      select left(word, 120), n.sort_name, n.id, n.status, n.department
        from changed_to n, directory.words_of(n.sort_name, n.given_name, n.family_name, n.username, n.work_email, n.employee_number) as word
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
    on conflict do nothing;
  end if;
  return null;
end $$;
