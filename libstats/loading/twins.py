"""Which of the files that wait are loaded already: told from the ledger in one question, so that a
folder loaded again every day costs little more than its new files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from libstats.declaration import marc_sources
from libstats.declaration.raw import quoted
from libstats.loading.incoming import Incoming
from libstats.loading.shapes import shape_of
from libstats.readers.marc.part import Marc


@dataclass(frozen=True)
class Loaded:
    """An active load of the bytes of a file that waits."""

    seq: int
    exported_at: datetime
    exported_from: str
    dispositions: dict[str, int]
    shape: dict[str, Any]

    def is_of(self, incoming: Incoming) -> bool:
        """True if it is certain that loading the file again would change nothing: it is the same
        to the same declaration, and of the same time, stated in it, in its name, or in neither."""
        given, said = incoming.job.exported_at, incoming.said_time()
        if given is not None or any(
            self.shape[name] != value
            for name, value in vars(shape_of(incoming)).items()
            if name != "scope"  # which its rows tell, and these are the same
        ):
            return False
        if self.exported_from == "stated":
            return True
        if self.exported_from == "name":
            return said == (self.exported_at, "name")
        return self.exported_from in ("newest", "modified") and said is None


class Twins:
    """The files that wait and whose bytes are loaded already, or stand among them twice.

    `loaded` has for the number of a file the load that it would but repeat; `doubtful` are the
    numbers of the others: they are looked at alone.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, files: Sequence[Incoming]) -> None:
        prints = [incoming.count.sha256 for incoming in files]
        by_bytes, times = _loaded(con, prints), Counter(prints)
        self.loaded: dict[int, Loaded] = {}
        self.doubtful: set[int] = set()
        for number, (incoming, sha256) in enumerate(zip(files, prints, strict=True)):
            among = by_bytes.get(sha256, [])
            if len(among) == times[sha256] == 1 and among[0].is_of(incoming):
                self.loaded[number] = among[0]
            elif among or times[sha256] > 1:
                self.doubtful.add(number)


def list_sql(incoming: Incoming) -> str:
    """SQL: an export e is that list of a file ($1 its source, $3 its label). Of MARC the map that
    read it before may be another: then all that it read of these records and this one does not is
    none of the file's any more, be it another system's, or copies of which it tells no more."""
    same, name = "e.source = $1 and e.declaration = $3", incoming.source.name
    if not isinstance(incoming.part, Marc):
        return same
    if name != marc_sources.RECORDS:
        return f"{same} or e.declaration <> $3 and ends_with(e.declaration, ' {name}')"
    read = ", ".join(map(quoted, incoming.part.lists))
    return f"{same} or contains(e.declaration, ' MARC ') and e.declaration not in ({read})"


def _loaded(con: duckdb.DuckDBPyConnection, prints: list[str]) -> dict[str, list[Loaded]]:
    names = (
        "source",
        "declaration",
        "select_hash",
        "primary_table",
        "is_whole",
        "absence",
        "scope_column",
        "scope",
        "columns",
    )
    rows = con.execute(
        f"""
        select l.sha256, l.seq, l.exported_at, l.exported_from, l.dispositions, {", ".join(names)}
        from load l join export e using (export_id)
        where l.undone_seq is null and l.sha256 in (select unnest($1::varchar[]))
        order by l.seq
        """,
        [prints],
    ).fetchall()
    found: dict[str, list[Loaded]] = {}
    for sha256, seq, exported_at, exported_from, dispositions, *shape in rows:
        load = Loaded(
            seq, exported_at, exported_from, dispositions, dict(zip(names, shape, strict=True))
        )
        found.setdefault(sha256, []).append(load)
    return found
