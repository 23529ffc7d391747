"""A result as a table that a screen reader can walk and a keyboard can scroll."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from libstats.privacy.counted import count_of, crosses_patrons, plain_name
from libstats.privacy.headings import tells_of_groups
from libstats.privacy.suppression import NOTE, WITHHELD, withheld
from libstats.report.page.cells import Format, look_of, plain
from libstats.report.page.html import ABOUT, TABLES, escaped, is_sealing
from libstats.wording import Row, day_name, framed, month_name, records

__all__ = ["Html", "Table", "folded", "heading", "joined", "shown", "table", "without_empty"]

UNKNOWN = "not known"
# Up to so many columns a table stays one on a phone; with more each row becomes a list of headings
# and values, of more than the second number on a small window too. Only tables of more than the
# third can be wider than a page, so only they take the focus, to be scrolled by keyboard.
FEW, SOME, MANY = 3, 5, 7
ACRONYMS = {"ill": "ILL", "id": "ID", "isbn": "ISBN", "issn": "ISSN", "url": "URL", "oclc": "OCLC"}
NONE = slice(0)  # of the rows


def heading(column: str) -> str:
    """A column's name as a title: `renewals_by_staff` is `Renewals by staff`."""
    words = [ACRONYMS.get(word, word) for word in column.split("_") if word]
    title = " ".join(words)
    return title[:1].upper() + title[1:]


def shown(value: Any) -> str:
    """A value as people write it: thousands separators, dates in words (midnight stands for its
    day), nothing as `not known`."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, (float, Decimal)):
        return (
            f"{value:z,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"
        )
    if isinstance(value, datetime):
        return f"{day_name(value)}, {value:%H:%M}" if value.time() != time() else day_name(value)
    return day_name(value) if isinstance(value, date) else str(value)


def table(
    result: Any,
    caption: str,
    *,
    headings: Mapping[str, str] | None = None,
    formats: Mapping[str, Format] | None = None,
    foot: Mapping[str, Any] | None = None,
    across: Sequence[str] = (),
    total: str = "",
    sheet: str = "",
) -> Table:
    """Show a result as a captioned table.

    Parameters
    ----------
    result : a relation, a pandas or polars frame, or a list of dictionaries; it is read once
    caption : what the table holds, in words
    headings : titles of columns where the column's name does not say it
    formats : how the values of a column are written; the default is `shown`, and a month for
        `period`
    foot : a last row that stands apart, such as the total
    across, total : columns that part one count by groups of patrons, and the column that adds them
        up
    sheet : what its sheet in a workbook is called, where the caption is too long for it

    Small counts of patrons are withheld, as `suppression` says, where `across` is given or a column
    is an attribute of patrons. The first column names the rows. Returns an object that notebooks
    show as HTML.
    """
    found = framed(result)
    rows = records(found)
    columns = (
        [str(name) for name in found.columns]
        if hasattr(found, "columns")
        else list(dict.fromkeys(name for row in rows for name in row))
    )
    last, truth = dict(foot) if foot else None, None
    across = across or _parted(found, rows, columns)
    if across or crosses_patrons(columns):
        truth = Truth(rows, last, tuple(across), total)
        rows, last = withheld(rows, columns, last, across, total)
        caption = (
            f"{caption}. {NOTE}"
            if any(WITHHELD in row.values() for row in (*rows, last or {}))
            else caption
        )
    return Table(
        rows,
        columns,
        caption,
        dict(headings or {}),
        {"period": month_name, **(formats or {})},
        last,
        truth=truth,
        sheet=sheet,
    )


def _parted(result: Any, rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    """The columns of a table that was turned on its side, where patrons' attributes name them."""
    names = getattr(getattr(result, "columns", None), "names", None) or ()
    counts = [name for name in columns if any(count_of(row.get(name)) is not None for row in rows)]
    if crosses_patrons([name for name in names if name is not None]):
        return counts
    # a column for each group, as in "patron_group child"
    wide = [n for n in counts if tells_of_groups(n) and not tells_of_groups(n, alone=True)]
    return wide if len(wide) > 1 else []


def without_empty(rows: Sequence[Row]) -> list[Row]:
    """The rows without the columns in which nothing stands."""
    names = {name for row in rows for name, value in row.items() if value not in (None, "")}
    return [{name: value for name, value in row.items() if name in names} for row in rows]


