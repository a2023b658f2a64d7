"""One schema that has everything in it that the lists of features name, and a later version of it."""

EVERYTHING = """
CREATE SCHEMA "Odd schema";
COMMENT ON SCHEMA "Odd schema" IS 'It''s quoted';
CREATE EXTENSION citext;
CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s happy');
CREATE TYPE pair AS (first integer, "Second" text COLLATE "C");
CREATE TYPE floats AS RANGE (subtype = double precision, subtype_diff = float8mi);
CREATE DOMAIN email AS citext CONSTRAINT has_at CHECK (VALUE ~ '@') NOT NULL;
CREATE COLLATION german (provider = icu, locale = 'de-u-co-phonebk', deterministic = false);
CREATE TEXT SEARCH CONFIGURATION plain (COPY = simple);
CREATE SEQUENCE tickets AS integer INCREMENT 5 MINVALUE 10 MAXVALUE 1000 START 20 CACHE 3 CYCLE;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path TO public, pg_temp
  AS $f$BEGIN NEW.changed := now(); RETURN NEW; END$f$;
CREATE FUNCTION area(w numeric, h numeric DEFAULT 1) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  RETURN w * h;
CREATE FUNCTION area(w integer) RETURNS integer LANGUAGE sql STABLE COST 7 AS 'SELECT $1';
CREATE PROCEDURE nothing(INOUT a integer) LANGUAGE plpgsql AS $$BEGIN a := a; END$$;
CREATE AGGREGATE product(numeric) (SFUNC = numeric_mul, STYPE = numeric, INITCOND = '1');
CREATE OPERATOR === (FUNCTION = texteq, LEFTARG = text, RIGHTARG = text);
CREATE TABLE people (
  id bigint GENERATED ALWAYS AS IDENTITY (START WITH 7 INCREMENT BY 3) PRIMARY KEY,
  old_id serial UNIQUE,
  email email,
  feeling mood DEFAULT 'ok',
  tags text[] DEFAULT '{}'::text[],
  name varchar(20) COLLATE "C" NOT NULL,
  price numeric(10,2) DEFAULT 1.50 CHECK (price > 0),
  total numeric GENERATED ALWAYS AS (price * 2) STORED,
  ticket integer DEFAULT nextval('tickets'),
  point pair,
  during tstzrange,
  changed timestamptz DEFAULT now(),
  boss bigint REFERENCES people ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT name_once UNIQUE NULLS NOT DISTINCT (name) INCLUDE (price),
  CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&) WHERE (price > 1)
) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
ALTER TABLE people ALTER name SET STORAGE EXTERNAL, ALTER name SET STATISTICS 500, ALTER price SET (n_distinct = 5);
ALTER TABLE people ADD CONSTRAINT cheap CHECK (price < 1000) NOT VALID;
ALTER TABLE people CLUSTER ON name_once, REPLICA IDENTITY FULL, ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE people IS 'Who';
COMMENT ON COLUMN people.name IS E'back\\\\slash and ''quote''';
COMMENT ON CONSTRAINT cheap ON people IS 'not dear';
CREATE INDEX people_expression ON people USING btree (lower(name) text_pattern_ops DESC NULLS LAST, (price + 1))
  INCLUDE (id) WITH (fillfactor = 50) WHERE feeling = 'ok';
CREATE INDEX people_tags ON people USING gin (tags);
CREATE INDEX people_brin ON people USING brin (changed) WITH (pages_per_range = 8);
COMMENT ON INDEX people_tags IS 'for search';
CREATE STATISTICS people_stats (ndistinct, mcv) ON name, price FROM people;
CREATE POLICY mine ON people AS RESTRICTIVE FOR UPDATE USING (name = current_user) WITH CHECK (price > 1);
CREATE TRIGGER people_touch BEFORE UPDATE OF name, price ON people FOR EACH ROW
  WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION touch('a', 'it''s');
CREATE CONSTRAINT TRIGGER people_late AFTER INSERT ON people DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  EXECUTE FUNCTION touch();
ALTER TABLE people DISABLE TRIGGER people_touch;
CREATE RULE keep AS ON DELETE TO people WHERE OLD.id = 1 DO INSTEAD NOTHING;
CREATE TABLE "Odd schema"."Mixed Case" ("Select" integer, b integer, FOREIGN KEY (b) REFERENCES people (old_id));
CREATE UNLOGGED TABLE scratch (a integer);
CREATE TABLE parent (a integer NOT NULL, b text DEFAULT 'x', CONSTRAINT parent_check CHECK (a > 0));
CREATE TABLE child (c integer) INHERITS (parent);
ALTER TABLE child ALTER b SET DEFAULT 'y';
CREATE TABLE measures (at date NOT NULL, city integer NOT NULL, v integer, PRIMARY KEY (at, city))
  PARTITION BY RANGE (at);
CREATE INDEX measures_v ON measures (v);
CREATE TABLE measures_2024 PARTITION OF measures FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')
  PARTITION BY LIST (city);
CREATE TABLE measures_2024_1 PARTITION OF measures_2024 FOR VALUES IN (1, 2);
CREATE TABLE measures_other PARTITION OF measures DEFAULT;
CREATE TABLE spread (a integer) PARTITION BY HASH (a);
CREATE TABLE spread_0 PARTITION OF spread FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE VIEW names WITH (security_barrier = true) AS SELECT id, name, area(price) AS area FROM people
  WHERE feeling = ANY (ARRAY['ok'::mood]) WITH LOCAL CHECK OPTION;
COMMENT ON VIEW names IS 'names';
COMMENT ON COLUMN names.area IS 'computed';
CREATE MATERIALIZED VIEW counted AS SELECT feeling, count(*) AS n FROM people GROUP BY feeling WITH NO DATA;
CREATE UNIQUE INDEX counted_feeling ON counted (feeling);
CREATE VIEW above AS SELECT * FROM names JOIN counted ON true;
GRANT SELECT ON people TO PUBLIC;
GRANT UPDATE (name) ON people TO PUBLIC;
REVOKE EXECUTE ON FUNCTION area(integer) FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC;
"""

