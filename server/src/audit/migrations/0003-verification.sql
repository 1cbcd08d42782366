-- What each walk over the whole chain found. Nobody believes a chain that nobody walks.
create table audit.verification (
  at timestamptz not null,
  entries bigint not null,
  last_seq bigint not null,
  seconds double precision not null,
  findings text[] not null,
  constraint a_walk_has_its_moment primary key (at)
);
comment on table audit.verification is 'walks over the whole chain, the last hundred; findings in the order of the chain, none when it is whole';

create view audit.verification_card as
  select at, entries, last_seq, cardinality(findings) = 0 as is_whole from audit.verification order by at desc limit 1;
comment on view audit.verification_card is 'published: what the last walk over the chain found';
