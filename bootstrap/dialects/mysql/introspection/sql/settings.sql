-- The database's own defaults, and what decides how names are compared.
SELECT default_character_set_name, default_collation_name, @@lower_case_table_names
FROM information_schema.schemata
WHERE schema_name = :database
