"""The tables of a file of EDIFACT: each kind of row that its messages hold is a part, as the sheets
of a workbook are. Messages of a kind that is not read are a part too, which says so."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers.edifact import invoices as bills
from libstats.readers.edifact import orders
from libstats.readers.edifact.lines import split
from libstats.readers.edifact.messages import AGAIN, USUAL, Damage, File, Message, opened
from libstats.readers.part import Advance, Count, Damaged, Part, idle
from libstats.readers.place import Place

__all__ = ["KINDS", "Kind", "Messages", "parts"]


def _of_message(message: Message) -> list[int]:
    return [message.first]


def _of_lines(message: Message) -> list[int]:
    return [segment.number for segment in message.segments if segment.tag == "LIN"]


def _of_charges(message: Message) -> list[int]:
    head, _, end = split(message)
    return [segment.number for segment in (*head, *end) if segment.tag == "ALC"]


@dataclass(frozen=True)
class Kind:
    """One kind of row: the messages that have it, its headings, its rows, and the segments with
    which these begin."""

    name: str
    messages: tuple[str, ...]
    header: tuple[str, ...]
    rows: Callable[[Message], list[list[str]]]
    firsts: Callable[[Message], list[int]]


KINDS = (
    Kind("invoices", ("INVOIC",), bills.INVOICES, bills.invoices, _of_message),
    Kind("invoice lines", ("INVOIC",), bills.LINES, bills.lines, _of_lines),
    Kind("invoice charges", ("INVOIC",), bills.CHARGES, bills.charges, _of_charges),
    Kind("orders", ("ORDERS",), orders.ORDERS, orders.lines, _of_lines),
    Kind("answers", ("ORDRSP",), orders.ANSWERS, orders.lines, _of_lines),
    Kind("quotes", ("QUOTES",), orders.QUOTES, orders.lines, _of_lines),
    Kind("copies", ("ORDERS", "QUOTES"), orders.COPIES, orders.copies, orders.copies_in),
)


# why messages of other kinds are left alone
NOT_READ = {
    "DESADV": "a despatch advice says what was sent; what came, your library system tells",
    "RECADV": "a receiving advice repeats what your library system tells",
    "OSTENQ": "a question of the library about its orders; the answer comes as ORDRSP, or OSTRPT",
    "OSTRPT": "a report on orders; no vendor's file was there to prove how it is read",
    "ORDCHG": "a change of an order, which your library system tells",
    "CONTRL": "it says only that messages were taken in",
    "APERAK": "it says only that messages were taken in",
    "GENRAL": "free text, which is not read",
    "PRICAT": "a catalogue of prices, of which nothing was ordered",
    "SLSRPT": "a report of sales",
    "REMADV": "an advice of payment; load the finance office's list of payments",
}
UNKNOWN = "libstats reads INVOIC, ORDERS, ORDRSP and QUOTES"


@dataclass(frozen=True)
class Messages(Part):
    """The rows of one kind in the messages of a file; `kind` is None for messages that are not
    read, for the reason `why`."""

    file: File | None = field(default=None, repr=False, compare=False)
    kind: Kind | None = None
    why: str = ""

    @property
    def name(self) -> str:
        """Its name in messages: `day.edi, invoice lines`."""
        return f"{replace(self.place, sheet=None).name}, {self.place.sheet}"

    @property
    def form(self) -> str:
        """What its bytes are."""
        return "messages of EDIFACT; a line is a segment, by its number in the file"

    @property
    def _file(self) -> File:
        assert self.file is not None
        return self.file

    def headers(self) -> Iterator[Messages]:
        """The rows under their only headings. NotLoadedYet for messages of another kind,
        FileRefused where each of them is damaged."""
        if self.kind is None:
            raise NotLoadedYet(f"{self.name}: {self.why}")
        told = [row for _, row in self.records()]
        damaged = [row.reason for row in told if isinstance(row, Damaged)]
        if damaged and len(damaged) == len(told):
            raise FileRefused(f"{self.name}: {damaged[0]}", AGAIN)
        yield replace(self, header=self.kind.header, is_bare=True)

    def firsts(self) -> Iterator[tuple[Messages, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """The fingerprint, and the rows counted in the text itself, without its messages."""
        advance(self.place.packed if self.place.is_plain else 0)
        file, kind = self._file, self.place.sheet or ""
        fingerprint = hashlib.sha256(f"{file.sha256}#{kind}".encode()).hexdigest()
        return Count(fingerprint, file.size, counts(file.text).get(kind, 0))

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(number of the segment, values) of every row; of a message that is damaged its rows say
        what is wrong with it."""
        kind = self.kind
        assert kind is not None
        for message in self._file.messages:
            if message.kind in kind.messages:
                firsts = kind.firsts(message)
                yield from zip(firsts, _rows(kind, message, len(firsts)), strict=True)


