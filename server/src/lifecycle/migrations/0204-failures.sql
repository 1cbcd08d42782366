alter table lifecycle.step add column failures integer not null default 0;
comment on column lifecycle.step.failures is 'how often in a row it did not come out; the back-off grows with it, not with attempts, which a killed process uses up too';
