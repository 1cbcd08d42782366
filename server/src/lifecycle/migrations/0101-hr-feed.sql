create schema if not exists lifecycle;

create table lifecycle.hr_feed (
  is_the_only boolean not null default true,
  time_zone text not null default 'UTC',
  employment_types_with_end_date text[] not null,
  changed_at timestamptz,
  constraint there_is_one_feed primary key (is_the_only),
  constraint there_is_no_second_feed check (is_the_only)
);
comment on table lifecycle.hr_feed is 'settings of the HR feed: one row';

insert into lifecycle.hr_feed (employment_types_with_end_date)
values (array['contractor', 'contract', 'contingent', 'consultant', 'external', 'freelancer', 'freelance', 'temporary', 'temp', 'partner',
              'extern', 'externer', 'externe', 'freier Mitarbeiter', 'Freiberufler', 'Leiharbeiter', 'Zeitarbeiter', 'Berater',
              'prestataire', 'intérimaire', 'sous-traitant', 'contratista', 'autónomo', 'externo', 'externa', 'temporal']);

create table lifecycle.hr_import (
  id uuid not null,
  file_name text not null,
  sha256 text not null,
  size integer not null,
  -- The file itself, only until the import is applied or refused: it holds personal data that nothing needs after that.
  content bytea,
  state text not null,
  is_complete boolean not null,
  choices jsonb not null default '{}',
  recognised jsonb,
  questions jsonb not null default '[]',
  brake jsonb not null,
  consequences jsonb not null default '[]',
  counts jsonb,
  uploaded_by text not null,
  uploaded_by_name text not null,
  uploaded_at timestamptz not null,
  previewed_at timestamptz,
  applied_by_name text,
  applied_at timestamptz,
  refused_at timestamptz,
  constraint an_import_has_one_id primary key (id),
  constraint an_import_has_a_known_state check (state in ('uploaded', 'previewed', 'held', 'applied', 'refused')),
  constraint an_applied_import_says_when check ((state = 'applied') = (applied_at is not null)),
  constraint the_file_goes_when_the_import_ends check (content is null or state in ('uploaded', 'previewed', 'held'))
);
comment on table lifecycle.hr_import is 'one uploaded HR file, what was recognised in it and what became of it';

create index hr_import_newest on lifecycle.hr_import (uploaded_at desc, id desc);
create index hr_import_by_digest on lifecycle.hr_import (sha256) where state = 'applied';

create table lifecycle.hr_import_problem (
  import_id uuid not null,
  position integer not null,
  line integer not null,
  severity text not null,
  code text not null,
  header text,
  value text,
  employee_number text,
  text text not null,
  action text not null,
  constraint a_problem_has_one_place primary key (import_id, position),
  constraint a_problem_belongs_to_an_import foreign key (import_id) references lifecycle.hr_import (id) on delete cascade,
  constraint a_problem_is_bad_or_a_notice check (severity in ('bad', 'notice'))
);
comment on table lifecycle.hr_import_problem is 'rows of an HR file that change nothing (bad) or deserve a look (notice), with their line numbers';

create table lifecycle.hr_import_change (
  import_id uuid not null,
  position integer not null,
  kind text not null,
  person_id uuid,
  employee_number text,
  name text not null,
  line integer,
  why text not null,
  happened_at timestamptz,
  effective_on date,
  changes jsonb not null,
  constraint a_change_has_one_place primary key (import_id, position),
  constraint a_change_belongs_to_an_import foreign key (import_id) references lifecycle.hr_import (id) on delete cascade
);
comment on table lifecycle.hr_import_change is 'what an HR import would do, or did, person by person; unchanged people are forgotten once it is applied';

create index hr_import_change_by_kind on lifecycle.hr_import_change (import_id, kind, position);

create table lifecycle.hr_departure (
  person_id uuid not null,
  import_id uuid,
  reason text not null,
  happened_at timestamptz not null,
  constraint a_departure_is_of_one_person primary key (person_id),
  constraint a_departure_came_from_an_import foreign key (import_id) references lifecycle.hr_import (id),
  constraint a_departure_has_a_known_reason check (reason in ('end_date', 'absent'))
);
comment on table lifecycle.hr_departure is 'people whom the HR feed itself made leavers; only they come back when HR lists them again, so that HR''s nightly file cannot undo a leaver made by hand';