def _rows(kind: Kind, message: Message, number: int) -> list[list[str]]:
    if not message.damage:
        try:
            return kind.rows(message)
        except Damage as damage:
            message.damage = str(damage)
    return [Damaged(f"{message.damage}: nothing of the message is loaded") for _ in range(number)]


def parts(place: Place) -> Iterator[Messages]:
    """The parts of a file. FileRefused where it is cut, NotLoadedYet where it holds no message."""
    file = opened(place)
    if not file.messages:
        raise NotLoadedYet(f"{place.name}: it holds no messages")
    told = counts(file.text)
    for at, kind in enumerate(KINDS, start=1):
        if told.get(kind.name):
            named = replace(place, sheet=kind.name, sheet_number=at)
            yield Messages(named, file=file, kind=kind)
    for at, (name, why) in enumerate(_unread(file), start=len(KINDS) + 1):
        yield Messages(replace(place, sheet=name, sheet_number=at), file=file, why=why)


def _unread(file: File) -> list[tuple[str, str]]:
    """The messages that have no row in any table, by their kinds, and why."""
    read = {name for kind in KINDS for name in kind.messages}
    found: dict[str, int] = {}
    empty: dict[str, int] = {}
    for message in file.messages:
        if message.kind not in read:
            found[message.kind] = found.get(message.kind, 0) + 1
        elif not any(kind.firsts(message) for kind in KINDS if message.kind in kind.messages):
            empty[message.kind] = empty.get(message.kind, 0) + 1
    return [
        *(
            (name or "no kind", f"{_many(number)} of this kind: {NOT_READ.get(name, UNKNOWN)}")
            for name, number in found.items()
        ),
        *((f"{name} alone", f"{_many(number)} without a line") for name, number in empty.items()),
    ]


def _many(number: int) -> str:
    return "1 message" if number == 1 else f"{number:,} messages"


def counts(text: str) -> dict[str, int]:
    """How many rows of each kind a text holds: by the beginnings of its segments alone, apart from
    what reads them."""
    found: dict[str, int] = {}
    message, place, copies = "", "head", dict[str, int]()
    for tag, rest, component, kinds in _beginnings(text):
        told: list[str] = []
        if tag == "UNH":
            message, place, copies = rest, "head", {}
            told = ["invoices"] if rest == "INVOIC" else []
        elif tag == "LIN":
            place, copies = "line", {}
            told = [_OF_LINE.get(message, "")]
        elif tag == "UNS":
            place = "end"
        elif tag == "ALC" and place != "line" and message == "INVOIC":
            told = ["invoice charges"]
        elif tag == "GIR" and place == "line" and message in ("ORDERS", "QUOTES"):
            told = ["copies"] * orders.begun(copies, component, kinds)
        for name in filter(None, told):
            found[name] = found.get(name, 0) + 1
    return found


_OF_LINE = {
    "INVOIC": "invoice lines",
    "ORDERS": "orders",
    "ORDRSP": "answers",
    "QUOTES": "quotes",
}


def _beginnings(text: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """The tag of each segment, of UNH the kind of the message, of others the first component; and
    the last components of its other elements."""
    for signs, stretch in _stretches(text):
        component, element, release, end = signs[0], signs[1], signs[3], signs[5]
        held = ""
        for piece in stretch.split(end):
            held += piece
            if release != " " and (len(held) - len(held.rstrip(release))) % 2:
                held += end
                continue
            plain = re.sub(r"[\r\n]", "", held).lstrip("\t \ufeff\x1a\0")
            tag, _, rest = plain.partition(element)
            first = rest.split(element)
            kind = first[1] if tag.strip() == "UNH" and len(first) > 1 else first[0]
            kinds = [each.rpartition(component)[2].strip() for each in first[1:]]
            yield tag.strip(), kind.split(component)[0].strip(), first[0].strip(), kinds
            held = ""


def _stretches(text: str) -> Iterator[tuple[str, str]]:
    """The text parted where other signs begin, with the signs of each."""
    signs, at = USUAL, 0
    while True:
        start = len(text) - len(text[at:].lstrip("\r\n\t \ufeff\x1a\0"))
        if text.startswith("UNA", start) and len(text) - start >= 9:
            signs, at = text[start + 3 : start + 9], start + 9
        match = re.compile(rf"{re.escape(signs[5])}\s*(?=UNA.{{6}}\s*UN[BGH])", re.DOTALL).search(
            text, at
        )
        yield signs, text[at : match.end() if match else len(text)]
        if match is None:
            return
        at = match.end()
