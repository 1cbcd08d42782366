-- A search within a department, or among those who left, walks along words that carry both: finding that nobody fits must not
-- take a walk over everybody who has the word.
alter table directory.person_word add column status text collate "C", add column department text collate "C";
update directory.person_word w set status = p.status, department = p.department from directory.person p where p.id = w.person_id;
alter table directory.person_word alter column status set not null;
create index person_word_by_status on directory.person_word (status, word, sort_name, person_id);
create index person_word_by_department on directory.person_word (department, word, sort_name, person_id) include (status) where department is not null;

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
    )
    insert into directory.person_pair (first_two, second_two, first_word, second_word, sort_name, person_id)
    select left(a.word, 2), left(b.word, 2), a.word, b.word, a.sort_name, a.person_id
      from added a join added b on b.person_id = a.person_id and b.word <> a.word
     where a.word !~ '[0-9@.]' and b.word !~ '[0-9@.]'
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
    )
    insert into directory.person_pair (first_two, second_two, first_word, second_word, sort_name, person_id)
    select left(a.word, 2), left(b.word, 2), a.word, b.word, a.sort_name, a.person_id
      from added a join added b on b.person_id = a.person_id and b.word <> a.word
     where a.word !~ '[0-9@.]' and b.word !~ '[0-9@.]'
    on conflict do nothing;
  end if;
  return null;
end $$;

-- Accounts are found by what people read of them: login, address, the name there, and the name of their person.
create table directory.account_word (
  word text collate "C" not null,
  sort_login text collate "C" not null,
  account_id uuid not null,
  constraint a_word_leads_to_an_account primary key (word, sort_login, account_id)
);
comment on table directory.account_word is 'words by which accounts are found, kept by trigger; ordered, so that a page of any prefix is one short index scan';
create index account_word_of on directory.account_word (account_id, word);

create function directory.words_of_account(login text, email text, display_name text, person_name text) returns setof text
  language sql immutable parallel safe rows 6
  begin atomic
    select word
      from regexp_split_to_table(directory.fold(split_part(login, '@', 1) || ' ' || coalesce(split_part(email, '@', 1), '') || ' ' || coalesce(display_name, '')) || ' ' || coalesce(person_name, ''), '[^[:alnum:]]+') as word
     where word <> ''
    union select directory.fold(login)
    union select directory.fold(email) where email is not null;
  end;

create function directory.write_account_words(accounts uuid[]) returns void language sql as $$
  insert into directory.account_word (word, sort_login, account_id)
  select left(word, 120), lower(a.login), a.id
    from directory.account a
    left join directory.person p on p.id = a.person_id,
         directory.words_of_account(a.login, a.email, a.display_name, p.sort_name) as word
   where a.id = any(accounts)
  on conflict do nothing
$$;

create function directory.keep_account_words() returns trigger language plpgsql as $$
declare
  stale uuid[];
begin
  if tg_op = 'INSERT' then
    perform directory.write_account_words(array(select id from changed_to));
  elsif tg_op = 'DELETE' then
    delete from directory.account_word w using changed_from o where w.account_id = o.id;
  else
    stale := array(select n.id from changed_from o join changed_to n on n.id = o.id
                    where (o.login, o.email, o.display_name, o.person_id) is distinct from (n.login, n.email, n.display_name, n.person_id));
    if cardinality(stale) > 0 then
      delete from directory.account_word where account_id = any(stale);
      perform directory.write_account_words(stale);
    end if;
  end if;
  return null;
end $$;
create trigger words_of_new_accounts after insert on directory.account referencing new table as changed_to for each statement execute function directory.keep_account_words();
create trigger words_of_changed_accounts after update on directory.account referencing old table as changed_from new table as changed_to for each statement execute function directory.keep_account_words();
create trigger words_of_removed_accounts after delete on directory.account referencing old table as changed_from for each statement execute function directory.keep_account_words();

create function directory.keep_words_of_accounts_of_people() returns trigger language plpgsql as $$
declare
  stale uuid[] := array(select a.id from changed_from o join changed_to n on n.id = o.id and n.sort_name <> o.sort_name join directory.account a on a.person_id = n.id);
begin
  if cardinality(stale) > 0 then
    delete from directory.account_word where account_id = any(stale);
    perform directory.write_account_words(stale);
  end if;
  return null;
end $$;
create trigger words_of_accounts_of_renamed_people after update on directory.person referencing old table as changed_from new table as changed_to for each statement execute function directory.keep_words_of_accounts_of_people();

select directory.write_account_words(array(select id from directory.account));
