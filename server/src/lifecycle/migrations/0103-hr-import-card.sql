create view lifecycle.hr_import_card as
  select id as hr_import_id, file_name, state, counts, uploaded_by_name, uploaded_at, applied_by_name, applied_at from lifecycle.hr_import;
comment on view lifecycle.hr_import_card is 'published: HR imports without the files';
