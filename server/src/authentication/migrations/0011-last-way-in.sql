-- A break-glass account has its hardware keys and nothing else, whichever door tries (privileged/README.md). Tables of factors
-- that come later carry the same trigger; a test asks.
create function authn.refuse_for_break_glass() returns trigger language plpgsql as $$
begin
  if exists (select from directory.person_standing where person_id = new.person_id and is_break_glass) then
    -- SQLSTATE BW002 is our own. The text is public.
    raise exception 'a break-glass account has its hardware keys and no other way to sign in'
      using errcode = 'BW002', constraint = 'a_break_glass_account_has_keys_only', schema = 'authn', table = tg_table_name;
  end if;
  return new;
end $$;
create trigger a_break_glass_account_has_keys_only before insert on authn.password for each row execute function authn.refuse_for_break_glass();
create trigger a_break_glass_account_has_keys_only before insert on authn.totp for each row execute function authn.refuse_for_break_glass();
create trigger a_break_glass_account_has_keys_only before insert on authn.recovery_code for each row execute function authn.refuse_for_break_glass();
create trigger a_break_glass_account_has_keys_only before insert on authn.access_pass for each row execute function authn.refuse_for_break_glass();

-- A synced key would lie in somebody's cloud and not in the envelope; one without PIN opens for whoever finds it.
create function authn.refuse_soft_key_for_break_glass() returns trigger language plpgsql as $$
begin
  if (new.is_backup_eligible or not new.is_user_verified) and exists (select from directory.person_standing where person_id = new.person_id and is_break_glass) then
    raise exception 'a break-glass account takes keys that cannot be copied and that ask for a PIN'
      using errcode = 'BW002', constraint = 'a_break_glass_key_is_hardware_with_a_pin', schema = 'authn', table = 'passkey';
  end if;
  return new;
end $$;
create trigger a_break_glass_key_is_hardware_with_a_pin before insert on authn.passkey for each row execute function authn.refuse_soft_key_for_break_glass();

-- A token would go on for a year after the emergency.
create function authn.refuse_token_for_break_glass() returns trigger language plpgsql as $$
begin
  if new.owner_id is not null and exists (select from directory.person_standing where person_id = new.owner_id and is_break_glass) then
    raise exception 'a break-glass account has no API tokens'
      using errcode = 'BW002', constraint = 'a_break_glass_account_has_no_token', schema = 'authn', table = 'api_token';
  end if;
  return new;
end $$;
create trigger a_break_glass_account_has_no_token before insert on authn.api_token for each row execute function authn.refuse_token_for_break_glass();
