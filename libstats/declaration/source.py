"""What a source is: a declaration of one export of one library system.

A declaration says how an export is recognised (by its headings, never by file name), its key, and
for each canonical table that it fills one SELECT: the vendor's heading on the left, the canonical
column on the right, one column a line; an expression goes on while a bracket or a `case` is open.
See sources/koha.py for examples, CONTRIBUTING.md for adding one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from libstats.declaration import pattern
from libstats.declaration.totals import is_total
from libstats.errors import SourceError

Absence = Literal["nothing", "gone", "replaced"]
_LINE = re.compile(r"^(.*\S)\s+as\s+(\w+),?$")
_BRACKETS = re.compile(r"""'[^']*'|"[^"]*"|\(|\)|\bcase\b|\bend\b""", re.IGNORECASE)
HEADING = re.compile(r'"(\??)([^"]+)"')
# what only decides which value is taken, or how it is counted
_JUDGING = re.compile(r"\bwhen\b.*?\bthen\b| \* .*")


def folded(headings: Iterable[str]) -> set[str]:
    """Headings as they are compared."""
    return {fold_heading(heading) for heading in headings}


def fold_heading(heading: str) -> str:
    """A heading as it is compared: without byte-order mark, case, spaces, underscores, points,
    hyphens, brackets, plus signs and a leading `Num of`.

    R writes every sign and space of a heading as a point; Alma puts `Num of` before the names of
    its measures, or not. Metadb's own columns, which begin with two underscores (__id), stay apart
    from those of the record (id).
    """
    plain = unicodedata.normalize("NFKC", heading).replace("\ufeff", "").casefold()
    own = "__" if plain.startswith("__") else ""
    return own + re.sub(r"[\s_.()+-]+", "", plain).removeprefix("numof")


@dataclass(frozen=True)
class Line:
    """One line of a SELECT: an SQL expression over headings, and the canonical column it gives."""

    expression: str
    column: str

    @property
    def headings(self) -> tuple[str, ...]:
        """The vendor's headings in the expression."""
        return headings_in(self.expression)

    @property
    def judged(self) -> tuple[str, ...]:
        """The headings whose text becomes the value; not those that only judge it, unless there are
        no others."""
        return headings_in(_JUDGING.sub(" ", self.expression)) or self.headings

    @property
    def tells_zone(self) -> bool:
        """True if its time may say a zone."""
        return any(
            f"{name}(" in self.expression for name in ("wall_clock", "screen_time", "zoned_time")
        )

    def usable(self, present: Iterable[str]) -> bool:
        """True if a file with these headings has all that the line needs: what is not
        `"?optional"`, and of several optional ones any."""
        given, found = set(present), HEADING.findall(self.expression)
        return all(heading in given for optional, heading in found if not optional) and (
            not found or any(heading in given for _, heading in found)
        )


def headings_in(expression: str) -> tuple[str, ...]:
    """The vendor's headings in an SQL expression, once each, optional ones too."""
    return tuple(dict.fromkeys(heading for _, heading in HEADING.findall(expression)))


def cards_of_places(card: str, group: str, name_of_group: str = "") -> dict[str, str]:
    """Rules for rows that are not data: what is charged to the card of a place, or to a card of a
    group of such; these are the headings. A group may also be named, where it has no code."""
    found = {
        "charged to the card of a place": f'is_place("{card}")',
        "charged to a card of a group of places": f'is_place_group("{group}")',
    }
    if name_of_group:
        found["charged to a card of a named group of places"] = f'is_place_group("{name_of_group}")'
    return found


def unfolded(text: str) -> str:
    """A SELECT with each expression and each comment in one line, as it is read and fingerprinted.

    An expression goes on while a bracket or a `case` is open in it; a comment goes on in lines that
    begin with two dashes and three spaces.
    """
    lines: list[str] = []
    depth = 0
    for line in text.split("\n"):
        plain = line.strip()
        is_comment = plain.startswith("--")
        if depth > 0 and not is_comment:
            is_tight = lines[-1].endswith("(") or plain.startswith(")")
            lines[-1] += plain if is_tight else f" {plain}"
        elif plain.startswith("--   ") and lines and lines[-1].lstrip().startswith("--"):
            lines[-1] += plain[4:]
        elif depth <= 0:
            lines.append(line)
        depth = max(depth, 0) + (0 if is_comment else _opened(plain))
    return "\n".join(lines)


def _opened(sql: str) -> int:
    """How many brackets and cases open in the text, less those that close."""
    marks = [mark.lower() for mark in _BRACKETS.findall(sql)]
    return sum((mark in ("(", "case")) - (mark in (")", "end")) for mark in marks)


