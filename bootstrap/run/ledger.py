"""What earlier runs declared and loaded: managed objects, and seeds with their proofs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bootstrap.catalog.ref import Kind, Ref, without_members
from bootstrap.run.seal import COLUMNS

if TYPE_CHECKING:
    from bootstrap.run.history import History, Value

_BATCH = 500  # keys of one IN (…)
_KEPT = "kept"  # the fact's name


@dataclass(frozen=True, slots=True)
class SeedProof:
    """That a table's seed was in the database: the digest of what was declared, and the server's own of the rows.

    An empty ``proof`` means that none was made: the table holds far more than the seed, and comparing is cheaper.
    """

    table: Ref
    digest: str
    proof: str
    row_count: int


class Ledger:
    """Kept in the history's tables; reading works where there are none."""

    def __init__(self, history: History) -> None:
        self.history = history

    def managed(self) -> frozenset[Ref]:
        """Identities that an earlier run declared: what is declared no longer is a drop, the rest is only reported."""
        rows = self.history.sealed("managed")
        return frozenset(Ref(Kind(kind), schema, name, owner) for kind, schema, name, owner in rows)

    def kept(self) -> frozenset[Ref]:
        """Those of the managed identities that the last run kept though they were declared no longer."""
        return _kept(self.history.facts())

    def set_managed(self, run: int, refs: Iterable[Ref], *, kept: frozenset[Ref] = frozenset()) -> None:
        """Record what is declared now, and what is kept; writes only the difference."""
        if kept != self.kept():
            found = [(ref.kind.value, ref.schema, ref.name, ref.table) for ref in sorted(kept)]
            self.history.set_fact(_KEPT, json.dumps(found))
        self._set_managed(run, kept.union(refs))

    def _set_managed(self, run: int, refs: Iterable[Ref]) -> None:
        wanted, known = frozenset(refs), self.managed()
        rows: list[dict[str, Value]] = [
            {
                "id": _identity(ref),
                "kind": ref.kind.value,
                "schema_name": ref.schema,
                "table_name": ref.table,
                "name": ref.name,
                "run": run,
            }
            for ref in sorted(wanted - known)
        ]
        self.history.seal.announce("managed", map(_sealed, known), map(_sealed, wanted))
        with self.history.session.transaction():
            self._delete("managed", [_identity(ref) for ref in known - wanted])
            self.history.insert("managed", rows)

    def seeds(self, tables: Iterable[Ref]) -> dict[Ref, SeedProof]:
        """The proofs of the last load, for those of the tables that have one."""
        rows = self.history.sealed("seeds")
        known = {str(key): (str(digest), str(proof), int(count)) for key, digest, proof, count in rows}
        return {ref: SeedProof(ref, *known[_identity(ref)]) for ref in tables if _identity(ref) in known}

    def set_seeds(self, run: int, proofs: Sequence[SeedProof]) -> None:
        """Record the proofs of these tables in place of their earlier ones."""
        rows: list[dict[str, Value]] = [
            {
                "id": _identity(item.table),
                "table_name": item.table.path,
                "digest": item.digest,
                "proof": item.proof,
                "row_count": item.row_count,
                "run": run,
            }
            for item in proofs
        ]
        known = self.history.sealed("seeds")
        changed = {str(row["id"]): [row[name] for name in COLUMNS["seeds"]] for row in rows}
        self.history.seal.announce(
            "seeds", known, [*(row for row in known if row[0] not in changed), *changed.values()]
        )
        with self.history.session.transaction():
            self._delete("seeds", [_identity(item.table) for item in proofs])
            self.history.insert("seeds", rows, now="changed_at")

    def _delete(self, table: str, keys: Sequence[str]) -> None:
        for start in range(0, len(keys), _BATCH):
            batch = keys[start : start + _BATCH]
            places = ", ".join(["%s"] * len(batch))
            self.history.session.execute(f"DELETE FROM {self.history.table(table)} WHERE id IN ({places})", batch)


def kept_in(facts: Mapping[str, str]) -> tuple[Ref, ...]:
    """What the last run kept, by the facts of a history: in order, without the members of tables that are kept."""
    return without_members(_kept(facts))


def _kept(facts: Mapping[str, str]) -> frozenset[Ref]:
    return frozenset(Ref(Kind(kind), *names) for kind, *names in json.loads(facts.get(_KEPT) or "[]"))


def _sealed(ref: Ref) -> tuple[str, ...]:
    return ref.kind.value, ref.schema, ref.name, ref.table


def _identity(ref: Ref) -> str:
    """A key of fixed length: names of functions carry their argument types and may be long."""
    return hashlib.sha256("\0".join((ref.kind, ref.schema, ref.table, ref.name)).encode()).hexdigest()