LATER = (
    EVERYTHING.replace("('sad', 'ok', 'it''s happy')", "('sad', 'fine', 'ok', 'it''s happy', 'more')")
    .replace("name varchar(20)", "name varchar(40)")
    .replace("old_id serial UNIQUE", "old_id bigint UNIQUE")
    .replace("price > 0", "price > 0.5")
    .replace("price * 2", "price * 3")
    .replace("RETURN w * h", "RETURN w * h * 1")
    .replace("  during tstzrange,", "  during tstzrange,\n  added text NOT NULL DEFAULT 'new',")
    .replace("fillfactor = 70", "fillfactor = 80")
    .replace("USING gin (tags)", "USING gin (tags) WITH (fastupdate = off)")
    .replace("USING brin (changed)", "USING brin (changed, id)")
    .replace("FOR VALUES IN (1, 2)", "FOR VALUES IN (1, 2, 3)")
    .replace("SELECT id, name, area(price) AS area FROM", "SELECT id, name, area(price) AS area, feeling FROM")
    .replace("SELECT * FROM names JOIN counted", "SELECT names.id, n FROM names JOIN counted")
    .replace("BEFORE UPDATE OF name, price", "BEFORE UPDATE OF name")
    .replace("AS integer INCREMENT 5", "AS bigint INCREMENT 6")
    .replace("CHECK (VALUE ~ '@')", "CHECK (VALUE ~ '.@.')")
    .replace("CREATE TABLE child (c integer)", "CREATE TABLE child (c bigint, d integer)")
    .replace("WITH CHECK (price > 1)", "WITH CHECK (price > 2)")
    .replace("GRANT SELECT ON people TO PUBLIC", "GRANT INSERT ON people TO PUBLIC")
)