def read_select(text: str) -> tuple[Line, ...]:
    """The lines of a declaration's SELECT; SourceError names a line that is not `expression as
    column`."""
    lines = []
    for raw in unfolded(text).strip().splitlines():
        line = raw.strip()
        if not line or line.startswith("--") or line in ("select", "from raw"):
            continue
        match = _LINE.match(line)
        if not match:
            raise SourceError(
                f"cannot read the line {line!r}", "Write it as: expression as canonical_column,"
            )
        if _holds_another(match[1]):
            raise SourceError(
                f"several columns stand in the line {line!r}",
                "Write one column a line, each as: expression as canonical_column,",
            )
        lines.append(Line(match[1].removeprefix("select ").strip(), match[2]))
    return tuple(lines)


def _holds_another(expression: str) -> bool:
    """True if an expression names a column of its own, outside of texts, headings and brackets."""
    plain = re.sub(r"""'[^']*'|"[^"]*\"""", "x", expression)
    while (inner := re.sub(r"\([^()]*\)", "x", plain)) != plain:
        plain = inner
    return bool(re.search(r"\sas\s", plain, re.IGNORECASE))


@dataclass(frozen=True)
class Apart:
    """How declarations of one system are told apart that have the same headings: the words of a
    column have roles, and each declaration is of one.

    is_likely  True where its headings alone prove nothing: a word that some roles have, and not
               all, speaks against it
    """

    heading: str
    role: str
    is_likely: bool = False


