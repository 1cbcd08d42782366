-- Every sign-in writes when these were last used. With room on its page a row stays there, and no index has to hear of it.
alter table authn.password set (fillfactor = 80);
alter table authn.totp set (fillfactor = 80);
alter table authn.session set (fillfactor = 85);
