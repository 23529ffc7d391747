"""Alma's services: reports of Analytics, through which a token leads and which forget each page
that they gave; and lists by offset, of which nothing may come or go while they are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from libstats.errors import FileRefused, PullError
from libstats.pull.address import Site
from libstats.pull.rest import Part, Record, Rest, StartOver, cut
from libstats.pull.since import Marks
from libstats.pull.wanted import reader
from libstats.readers.service import Clock, Verdict
from libstats.readers.xml import DECLARATION, START, headings_of
from libstats.readers.xml_pages import LISTS, Pages
from libstats.sources.services import ALMA, Listed
from libstats.workspace.workspace import Workspace

ROOT = "/almaws/v1"
ROWS_AT_ONCE, RECORDS_AT_ONCE = "1000", "100"  # the most that it gives
_A_MOMENT = 2.0  # seconds, where a second had too many questions
_CODE = re.compile(rb"errorCode\W+([A-Z_0-9]+)")
_FINISHED = re.compile(r"<(?:[\w.-]+:)?IsFinished[^>]*>\s*(true|false)\s*<", re.IGNORECASE)
_TOKEN = re.compile(r"<(?:[\w.-]+:)?ResumptionToken[^>]*>\s*([^<\s]+)")


class Alma(Rest):
    """The services of an institution, for who has a key."""

    form = "xml"

    def __init__(self, site: Site, secret: str, clock: Clock) -> None:
        super().__init__(site, clock)
        self._key = secret

    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"Authorization": f"apikey {self._key}"}

    def code(self, body: bytes) -> str:
        """The code of an error, which holds no value."""
        found = _CODE.search(body)
        return found[1].decode() if found else ""

    def thresholds(self, body: bytes) -> Verdict:
        """Too many questions of all programs of the institution: in this second, or today."""
        code = self.code(body)
        if code == "DAILY_THRESHOLD":
            raise self.error(
                "all questions that the institution may ask today are asked",
                "Try it again tomorrow: Alma counts anew at midnight, GMT.",
            )
        if code == "PER_SECOND_THRESHOLD":
            return Verdict("later", "other programs ask too much at once", _A_MOMENT)
        return super().thresholds(body)


def asked(
    site: Site, clock: Clock, place: Workspace, only: Sequence[str], marks: Marks | None
) -> tuple[Rest, Sequence[Part]]:
    """The services, and what was chosen of them: reports by their paths, lists by their names.
    PullError for one that there is not; all is nothing that Alma has."""
    lists = {listed.name: listed for listed in ALMA}
    told = f"Name reports by their paths, as in /shared/Archmere/Loans; lists: {', '.join(lists)}."
    if not only:
        raise PullError("it is not said what to read of Alma", told)
    if unknown := [name for name in only if name not in lists and not name.startswith("/")]:
        raise PullError(f"there is no part {unknown[0]!r}", told)
    alma = Alma(site, site.secret(), clock)
    return alma, [
        List(alma, lists[name]) if name in lists else Report(alma, name, number, place)
        for number, name in enumerate(only, 1)
    ]


class Report:
    """A report of Analytics, by its place in the catalog."""

    key = about = ""

    def __init__(self, alma: Alma, path: str, number: int, place: Workspace) -> None:
        self.alma, self.path, self.place = alma, path, place
        self.name, self.file = path.rpartition("/")[2], f"analytics-{number}"

    def pages(self, after: str = "") -> Iterator[list[Record]]:
        """All its rows. The token stands on the first page alone, and a page that was given is
        forgotten: where one breaks off, the report is begun anew."""
        begin = {"path": self.path, "limit": ROWS_AT_ONCE, "col_names": "true"}
        page = self._asked(begin, moves_on=False)
        token, columns = page.token, page.columns
        while True:
            columns = columns or page.columns
            yield self._rows(page, columns) if page.rows else []
            if page.is_finished:
                return
            if not token:
                raise StartOver("the first page names no second")
            page = self._asked({"token": token, "limit": ROWS_AT_ONCE}, moves_on=True)

    def _asked(self, given: Mapping[str, str], *, moves_on: bool) -> _Page:
        return self.alma.get(f"{ROOT}/analytics/reports", given, _report, moves_on=moves_on)

    def _rows(self, page: _Page, columns: Mapping[str, tuple[str, str]]) -> list[Record]:
        headings = headings_of(dict(columns))
        declared = reader(f"the report {self.name}", headings, self.place)
        if declared is None:
            raise PullError(
                f"the report {self.name} has columns that no export known to libstats has together",
                "Compare it with docs/export-alma.md.",
            )
        read = sorted(declared.locate(headings).values())
        at = list(columns)
        return [{headings[n]: row.get(at[n], "") for n in read} for row in page.rows]


class List:
    """A list by offset."""

    key = about = ""

    def __init__(self, alma: Alma, listed: Listed) -> None:
        self.alma, self.listed = alma, listed
        self.name, self.file = listed.name, listed.name.replace(" ", "-")

    def pages(self, after: str = "") -> Iterator[list[Record]]:
        """All its records. StartOver where another number of them is told than before, or came."""
        keys: set[str] = set()
        offset, stated = 0, None
        while stated is None or offset < stated:
            given = {"limit": RECORDS_AT_ONCE, "offset": str(offset)}
            page = self.alma.get(f"{ROOT}{self.listed.path}", given, _list)
            if stated not in (None, page.stated) or (not page.rows and offset < page.stated):
                raise StartOver("the list changed while it was read")
            stated = page.stated
            offset += len(page.rows)
            keys |= {row.get(self.listed.key, "") for row in page.rows}
            yield [cut(self.listed.declared, row) for row in page.rows]
        if len(keys) != stated:
            raise StartOver("the list changed while it was read")


@dataclass(frozen=True)
class _Page:
    """A page: rows by their columns, and what it says of itself and of the others."""

    rows: Sequence[Record]
    columns: Mapping[str, tuple[str, str]]
    is_finished: bool
    token: str
    stated: int


def _report(body: bytes) -> _Page:
    """A page of a report; ValueError where it is cut."""
    text = body.decode("utf-8-sig")
    finished, token = _FINISHED.search(text), _TOKEN.search(text)
    if finished is None:
        raise ValueError("not said whether another follows")
    pages = _read(text, "Row")
    is_finished = finished[1].lower() == "true"
    return _Page(
        [row for _, row in pages.rows], pages.columns, is_finished, token[1] if token else "", 0
    )


def _list(body: bytes) -> _Page:
    """A page of a list; ValueError where it is cut, or says not of how many."""
    text = body.decode("utf-8-sig")
    begun = START.match(text)
    pages = _read(text, LISTS[begun[1]] if begun else "")
    if pages.stated is None:
        raise ValueError("not said of how many")
    return _Page([row for _, row in pages.rows], {}, True, "", pages.stated)


def _read(text: str, row: str) -> Pages:
    """A document; ValueError where it is cut."""
    pages = Pages("the answer", row)
    try:
        pages.read(DECLARATION.sub("", text))
        pages.read(None)
    except FileRefused:
        raise ValueError("cut") from None
    return pages