@dataclass(frozen=True)
class Source:
    """One export of one system.

    recognise  headings that all must be there; unless: headings of which none may be there
    is_vague   True where these are words that lists of other systems and kinds have too: it is not
               recognised where another heading tells of loans, holds, fees, orders or courses
    fills      the SELECT for each canonical table, the primary table first (its rows are the
               receipt's)
    headings   for a heading of the SELECTs, the other names that reports give it
    required   headings without which the export is refused, with the reason; the key is always
               required
    whole      True where a file holds every row of its scope, so that a missing row is gone
    scope      the canonical column by whose values a whole file is complete (None: complete for the
               system)
    absence    what a row's absence from a whole file means: nothing; that it is gone, if the file
               is about as long as the one before; or that the file replaces what was told of its
               scope, however long it is, also where all its rows of that scope are set aside
    happened   columns of the primary table that have happened (never due dates): the newest dates a
               file that does not say its time
    exported   heading that states when the file was written
    null_words texts that mean blank, besides nothing at all
    blanks     for a heading, texts that mean blank in that column alone
    loose      columns that people type freely: text that gives no value is blank there and rejects
               no row
    glean      for a heading of free text, which may name people, the pattern of what is read of it;
               the rest is written nowhere
    set_aside  named rules (SQL over headings) for rows that are not data: totals, padding
    only       for a table other than the first, the rule (SQL over headings) for the rows that it
               takes, also from those set aside
    footer     pattern of lines that are not rows and always stand there, such as a count at the end
    failure    pattern of lines that say the export broke off
    bare       where the export can come without its headings: the headings of all its columns in
               order, "" for those without a name
    fits       with bare: headings and the patterns that every value of theirs fits whole. A file
               without headings is recognised only if its first rows all fit; at least three
               patterns must not fit their own heading, so that width alone never tells
    command    the program that writes the export, always without headings: its columns are told by
               libstats.toml or the file's name
    letters    with command: the headings of the columns that a letter of its options gives
    is_elsewhere  True where times are written in a zone that is mostly not the library's (GMT):
                  refused unless libstats.toml tells the library's
    apart      how it is told from other declarations of the system with the same headings
    dates      how the report writes dates, in words, for the message about a date of another style
    where      for a heading, the file and line that says what becomes of it, for messages
    is_list    False for records, among which no row adds up others or repeats the headings
    """

    system: str
    name: str
    recognise: tuple[str, ...]
    fills: dict[str, str] = field(hash=False)
    unless: tuple[str, ...] = ()
    headings: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    required: dict[str, str] = field(default_factory=dict, hash=False)
    whole: bool = False
    scope: str | None = None
    absence: Absence = "nothing"
    happened: tuple[str, ...] = ()
    exported: str | None = None
    null_words: tuple[str, ...] = ()
    blanks: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    loose: tuple[str, ...] = ()
    glean: dict[str, str] = field(default_factory=dict, hash=False)
    set_aside: dict[str, str] = field(default_factory=dict, hash=False)
    only: dict[str, str] = field(default_factory=dict, hash=False)
    footer: str | None = None
    failure: str | None = None
    bare: tuple[str, ...] = ()
    fits: dict[str, str] = field(default_factory=dict, hash=False)
    command: str | None = None
    letters: dict[str, tuple[str, ...]] = field(default_factory=dict, hash=False)
    is_elsewhere: bool = False
    apart: Apart | None = None
    is_vague: bool = False
    dates: str = "year first, as in 2026-10-31"
    where: dict[str, str] = field(default_factory=dict, hash=False)
    is_list: bool = True

    @property
    def label(self) -> str:
        """The name that people see: `koha items`."""
        return f"{self.system} {self.name}"

    @cached_property
    def lines(self) -> dict[str, tuple[Line, ...]]:
        """The SELECT lines of each table."""
        return {table: read_select(text) for table, text in self.fills.items()}

    @property
    def primary(self) -> str:
        """The table whose rows the receipt counts."""
        return next(iter(self.fills))

    @property
    def is_placed(self) -> bool:
        """True where its rows are told their place, as scans are: the day in the file's name, the
        list and the number of the row are columns of it (readers/placed.py)."""
        return "shelf_scan" in self.fills

    @property
    def expressions(self) -> tuple[str, ...]:
        """All SQL of the declaration."""
        selected = (line.expression for lines in self.lines.values() for line in lines)
        return (*selected, *self.set_aside.values(), *self.only.values())

    @property
    def vendor_headings(self) -> tuple[str, ...]:
        """Every heading that the declaration reads, once, in order."""
        found = [h for sql in self.expressions for h in headings_in(sql)]
        return tuple(dict.fromkeys([*found, *((self.exported,) if self.exported else ())]))

    @cached_property
    def select_hash(self) -> str:
        """Fingerprint of what the declaration makes of a file; a change of it is a new export."""
        parts = (
            {table: unfolded(text) for table, text in self.fills.items()},
            sorted(self.headings.items()),
            self.null_words,
            sorted(self.set_aside.items()),
        )
        text = repr(
            (
                *parts,
                *(
                    extra
                    for extra in (self.bare, self.blanks, self.loose, self.glean, self.only)
                    if extra
                ),
            )
        )
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @property
    def tells_zones(self) -> bool:
        """True if its times may say their zone."""
        return any(line.tells_zone for lines in self.lines.values() for line in lines)

    def hash_in(self, timezone: str | None) -> str:
        """The fingerprint where times are turned into the clock of a zone: in another zone it is
        another export."""
        return (
            f"{self.select_hash} {timezone}" if timezone and self.tells_zones else self.select_hash
        )

    def names_of(self, heading: str) -> tuple[str, ...]:
        """A heading and the other names that reports give it, as they are compared."""
        return tuple(map(fold_heading, (heading, *self.headings.get(heading, ()))))

    @cached_property
    def wanted(self) -> tuple[frozenset[str], ...]:
        """For each heading of `recognise`, its names."""
        return tuple(frozenset(self.names_of(heading)) for heading in self.recognise)

    @cached_property
    def _unwanted(self) -> frozenset[str]:
        return frozenset(name for heading in self.unless for name in self.names_of(heading))

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        return {heading: self.names_of(heading) for heading in self.vendor_headings}

    def locate(self, header: Sequence[str]) -> dict[str, int]:
        """Position in `header` of each of the declaration's headings that is there."""
        positions: dict[str, int] = {}
        for position, heading in enumerate(header):
            positions.setdefault(fold_heading(heading), position)
        found = {}
        for heading, names in self._names.items():
            there = next((name for name in names if name in positions), None)
            if there is not None:
                found[heading] = positions[there]
        return found

    def recognises(self, header: Sequence[str], names: Set[str] | None = None) -> bool:
        """True if every `recognise` heading (or a variant of it) is in the header, and no `unless`
        heading; `names` are those of the header as they are compared, where they are known."""
        given = folded(header) if names is None else names
        return all(given & any_of for any_of in self.wanted) and not given & self._unwanted

    def fits_bare(self, rows: Sequence[Sequence[str]]) -> bool:
        """True if these first records are rows of the export without its headings: as wide as
        `bare`, and all fit the patterns, totals left out."""
        rows = [row for row in rows if not is_total(row)]
        width = len(self.bare)
        patterns = [(self.bare.index(heading), wanted) for heading, wanted in self.fits.items()]
        return bool(rows and patterns) and all(
            len(row) >= width
            and not any(cell.strip() for cell in row[width:])
            and all(pattern.fits(wanted, row[at].strip()) for at, wanted in patterns)
            for row in rows
        )


@dataclass(frozen=True)
class LeftAlone:
    """An export that is recognised and deliberately not loaded, with the reason that is told."""

    system: str
    name: str
    recognise: tuple[str, ...]
    why: str

    @property
    def label(self) -> str:
        """The name that people see."""
        return f"{self.system} {self.name}"

    @property
    def is_pattern(self) -> bool:
        """True if it is recognised by the first heading, which fits a pattern between slashes."""
        return self.recognise[0].startswith("/")

    @cached_property
    def wanted(self) -> tuple[frozenset[str], ...]:
        """The headings that must be there, as they are compared; none for a pattern."""
        return () if self.is_pattern else tuple(frozenset(folded((h,))) for h in self.recognise)

    def recognises(self, header: Sequence[str], names: Set[str] | None = None) -> bool:
        """True if every heading is in the header, or its first one fits the pattern; `names` are
        those of the header as they are compared, where they are known."""
        if self.is_pattern:
            return bool(header) and bool(re.search(self.recognise[0].strip("/"), header[0]))
        given = folded(header) if names is None else names
        return all(given & any_of for any_of in self.wanted)
