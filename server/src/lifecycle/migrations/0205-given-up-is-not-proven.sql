-- A movement in which a step was given up is done, and was never proven: the moment of its last proof said otherwise.
alter table lifecycle.movement drop constraint done_means_proven;
update lifecycle.movement m set proven_at = null where m.proven_at is not null and (m.state <> 'done' or exists (select from lifecycle.step s where s.movement_id = m.id and s.state <> 'proven'));
alter table lifecycle.movement add constraint only_what_is_done_is_proven check (proven_at is null or state = 'done');
