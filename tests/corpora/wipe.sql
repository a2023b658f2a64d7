-- Empties a database, so that the next case need not wait for CREATE DATABASE and the checkpoint of DROP DATABASE.
-- The schema public itself stays: the server knows its first privileges only as long as it is the first one.
DO $$
DECLARE
  thing record;
BEGIN
  FOR thing IN SELECT evtname FROM pg_event_trigger LOOP
    EXECUTE format('DROP EVENT TRIGGER %I', thing.evtname);
  END LOOP;
  FOR thing IN SELECT pubname FROM pg_publication LOOP
    EXECUTE format('DROP PUBLICATION %I', thing.pubname);
  END LOOP;
  FOR thing IN SELECT extname FROM pg_extension WHERE extname <> 'plpgsql' LOOP
    EXECUTE format('DROP EXTENSION IF EXISTS %I CASCADE', thing.extname);
  END LOOP;
  FOR thing IN
    SELECT nspname FROM pg_namespace
    WHERE nspname NOT IN ('public', 'information_schema', 'pg_catalog', 'pg_toast') AND nspname NOT LIKE 'pg\_%temp\_%'
  LOOP
    EXECUTE format('DROP SCHEMA %I CASCADE', thing.nspname);
  END LOOP;
  FOR thing IN
    SELECT object.* FROM pg_depend, pg_identify_object(classid, objid, 0) AS object
    WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'public'::regnamespace AND classid <> 'pg_default_acl'::regclass
  LOOP
    BEGIN
      EXECUTE format('DROP %s IF EXISTS %s CASCADE', thing.type, thing.identity);
    EXCEPTION WHEN undefined_object OR undefined_function OR undefined_table THEN
      NULL;  -- gone with one that it belonged to
    END;
  END LOOP;
END $$;
SELECT (SELECT format('%s %s %s', nspowner, nspacl, obj_description(oid, 'pg_namespace')) FROM pg_namespace WHERE nspname = 'public')
  || (SELECT count(*)::text FROM pg_default_acl)
  || (SELECT count(*)::text FROM pg_db_role_setting WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database()))
  || (SELECT coalesce(datacl::text, '') FROM pg_database WHERE datname = current_database())
  || (SELECT count(*)::text FROM pg_largeobject_metadata)
  || (SELECT count(*)::text FROM pg_depend WHERE refclassid = 'pg_namespace'::regclass AND refobjid = 'public'::regnamespace);
