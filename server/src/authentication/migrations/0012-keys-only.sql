-- Factors that came with their own tables: a break-glass account has none of them either (see 0011).
create trigger a_break_glass_account_has_keys_only before insert on authn.push_device for each row execute function authn.refuse_for_break_glass();
create trigger a_break_glass_account_has_keys_only before insert or update of person_id on authn.certificate for each row when (new.person_id is not null) execute function authn.refuse_for_break_glass();
create trigger a_break_glass_account_has_keys_only before insert on authn.recovery_address for each row execute function authn.refuse_for_break_glass();
