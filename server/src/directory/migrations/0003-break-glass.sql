-- A break-glass account signs in and runs the house like a person, and is nobody: no list, number, rule or feed of people knows it.
alter table directory.person drop constraint a_person_comes_from_hr_or_by_hand;
alter table directory.person add constraint a_person_comes_from_hr_by_hand_or_out_of_the_envelope check (source in ('hr', 'manual', 'break-glass'));
alter table directory.person add constraint a_break_glass_account_is_nobody check (
  source <> 'break-glass'
  or (employee_number is null and work_email is null and private_email is null and manager_id is null and employment_type is null and start_date is null and end_date is null and status <> 'staged'));

create or replace view directory.person_standing as
  select p.id as person_id, p.status = 'active' as is_active, p.status, p.username,
         p.is_privileged or exists (select from directory.account a where a.person_id = p.id and a.is_privileged and a.status <> 'deleted') as is_privileged,
         p.source = 'break-glass' as is_break_glass
    from directory.person p;

-- As before, but people only.
create or replace function directory.count_people() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into directory.tally (name, amount) select 'people/' || status, count(*) from changed_to where source <> 'break-glass' group by status;
  elsif tg_op = 'DELETE' then
    insert into directory.tally (name, amount) select 'people/' || status, -count(*) from changed_from where source <> 'break-glass' group by status;
  else
    insert into directory.tally (name, amount)
    select 'people/' || moved.status, sum(moved.amount)
      from changed_from o join changed_to n on n.id = o.id and n.status <> o.status,
           lateral (values (o.status, -1), (n.status, 1)) as moved (status, amount)
     where n.source <> 'break-glass'
     group by moved.status;
  end if;
  return null;
end $$;

create table directory.held_departure (
  person_id uuid not null,
  source text not null,
  reason text not null,
  happened_at timestamptz not null,
  held_at timestamptz not null,
  end_date date,
  constraint a_departure_is_held_once_per_person primary key (person_id),
  constraint a_held_departure_is_of_a_person foreign key (person_id) references directory.person (id) on delete cascade,
  constraint a_held_departure_says_why check (reason <> '')
);
comment on column directory.held_departure.end_date is 'of those that a calendar reported: the day that had passed; another end date means that they stay';
comment on table directory.held_departure is 'departures that a source reported and that did not happen, because nobody else could sign in as administrator; carried out by itself as soon as somebody can';

create view directory.held_departure_card as
  select h.person_id, p.display_name as person_name, h.source, h.reason, h.happened_at, h.held_at, h.end_date
    from directory.held_departure h
    join directory.person p on p.id = h.person_id;
comment on view directory.held_departure_card is 'published: departures that wait for another administrator';
