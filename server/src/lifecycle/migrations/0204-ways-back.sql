-- Accounts and entitlements that vanish from a system ask these tables: foreign keys are walked backwards.
create index step_by_account on lifecycle.step (account_id) where account_id is not null;
create index step_by_entitlement on lifecycle.step (entitlement_id) where entitlement_id is not null;
create index drift_of_an_account on lifecycle.drift (account_id);
create index drift_by_entitlement on lifecycle.drift (entitlement_id) where entitlement_id is not null;
create index drift_by_movement on lifecycle.drift (movement_id) where movement_id is not null;
