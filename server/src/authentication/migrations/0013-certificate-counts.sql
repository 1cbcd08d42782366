alter table authn.certificate add column told_of_end_at timestamptz;
comment on column authn.certificate.told_of_end_at is 'when its person was last told that it ends soon (ASVS 6.4.5)';

create or replace view authn.factor_card as
  select p.person_id,
         (w.person_id is not null) as has_password,
         exists (select from authn.totp t where t.person_id = p.person_id and t.confirmed_at is not null) as has_totp,
         coalesce(k.passkeys, 0) as passkeys,
         coalesce(k.passkeys, 0) > 0 as has_passkey,
         coalesce(k.passkeys, 0) > 0 or coalesce(c.certificates, 0) > 0 as is_phishing_resistant,
         case
           when coalesce(k.is_verified, false) then 'passkey'
           when coalesce(c.is_verified, false) then 'two_factors'
           when w.person_id is not null
                and (coalesce(k.passkeys, 0) > 0
                     or coalesce(c.certificates, 0) > 0
                     or exists (select from authn.totp t where t.person_id = p.person_id and t.confirmed_at is not null)
                     or exists (select from authn.push_device d where d.person_id = p.person_id and d.disabled_at is null)) then 'two_factors'
           when w.person_id is not null then 'password'
           else 'none'
         end as strongest
    from directory.person_standing p
    left join authn.password w on w.person_id = p.person_id
    left join lateral (select count(*)::integer as passkeys, bool_or(is_user_verified) as is_verified
                         from authn.passkey where passkey.person_id = p.person_id and disabled_at is null) k on true
    left join lateral (select count(*)::integer as certificates, bool_or(i.is_user_verified) as is_verified
                         from authn.certificate held join authn.certificate_issuer i on i.id = held.issuer_id
                        where held.person_id = p.person_id and held.ended_at is null and i.ended_at is null) c on true;
