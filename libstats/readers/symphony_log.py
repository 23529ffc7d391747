"""The history log of SirsiDynix Symphony: a line is a transaction, its fields stand behind codes of
two letters, in any order.

    E202610311048422967R ^S61CVFWDESK1^FEMAIN^dC6^NQ31221000000001^UO29999000000001^^O

First the moment and the station, then a sequence number with the command (CV is a charge) and the
first field, then the others. There are some two thousand codes, patrons' PINs (Uf) and addresses
among them: only those in CODES become columns, the rest of a line never leaves this file. The same
transaction may stand in the file of the day and in that of the month.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from libstats.readers.delimited import BLOCK, decode_line
from libstats.readers.part import Advance, Count, Part, idle
from libstats.readers.quotes import Counter

# library of the station, kind of client, the copy's barcode, the user's barcode
CODES = ("FE", "dC", "NQ", "UO")
HEADINGS = ("time", "command", "is system card", *CODES)
START = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*[A-Z]\d{18}[A-Z] ?\^S\d\d[A-Za-z]{2}")
_LINE = re.compile(r"[A-Z](\d{14})\d{4}[A-Z] ?\^S\d\d([A-Za-z]{2})(.*)")
# another transaction in the same line: the end between them is lost
_ANOTHER = re.compile(r"\d{18}[A-Z] ?\^S\d\d")
# what stands behind the fields of every line
_CLOSE = "^^O"
# MAIN-DISCARD: a card that stands for a place where copies go, not for a person
_SYSTEM_CARD = re.compile(r"[A-Z]+-[A-Z]{4,}\S*")


@dataclass(frozen=True)
class SymphonyLog(Part):
    """A log as a table: the moment, the command, and a column for each code in CODES."""

    @property
    def form(self) -> str:
        """What its bytes are."""
        return "history log of Symphony, its codes as columns"

    def headers(self) -> Iterator[SymphonyLog]:
        """The log under its only headings, which do not stand in it."""
        yield replace(self, header=HEADINGS, is_bare=True)

    def firsts(self) -> Iterator[tuple[SymphonyLog, list[list[str]]]]:
        """Nothing: it is recognised by its form."""
        yield from ()

    def count(self, advance: Advance = idle) -> Count:
        """Fingerprint it and count its lines; FileRefused where packed bytes cannot be unpacked."""
        digest, size, counter = hashlib.sha256(), 0, Counter(ord("^"), quoted=False)
        with self.place.open() as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
                # carriage returns mean nothing here: a log sent on as text may have two at the end
                # of a line
                counter.add(block.replace(b"\r", b""))
                advance(len(block) if self.place.is_plain else 0)
        return Count(
            digest.hexdigest(), size, counter.records(), ends_cleanly=counter.ends_cleanly()
        )

    def records(
        self, counted: Count | None = None, advance: Advance = idle
    ) -> Iterator[tuple[int, list[str]]]:
        """(line, fields) of every line that is not blank; a line of another form has no fields, nor
        has a last one that is cut."""
        is_closed = False
        with self.place.open() as stream:
            for number, line in enumerate(stream, start=1):
                advance(len(line) if self.place.is_plain else 0)
                if text := decode_line(line).replace("\r", "").removesuffix("\n"):
                    # cut within a barcode or a number of a user it would tell of another copy or
                    # person
                    is_cut = is_closed and not line.endswith(b"\n") and _CLOSE not in text
                    is_closed = _CLOSE in text
                    yield (
                        number,
                        [""] if is_cut else fields(text.replace("\0", "").removeprefix("\ufeff")),
                    )


def fields(line: str) -> list[str]:
    """The line's values in the order of HEADINGS; of a code that comes again the first. None at all
    if the line has another form, or holds two transactions."""
    match = _LINE.fullmatch(line)
    if not match or _ANOTHER.search(match[3]):
        return [""]
    values: dict[str, str] = {}
    for field in match[3].split("^"):
        values.setdefault(field[:2], field[2:].strip())
    is_card = bool(_SYSTEM_CARD.fullmatch(values.get("UO", "")))
    values |= {"UO": ""} if is_card else {}
    return [match[1], match[2], str(int(is_card)), *(values.get(code, "") for code in CODES)]
