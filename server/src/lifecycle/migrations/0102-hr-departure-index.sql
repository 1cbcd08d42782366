create index hr_departure_by_import on lifecycle.hr_departure (import_id);
