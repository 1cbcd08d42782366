-- Ending a session, and forgetting a person, ask these tables: foreign keys are walked backwards.
create index sign_in_of_a_session on authn.sign_in (session_id) where session_id is not null;
create index challenge_of_a_person on authn.challenge (person_id) where person_id is not null;
create index disavowal_of_a_person on authn.disavowal (person_id);