@dataclass(frozen=True)
class Truth:
    """A table of patrons before anything was withheld, and how its counts are parted."""

    rows: list[Row]
    foot: Row | None
    across: tuple[str, ...] = ()
    total: str = ""


@dataclass(frozen=True)
class Table:
    """Rows with their caption and column titles; `blanks`: nothing stands where a value is not
    known; `truth`: what it was before counts of patrons were withheld; `sheet`: its name in a
    workbook; `on_page`: which of its rows the page shows (None: all)."""

    rows: list[Row]
    columns: list[str]
    caption: str
    headings: dict[str, str] = field(default_factory=dict)
    formats: dict[str, Format] = field(default_factory=dict)
    foot: Row | None = None
    blanks: bool = False
    truth: Truth | None = field(default=None, repr=False, compare=False)
    sheet: str = ""
    on_page: slice | None = None

    def at_most(self, rows: int, last: bool = False) -> Table:
        """The table with so many rows on the page, the first or the last ones; the workbook has all
        of them. With 0 it is in the workbook alone."""
        stop = len(self.rows)
        return replace(self, on_page=slice(max(stop - rows, 0), stop) if last else slice(rows))

    @property
    def has_counts(self) -> bool:
        """Whether any count of patrons is left to be seen, other than noughts."""
        names = self.truth.across if self.truth else ()
        return any(row[name] not in (WITHHELD, 0) for row in self.rows for name in names)

    @property
    def more(self) -> int:
        """How many rows only the workbook has."""
        return len(self.rows) - len(self._seen)

    @property
    def _seen(self) -> list[Row]:
        """The rows that the page shows."""
        return self.rows[self.on_page or slice(None)]

    def _repr_html_(self) -> str:
        if self.on_page == NONE:
            return ""
        caption = html.escape(self.caption)
        if not self.rows:
            return (
                f'<p class="libstats-empty"><strong>{caption}:</strong> there is nothing to '
                "show.</p>"
            )
        numeric = {name for name in self.columns if self._is_numeric(name)}
        head = "".join(
            self._cell(name, "th", html.escape(self._heading(name)), name in numeric, "col")
            for name in self.columns
        )
        row, group = self._role("row"), self._role("rowgroup")
        body = "\n".join(f"<tr{row}>{self._row(each, numeric)}</tr>" for each in self._seen)
        foot = (
            f"\n<tfoot{group}><tr{row}>{self._row(self.foot, numeric)}</tr></tfoot>"
            if self.foot
            else ""
        )
        return (
            f"{self._box(caption)}\n<table{self._role('table')} "
            'style="font-variant-numeric:tabular-nums">\n<caption '
            f'style="text-align:left">{caption}</caption>\n'
            f"<thead{group}><tr{row}>{head}</tr></thead>\n"
            f"<tbody{group}>\n{body}\n</tbody>{foot}\n</table>\n</div>"
        )

    def _box(self, caption: str) -> str:
        """The start of what a table stands in, by how many columns it has."""
        count = len(self.columns)
        kind = "" if count <= FEW else " stacked" if count <= SOME else " stacked soon"
        if count <= MANY:
            return f'<div class="libstats-table{kind}" style="overflow-x:auto">'
        return (
            f'<div class="libstats-table{kind}" role="region" tabindex="0" aria-label="{caption}" '
            'style="overflow-x:auto">'
        )

    def _role(self, name: str) -> str:
        """A role in words, where a style takes the table apart: browsers then forget what it is."""
        return f' role="{name}"' if len(self.columns) > FEW else ""

    def _heading(self, name: str) -> str:
        return self.headings.get(name, heading(name))

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {TABLES: [self.data()]}

    def data(self) -> dict[str, Any]:
        """The table as plain data for a workbook: caption, columns with their titles, formats and
        units, rows, foot; a date as {"on": ...}, a time as {"at": ...}; `on_page` which rows the
        page shows, `has_barcodes` whether it tells of single copies."""
        columns = []
        for name in self.columns:
            look = look_of(self.formats.get(name))
            columns.append(
                {"heading": self._heading(name), "format": look.number, "unit": look.unit}
            )
        start, stop, _ = (self.on_page or slice(None)).indices(len(self.rows))
        return {
            "caption": self.caption,
            "sheet": self.sheet,
            "columns": columns,
            "rows": self._plain(self.rows),
            "foot": self._plain([self.foot] if self.foot else []),
            "on_page": [start, stop],
            "has_barcodes": any("barcode" in plain_name(name) for name in self.columns),
            **({"sealed": self._sealed()} if is_sealing() else {}),
        }

    def _plain(self, rows: Sequence[Row]) -> list[list[Any]]:
        return [[plain(row.get(name)) for name in self.columns] for row in rows]

    def _sealed(self) -> dict[str, Any]:
        """What the table is in truth, for the run that makes the report, which writes it
        nowhere."""
        truth = self.truth or Truth(self.rows, self.foot)
        return {
            "names": self.columns,
            "of_patrons": self.truth is not None,
            "rows": self._plain(truth.rows),
            "foot": self._plain([truth.foot] if truth.foot else []),
            "across": list(truth.across),
            "total": truth.total,
        }

    def _is_numeric(self, name: str) -> bool:
        values = [row[name] for row in self.rows if row.get(name) not in (None, WITHHELD)]
        return bool(values) and all(
            isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)
            for value in values
        )

    def _row(self, row: Row, numeric: set[str]) -> str:
        return "".join(
            self._value(row.get(name), name, "th" if place == 0 else "td", name in numeric)
            for place, name in enumerate(self.columns)
        )

    def _value(self, value: Any, name: str, tag: str, is_number: bool) -> str:
        if value is None and self.blanks and tag == "td":
            return self._cell(name, tag, "", is_number, "")
        written = (
            self.formats.get(name, shown)
            if value is not None and not isinstance(value, str)
            else shown
        )
        text = str(value) if isinstance(value, Html) else html.escape(written(value), quote=False)
        unknown = f'<span class="unknown">{text}</span>' if value is None else text
        return self._cell(name, tag, unknown, is_number, "row")

    def _cell(self, name: str, tag: str, text: str, is_number: bool, scope: str) -> str:
        """One cell; its side is written out because a notebook's own style would turn every cell
        to the right. In a table that may be taken apart it carries its column's heading."""
        kind = ' class="number"' if is_number else ""
        of = f' scope="{scope}"' if tag == "th" else ""
        role = self._role({"col": "columnheader"}.get(scope, "rowheader") if of else "cell")
        label = (
            f' data-label="{html.escape(self._heading(name))}"'
            if tag == "td" and len(self.columns) > FEW
            else ""
        )
        side = "right" if is_number else "left"
        return f'<{tag}{of}{role}{kind}{label} style="text-align:{side}">{text}</{tag}>'


