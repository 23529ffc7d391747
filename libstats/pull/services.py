"""A pull from the services of a system, where nobody may read its database: list after list, each
cut to what its declaration reads and gathered in private, then handed over and loaded together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from libstats.errors import PullError
from libstats.pull import alma, folio
from libstats.pull.address import read_site
from libstats.pull.pulled import Pulled, loaded, progress
from libstats.pull.rest import Hidden, Part, Rest
from libstats.pull.since import Marks
from libstats.pull.spool import Spool, moment
from libstats.readers.service import Clock
from libstats.workspace.workspace import Workspace

__all__ = ["SYSTEMS", "pull_services"]

_ASKED = {"alma": alma.asked, "folio": folio.asked}
SYSTEMS = tuple(_ASKED)


def pull_services(
    place: Workspace,
    system: str,
    address: str,
    *,
    only: Sequence[str],
    is_full: bool,
    is_trial: bool,
    source: str | None,
    clock: Clock | None = None,
) -> Pulled:
    """Read what a system's services give, and load it: what `pull` does for an address of the web.
    Raises PullError, WorkspaceError, StoreError; then exports and store are as they were."""
    if system not in SYSTEMS:
        raise PullError(
            f"libstats cannot ask services of {system}", f"It can of {' and '.join(SYSTEMS)}."
        )
    clock = clock or Clock()
    site = read_site(address, has_tenant=system == "folio")
    whose = place.instance(system, source)
    marks = Marks(place.store, whose)
    rest, parts = _ASKED[system](site, clock, place, only, None if is_full else marks)
    spool = Spool(place.store, f"{whose}\n{site.base}\n{site.tenant}", _now(place, clock))
    found, files = Pulled(), dict[str, Path]()
    with progress() as bar:
        for part in parts:
            bar.set_description(part.name)
            try:
                if is_trial:
                    next(part.pages(""), None)
                    found.rows[part.name] = None
                else:
                    files[part.name], found.rows[part.name] = spool.gather(part, rest, bar.update)
            except Hidden:
                _leave_out(part, found, rest, must=bool(only))
    if not found.rows:
        raise rest.error(
            "all lists are hidden from the user", "Check the address, and give the user the rights."
        )
    if not is_trial:
        _load(place, {name: file for name, file in files.items() if found.rows[name]}, found, marks)
    return found


def _leave_out(part: Part, found: Pulled, rest: Rest, *, must: bool) -> None:
    """Note a list that may not be seen; PullError for one that was chosen by name."""
    if must:
        raise rest.error(
            f"{part.name} is hidden from the user, or there is none",
            "Give the user the right to read it, or leave it out with --only.",
        )
    found.unread.append(part.name)


def _load(place: Workspace, files: Mapping[str, Path], found: Pulled, marks: Marks) -> None:
    """Load what came, and note up to when each list was read."""
    if not files:
        return
    moments = {name: moment(file) for name, file in files.items()}
    found.receipt = loaded(place, list(files.values()), marks.source)
    for name, receipt in zip(files, found.receipt.files, strict=True):
        if receipt.outcome in ("loaded", "repeated"):
            marks.move([name], moments[name])


def _now(place: Workspace, clock: Clock) -> datetime:
    """The moment by the library's clock, or by this computer's where no zone is told."""
    now = clock.now().replace(microsecond=0)
    if place.timezone is None:
        return now.replace(tzinfo=UTC).astimezone().replace(tzinfo=None)
    with duckdb.connect() as con:
        asked = "select timezone($1, timezone('UTC', $2::timestamp))"
        ((there,),) = con.execute(asked, [place.timezone, now]).fetchall()
    return datetime.fromisoformat(str(there))
