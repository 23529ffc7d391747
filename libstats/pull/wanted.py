"""What is asked of a database: the tables that its user may see, cut to what declarations read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libstats.declaration.query import Cut, Query
from libstats.declaration.select import plans
from libstats.declaration.source import Source
from libstats.errors import FileRefused, PullError
from libstats.loading.incoming import refuse_unfit
from libstats.recognise.known import known
from libstats.workspace.workspace import Workspace

Seen = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Wanted:
    """A table to be asked: the query, how it is asked, and the declaration that reads it. What may
    not be seen of it stands in cut.lacks."""

    query: Query
    cut: Cut
    declared: Source

    @property
    def name(self) -> str:
        """What messages call it."""
        return self.query.table

    @property
    def file(self) -> str:
        """What its file is called."""
        return self.query.name.replace(" ", "-")


def chosen(every: Sequence[Query], only: Sequence[str]) -> list[Query]:
    """The queries of these parts, those of all tables; PullError for a part that there is not."""
    names = [query.name for query in every]
    if unknown := [name for name in only if name not in names]:
        raise PullError(f"there is no part {unknown[0]!r}", f"There are: {', '.join(names)}.")
    return [each for query in every if not only or query.name in only for each in query.each()]


def wanted(queries: Sequence[Query], seen: Seen, place: Workspace, *, must: bool) -> list[Wanted]:
    """How each table is asked that the user may read, and that must be where it was chosen by name.
    PullError where nothing is left, or one lacks what tells its rows apart."""
    found = []
    for query in queries:
        cut = query.cut(seen)
        if cut.columns:
            found.append(_read_by(query, cut, place))
        elif must:
            raise PullError(
                f"{query.table} is hidden from the user, or there is none",
                "Grant SELECT on it, or leave it out with --only.",
            )
    if not found:
        raise PullError(
            "all tables of that system are hidden from the user",
            "Check that it is the right database, and grant SELECT on its tables.",
        )
    return found


def _read_by(query: Query, cut: Cut, place: Workspace) -> Wanted:
    """The query with the columns alone that its declaration reads."""
    grant = f"Grant SELECT on: {', '.join(cut.lacks)}."
    declared = reader(query.table, cut.headings, place, grant if cut.lacks else "")
    if declared is None:
        raise PullError(f"what {query.table} needs is hidden from the user", grant)
    read = {cut.headings[at] for at in declared.locate(cut.headings).values()}
    return Wanted(query, cut.of(read), declared)


def reader(name: str, headings: Sequence[str], place: Workspace, remedy: str = "") -> Source | None:
    """The declaration that reads what has these headings, None where none does. PullError, by the
    name and with the remedy, where it lacks what tells its rows apart."""
    found = known(place.config).recognising(headings)
    declared = next((each for each in found if isinstance(each, Source)), None)
    if declared is not None:
        refuse_unread(name, declared, headings, place, remedy)
    return declared


def refuse_unread(
    name: str, declared: Source, headings: Sequence[str], place: Workspace, remedy: str = ""
) -> None:
    """PullError if a declaration cannot read what has these headings."""
    try:
        refuse_unfit(name, plans(declared, headings), place.timezone)
    except FileRefused as error:
        raise PullError(error.problem, remedy or error.remedy) from None
