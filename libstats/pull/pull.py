"""Pulling: a system's exports straight from its database, by a reader who can change nothing.

    ask what may be seen -> one read-only snapshot -> spool, private -> exports/ -> an ordinary load

What is pulled is what a person would export: the same queries, the same text, so that a pull and a
file of the same rows are one state. Nothing is handed over of a pull that did not reach its end.
"""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

from libstats.declaration.query import Cut
from libstats.errors import PullError
from libstats.pull import address as addresses
from libstats.pull import mariadb, postgresql
from libstats.pull.known_persons import known_persons
from libstats.pull.pulled import Pulled, loaded, progress
from libstats.pull.services import SYSTEMS, pull_services
from libstats.pull.since import Marks, condition
from libstats.pull.wanted import Wanted, chosen, wanted
from libstats.sources import queries
from libstats.workspace.workspace import Workspace, at

Server = mariadb.MariaDB | postgresql.PostgreSQL
_CONNECTED: dict[str, Callable[..., AbstractContextManager[Server]]] = {
    "mysql": mariadb.connected,
    "postgresql": postgresql.connected,
}


def pull(
    workspace: Workspace | Path | str,
    system: str,
    address: str,
    *,
    only: Sequence[str] = (),
    is_full: bool = False,
    is_trial: bool = False,
    source: str | None = None,
) -> Pulled:
    """Read a system's database, or ask its services, and load what it tells as if its exports had
    been clicked.

    Parameters
    ----------
    workspace : the folder that `libstats init` made, or anything in it
    system : the system, such as koha
    address : the database, as in mysql://reader@host/koha, or the service, as in
        https://reader@host/tenant; never with a password, which is taken from LIBSTATS_PASSWORD,
        the keyring, the server's own file of passwords, or asked for
    only : the parts to read, as the page of the system names them; else those of libstats.toml;
        else all that the user may see
    is_full : read all rows again, not only what came and changed since the last pull
    is_trial : only say what would be read
    source : name of the configured source, where several have the same system

    Returns what was read and the receipt of the load. Raises PullError, WorkspaceError, StoreError;
    then exports and store are as they were.
    """
    place = at(workspace)
    whose = place.instance(system, source)
    only = only or place.config.get("pull", {}).get(whose, {}).get("parts", ())
    if address.startswith(("https:", "http:")):
        return pull_services(
            place, system, address, only=only, is_full=is_full, is_trial=is_trial, source=source
        )
    if system not in queries.SYSTEMS:
        raise PullError(
            f"libstats cannot read a database of {system}",
            f"It can of {', '.join(queries.SYSTEMS)}; and it asks services of "
            f"{' and '.join(SYSTEMS)}, at an address that begins with https.",
        )
    asked = queries.of_system(system)
    every = chosen(asked.each, only)
    marks = Marks(place.store, whose)
    where = addresses.read(address, asked.server)
    found = Pulled()
    known_as = addresses.password(where)
    with _CONNECTED[asked.server](where, known_as, place.timezone) as server:
        seen = server.seen({t for query in every for t in query.tables.values()})
        tables = wanted(every, seen, place, must=bool(only))
        found.lacks = {each.name: each.cut.lacks for each in tables}
        found.unread = [query.table for query in every if query.table not in found.lacks]
        if is_trial:
            found.rows = dict.fromkeys(found.lacks)
            return found
        reading = _Reading(server, place, marks, is_full)
        moment, parts = reading.run(tables, found, whose)
    found.receipt = loaded(place, parts, source)
    kept = [each.outcome in ("loaded", "repeated") for each in found.receipt.files]
    marks.move((each.name for each, is_kept in zip(tables, kept, strict=True) if is_kept), moment)
    return found


class _Reading:
    """All tables as they are at one moment, written into the private folder."""

    def __init__(self, server: Server, place: Workspace, marks: Marks, is_full: bool) -> None:
        self.server, self.place, self.marks, self.is_full = server, place, marks, is_full
        self.folder = place.store / "pull"

    def run(
        self, tables: Sequence[Wanted], found: Pulled, source: str
    ) -> tuple[datetime, list[Path]]:
        """Gives the moment and the files; nothing is left of them if one fails."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        for left in self.folder.glob("*.part"):  # of a pull that was killed
            left.unlink()
        parts: list[Path] = []
        persons = known_persons(self.place, source, tables)
        try:
            moment = self._begun()
            with progress() as bar:
                for each in tables:
                    bar.set_description(each.name)
                    parts.append(self.folder / f"{each.file}-{moment:%Y%m%d%H%M%S}.csv.part")
                    statements = self._statements(each, moment, persons.get(each.name, []))
                    found.rows[each.name] = self._write(each.cut, statements, parts[-1], bar)
            self.server.end()
        except BaseException:
            for part in parts:
                part.unlink(missing_ok=True)
            raise
        return moment, parts

    def _begun(self) -> datetime:
        """Begin the snapshot; in the second of an earlier pull, whose files would have its name and
        its rank, only when that is over."""
        while self.marks.is_taken(moment := self.server.begin()):
            self.server.end()
            time.sleep(0.1)
        return moment

    def _statements(self, each: Wanted, moment: datetime, persons: Sequence[str]) -> list[str]:
        """What is asked: the rows that are new, and those whose person is gone without a trace."""
        mark = None if self.is_full else self.marks.of(each.name)
        new = condition(each.query, mark, moment)
        asked = each.query.asked
        if not new or not asked.person:
            return [each.cut.sql(new)]
        gone = [
            each.cut.sql(f"{asked.person} is null and {asked.key} in ({', '.join(some)})")
            for some in _some(persons)
        ]
        return [each.cut.sql(new), *gone]

    def _write(self, cut: Cut, statements: Sequence[str], part: Path, bar: Any) -> int:
        private = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(private, "wb") as out:
            out.write(_header(cut.headings))
            rows = sum(self.server.write(sql, out, bar.update) for sql in statements)
            out.flush()
            os.fsync(out.fileno())
        return rows


def _header(headings: Sequence[str]) -> bytes:
    """The first line of a file."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(headings)
    return text.getvalue().encode("utf-8")


def _some(keys: Sequence[str], most: int = 10_000) -> list[Sequence[str]]:
    return [keys[first : first + most] for first in range(0, len(keys), most)]
