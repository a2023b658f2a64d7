-- The collation of a column whose character set is printed alone.
SELECT character_set_name, default_collate_name
FROM information_schema.character_sets
