create schema directory;

-- For search and order: lower case, without accents. One spelling of this rule, used by columns, words and questions.
-- Most names are plain ASCII, and those take the short way.
create function directory.fold(spelling text) returns text
  language sql immutable strict parallel safe
  return case
    when octet_length(spelling) = char_length(spelling) then lower(spelling)
    else translate(lower(regexp_replace(normalize(spelling, nfd), '[\u0300-\u036f]', '', 'g')), 'øłđðßæœþı', 'olddsaoti')
  end;

-- Contractors and partners are here for a time.
create function directory.needs_end_date(employment_type text) returns boolean
  language sql immutable parallel safe
  return coalesce(lower(employment_type) ~ '(contract|partner|consultant|freelance|vendor|temporary|external)', false);

create table directory.person (
  id uuid not null,
  employee_number text,
  username text not null,
  given_name text not null,
  family_name text not null,
  display_name text not null,
  work_email text,
  private_email text,
  title text,
  department text,
  division text,
  location text,
  employment_type text,
  manager_id uuid,
  start_date date,
  end_date date,
  status text not null,
  left_at timestamptz,
  source text not null,
  is_privileged boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  sort_name text collate "C" not null generated always as (directory.fold(display_name)) stored,
  constraint a_person_has_an_id primary key (id),
  constraint an_employee_number_belongs_to_one_person unique (employee_number),
  constraint a_manager_is_a_person foreign key (manager_id) references directory.person (id),
  constraint nobody_manages_themselves check (manager_id <> id),
  constraint a_person_is_staged_active_or_left check (status in ('staged', 'active', 'left')),
  constraint who_left_has_a_moment_of_leaving check ((status = 'left') = (left_at is not null)),
  constraint a_person_comes_from_hr_or_by_hand check (source in ('hr', 'manual')),
  constraint people_from_hr_have_an_employee_number check (source <> 'hr' or employee_number is not null),
  constraint the_end_is_not_before_the_start check (end_date >= start_date),
  constraint contractors_and_partners_have_an_end_date check (end_date is not null or not directory.needs_end_date(employment_type)),
  constraint names_are_not_empty check (username <> '' and given_name <> '' and family_name <> '' and display_name <> '' and employee_number <> '')
);
comment on table directory.person is 'the people of the company, from HR or made by hand; never deleted, they leave';
create unique index a_username_belongs_to_one_person on directory.person (lower(username));
create index person_by_name on directory.person (sort_name, id);
create index person_by_status on directory.person (status, sort_name, id);
create index person_by_department on directory.person (department, sort_name, id);
create index person_by_manager on directory.person (manager_id, sort_name, id);
create index person_by_title on directory.person (title);
create index person_by_location on directory.person (location);
create index person_by_division on directory.person (division);
create index person_by_employment_type on directory.person (employment_type);
create index person_by_work_email on directory.person (lower(work_email));
create index person_to_start on directory.person (start_date) where status = 'staged';
create index person_to_end on directory.person (end_date) where status <> 'left' and end_date is not null;

create table directory.person_word (
  word text collate "C" not null,
  sort_name text collate "C" not null,
  person_id uuid not null,
  constraint a_word_leads_to_a_person primary key (word, sort_name, person_id)
);
comment on table directory.person_word is 'words by which people are found (name, e-mail, user name, number), kept by trigger; ordered, so that a page of any prefix is one short index scan';
create index person_word_of on directory.person_word (person_id, word);

create function directory.words_of(sort_name text, given_name text, family_name text, username text, work_email text, employee_number text) returns setof text
  language sql immutable parallel safe rows 6
  begin atomic
    select word
      from regexp_split_to_table(sort_name || ' ' || directory.fold(given_name || ' ' || family_name || ' ' || split_part(username, '@', 1) || ' ' || coalesce(split_part(work_email, '@', 1), '')), '[^[:alnum:]]+') as word
     where word <> ''
    union select directory.fold(username)
    union select directory.fold(work_email) where work_email is not null
    union select directory.fold(employee_number) where employee_number is not null;
  end;