class Html(str):
    """Text that notebooks show as HTML, with the tables that are in it, and what it says of the
    report itself: its period, its branch, its figures."""

    tables: tuple[Table, ...]
    about: dict[str, Any]

    def __new__(
        cls, text: str, tables: Sequence[Table] = (), about: Mapping[str, Any] | None = None
    ) -> Html:
        html = super().__new__(cls, text)
        html.tables = tuple(tables)
        html.about = dict(about or {})
        return html

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        shown = {TABLES: [table.data() for table in self.tables]} if self.tables else {}
        return {**shown, ABOUT: self.about} if self.about else shown

    def _repr_html_(self) -> str:
        return str(self)


def joined(*pieces: Table | str) -> Html:
    """Tables and texts that are HTML already as one piece, which knows all their tables."""
    tables: list[Table] = []
    about: dict[str, Any] = {}
    for piece in pieces:
        tables += (
            [piece] if isinstance(piece, Table) else piece.tables if isinstance(piece, Html) else []
        )
        about |= piece.about if isinstance(piece, Html) else {}
    texts = (piece._repr_html_() if isinstance(piece, Table) else piece for piece in pieces)
    return Html("".join(texts), tables, about)


def folded(summary: str, *pieces: Table | str, is_open: bool = False) -> Html:
    """Pieces that are shown when asked for, under a plain summary; what is not open stays off the
    paper, so a list to be taken along is."""
    body = joined(*pieces)
    kind = " open" if is_open else ""
    return Html(
        f"<details{kind}><summary>{escaped(summary)}</summary>{body}</details>", body.tables
    )


def tabled(*pieces: Table | Html) -> Html:
    """The table of a picture, shown when asked for, under a name that tells it from others."""
    (caption,) = [each.caption for each in joined(*pieces).tables][:1]
    return folded(f"The picture as a table: {caption}", *pieces)
