create table authn.branding (
  is_only boolean not null default true,
  version integer not null,
  colour text,
  logo bytea,
  logo_type text,
  changed_at timestamptz not null,
  changed_by_name text not null,
  constraint there_is_one_look primary key (is_only),
  constraint the_look_is_one check (is_only),
  constraint a_brand_colour_is_six_hex_digits check (colour ~ '^#[0-9a-f]{6}$'),
  constraint a_logo_says_what_it_is check ((logo is null) = (logo_type is null)),
  constraint a_logo_is_svg_or_png check (logo_type in ('image/svg+xml', 'image/png')),
  constraint a_logo_has_64_kb_at_most check (octet_length(logo) <= 65536)
);
comment on table authn.branding is 'the colour and the logo of the sign-in pages: one row, none while nobody has chosen; every process asks for the version and keeps the rest in memory';

create table authn.sign_in_tally (
  day date not null,
  outcome text not null,
  method text not null,
  up_to_seconds integer not null default 0,
  count bigint not null,
  constraint one_count_per_day_outcome_method_and_time primary key (day, outcome, method, up_to_seconds),
  constraint a_tally_has_a_known_outcome check (outcome in ('done', 'untimed', 'wrong', 'wait', 'left')),
  constraint a_tally_counts_up check (count > 0)
);
comment on table authn.sign_in_tally is 'how sign-ins went, counted per day and method, nobody named: done by time taken (the last second of each step of a histogram), done without a time worth counting, wrong tries, tries told to wait, left unfinished; a few hundred rows a day at most';