create function directory.has_other_words(o directory.person, n directory.person) returns boolean
  language sql immutable parallel safe
  return (o.sort_name, o.given_name, o.family_name, o.username, o.work_email, o.employee_number)
         is distinct from (n.sort_name, n.given_name, n.family_name, n.username, n.work_email, n.employee_number);

create table directory.person_pair (
  first_two text collate "C" not null,
  second_two text collate "C" not null,
  first_word text collate "C" not null,
  second_word text collate "C" not null,
  sort_name text collate "C" not null,
  person_id uuid not null,
  constraint a_pair_of_words_leads_to_a_person primary key (first_two, second_two, first_word, second_word, sort_name, person_id)
);
comment on table directory.person_pair is 'the words of a name in pairs, both ways round, by their first two letters: for two beginnings that many people have, each or together, a page is one short index scan all the same';
create index person_pair_of on directory.person_pair (person_id);

create function directory.keep_words() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    delete from directory.person_word w using changed_from o join changed_to n on n.id = o.id
     where w.person_id = o.id and directory.has_other_words(o, n);
    delete from directory.person_pair w using changed_from o join changed_to n on n.id = o.id
     where w.person_id = o.id and directory.has_other_words(o, n);
    with added as (
      insert into directory.person_word (word, sort_name, person_id)
      select left(word, 120), n.sort_name, n.id
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
      insert into directory.person_word (word, sort_name, person_id)
      select left(word, 120), n.sort_name, n.id
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
create trigger words_of_new_people after insert on directory.person referencing new table as changed_to for each statement execute function directory.keep_words();
create trigger words_of_changed_people after update on directory.person referencing old table as changed_from new table as changed_to for each statement execute function directory.keep_words();
create trigger words_of_removed_people after delete on directory.person referencing old table as changed_from for each statement execute function directory.keep_words();

-- Managers form a tree. Checked at commit, since two people may change places within one transaction; the lock makes
-- two transactions that would close a circle together take turns. A new row cannot close a circle: nobody points at it yet.
create function directory.refuse_circle_of_managers() returns trigger language plpgsql as $$
declare
  above uuid := new.manager_id;
  steps integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('directory.managers', 0));
  select manager_id into above from directory.person where id = new.id;
  while above is not null loop
    steps := steps + 1;
    if above = new.id or steps > 1000 then
      raise exception 'managers form a circle at person %', new.id using errcode = 'check_violation', constraint = 'managers_do_not_form_a_circle', table = 'person', schema = 'directory';
    end if;
    select manager_id into above from directory.person where id = above;
  end loop;
  return null;
end $$;
create constraint trigger managers_do_not_form_a_circle after update of manager_id on directory.person deferrable initially deferred
  for each row when (new.manager_id is not null and old.manager_id is distinct from new.manager_id) execute function directory.refuse_circle_of_managers();

-- Numbers that pages show are sums of small rows appended by statement triggers and folded together by a job:
-- counting would cost with size, and one row per number would make writers wait for one another.
create table directory.tally (
  name text not null,
  subject text not null default '',
  amount bigint not null
);
comment on table directory.tally is 'differences of maintained counters; the sum per name and subject is the number';
create index tally_by_name on directory.tally (name, subject);

create function directory.count_people() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into directory.tally (name, amount) select 'people/' || status, count(*) from changed_to group by status;
  elsif tg_op = 'DELETE' then
    insert into directory.tally (name, amount) select 'people/' || status, -count(*) from changed_from group by status;
  else
    insert into directory.tally (name, amount)
    select 'people/' || moved.status, sum(moved.amount)
      from changed_from o join changed_to n on n.id = o.id and n.status <> o.status,
           lateral (values (o.status, -1), (n.status, 1)) as moved (status, amount)
     group by moved.status;
  end if;
  return null;
end $$;
create trigger new_people_count after insert on directory.person referencing new table as changed_to for each statement execute function directory.count_people();
create trigger changed_people_count after update on directory.person referencing old table as changed_from new table as changed_to for each statement execute function directory.count_people();
create trigger removed_people_count after delete on directory.person referencing old table as changed_from for each statement execute function directory.count_people();
