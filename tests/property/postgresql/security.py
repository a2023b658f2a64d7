"""Random owners, privileges and default privileges of PostgreSQL."""

from __future__ import annotations

from tests.property.postgresql.draft import OWNER, ROLES, Draft


def owners(pen: Draft) -> None:
    """Give some of what can be owned to a role."""
    for kind, name in pen.some(pen.ownable, most=2) if pen.ownable and pen.chance(3) else ():
        what = "routine" if name.endswith(")") else kind.lower()
        pen.write(f"ALTER {kind} {name} OWNER TO {OWNER}", f"owner of a {what}")


def privileges(pen: Draft) -> None:
    """Write who may do what."""
    for table in pen.tables.values():
        if pen.chance(3):
            what = pen.one(("SELECT", "SELECT, INSERT", "ALL", "TRIGGER, REFERENCES"))
            option = pen.maybe(" WITH GRANT OPTION", "grant option", of=5)
            pen.write(f"GRANT {what} ON {table.name} TO {pen.one(ROLES)}{option}", "grant")
        if pen.chance(6):
            column = pen.one(("code", "id", *table.columns))
            what = pen.one(("UPDATE", "SELECT", "INSERT"))
            pen.write(f"GRANT {what} ({column}, code) ON {table.name} TO {ROLES[1]}", "column grant")
    if pen.chance(4):
        option = pen.maybe(" WITH GRANT OPTION", of=3)
        pen.write(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {pen.one(ROLES)}{option}", "sequence grant")
    if pen.chance(5):
        pen.write(f"GRANT USAGE ON SCHEMA other TO {pen.one((*ROLES, 'PUBLIC'))}", "grant")
    if pen.chance(6):
        pen.write(f"GRANT USAGE ON TYPE kind TO {pen.one(ROLES)}; REVOKE USAGE ON TYPE kind FROM PUBLIC", "grant")
    if pen.chance(6):
        what = "EXECUTE ON FUNCTION shifted(integer)"
        pen.write(f"REVOKE {what} FROM PUBLIC; GRANT {what} TO {pen.one(ROLES)}", "grant on a function")
    for view in ("seen", "kept"):
        if any(name == view for _, name in pen.things) and pen.chance(3):
            pen.write(f"GRANT {pen.one(('SELECT', 'ALL'))} ON {view} TO {pen.one(ROLES)}", "grant on a view")
    _defaults(pen)


def _defaults(pen: Draft) -> None:
    if pen.chance(5):
        pen.write(f"ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {ROLES[1]}", "default privilege")
    if pen.chance(5):
        pen.write(f"ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO {ROLES[0]}", "default privilege")
    if pen.chance(6):
        pen.write("ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", "default privilege")
    if pen.chance(8):
        pen.write(
            f"ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} GRANT INSERT ON TABLES TO {ROLES[0]}", "default privilege"
        )
