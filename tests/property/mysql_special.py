"""Tables of other kinds than InnoDB's plain ones: other engines, sequences, periods of time."""

from __future__ import annotations

from tests.property.drawing import Pen


def other_engine(pen: Pen, flavour: str) -> None:
    """Tables that are not InnoDB's."""
    if pen.chance(4):
        text = pen.one(("varchar(20)", "varchar(40) CHARACTER SET latin1", "text"))
        engine = pen.one(("InnoDB", "MyISAM", "MyISAM ROW_FORMAT=DYNAMIC", "MyISAM DELAY_KEY_WRITE=1"))
        more = pen.one(("", ", KEY by_n (n)"))
        pen.write(f"CREATE TABLE pages (id int NOT NULL AUTO_INCREMENT, body {text}, n int, PRIMARY KEY (id),"
                  f" FULLTEXT KEY words (body){more}) ENGINE={engine}", "table of MyISAM")  # fmt: skip
    if pen.chance(4):
        engines = (
            "InnoDB",
            "MyISAM CHECKSUM=1",
            "MEMORY",
            *(("Aria TRANSACTIONAL=0",) if flavour == "mariadb" else ()),
        )
        method = pen.maybe(" USING HASH", "hash index", of=2)
        pen.write(f"CREATE TABLE plain (a int NOT NULL, b varchar(9), KEY (a){method}) ENGINE={pen.one(engines)}",
                  "engine")  # fmt: skip


def sequence(pen: Pen) -> None:
    """A sequence, and a table that counts by it."""
    if not pen.chance(3):
        return
    options = pen.one(("", " INCREMENT BY 5", " START WITH 10 MINVALUE 5 MAXVALUE 1000 CYCLE", " CACHE 10", " NOCACHE"))
    pen.write(f"CREATE SEQUENCE numbers{options}", "sequence", *(("sequence options",) if options else ()))
    if pen.chance(2):
        pen.write(
            "CREATE TABLE tickets (id bigint NOT NULL DEFAULT nextval(numbers), a int)", "default from a sequence"
        )


def versioned(pen: Pen) -> None:
    """A table whose history the server keeps."""
    if not pen.chance(3):
        return
    form = pen.one((
        ("a int", ""),
        ("a int", " WITH SYSTEM VERSIONING"),
        ("a int, b int WITHOUT SYSTEM VERSIONING", " WITH SYSTEM VERSIONING"),
        ("a int, since timestamp(6) GENERATED ALWAYS AS ROW START, until timestamp(6) GENERATED ALWAYS AS ROW END"
         ", PERIOD FOR SYSTEM_TIME (since, until)", " WITH SYSTEM VERSIONING"),
        ("id int NOT NULL AUTO_INCREMENT PRIMARY KEY, a int, b varchar(9), KEY by_a (a)", " WITH SYSTEM VERSIONING"),
        ("a int", " WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME LIMIT 1000"
         " (PARTITION h0 HISTORY, PARTITION h1 HISTORY, PARTITION now CURRENT)"),
    ))  # fmt: skip
    columns_, options = form
    pen.write(f"CREATE TABLE versions ({columns_}){options}")
    pen.note(*(("versioned with keys",) if "KEY" in columns_ else ()))
    pen.note(*(("system versioned",) if options else ()), *(("history partitions",) if "HISTORY" in options else ()),
             *(("period of system time",) if "PERIOD" in columns_ else ()),
             *(("without system versioning",) if "WITHOUT" in columns_ else ()))  # fmt: skip


def overlapping(pen: Pen) -> None:
    """A table with periods of the application's own time."""
    if not pen.chance(4):
        return
    period = pen.one(("", ", PERIOD FOR held (since, until)", ", PERIOD FOR other (since, until)"))
    pen.note(*(("application period",) if period else ()))
    key = ""
    if "held" in period and pen.chance(2):
        key = pen.one((", PRIMARY KEY (id, held WITHOUT OVERLAPS)", ", UNIQUE KEY apart (id, held WITHOUT OVERLAPS)"))
        pen.note("without overlaps")
    type_ = pen.one(("date", "datetime"))
    pen.write(f"CREATE TABLE stays (id int NOT NULL, since {type_} NOT NULL, until {type_} NOT NULL{period}{key})")
