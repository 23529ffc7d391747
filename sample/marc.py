"""What Koha writes of some titles and their copies as MARC records, with what is wrong with a few.

They are titles and copies of the lists of the same day, under the same numbers: nothing is there
twice.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sample import koha, oddities
from sample.library import Library
from sample.oddities import Oddity
from sample.places import LAST
from sample.records import Item, Title

FOLDER = "marc"
FILE = f"{FOLDER}/bibs-{LAST}.mrc"
FIELD, SUBFIELD, END = b"\x1e", b"\x1f", b"\x1d"
HOW_MANY = 12
"""So many titles besides those whose letters or year are planted."""
AGENCIES = ("XX-QbV", "DLC", "UKM", "XX-QbV")
"""Who made a record (040 $a): the library itself, the Library of Congress, another."""
OWN, LEVELS = AGENCIES[0], " 4 7"
SUBFIELDS = {
    "9": "itemnumber", "p": "barcode", "a": "homebranch", "b": "holdingbranch", "c": "location", "8": "ccode",
    "y": "itype", "o": "itemcallnumber", "2": "cn_source", "6": "cn_sort", "d": "dateaccessioned", "g": "price",
    "v": "replacementprice", "l": "issues", "m": "renewals", "s": "datelastborrowed", "r": "datelastseen",
    "q": "onloan", "0": "withdrawn", "1": "itemlost", "4": "damaged", "7": "notforloan", "h": "enumchron",
    "t": "copynumber",
}  # fmt: skip
"""The subfields of 952, and the columns of the list of items that say the same."""
MARC_8 = {"Ø": b"\xa2", "ø": b"\xb2", "Æ": b"\xa5", "æ": b"\xb5", "Ł": b"\xa1", "ł": b"\xb1"}
ACCENTS = {"\u0300": b"\xe1", "\u0301": b"\xe2", "\u0302": b"\xe3", "\u0303": b"\xe4", "\u0304": b"\xe5"} | {
    "\u0306": b"\xe6", "\u0307": b"\xe7", "\u0308": b"\xe8", "\u030c": b"\xe9", "\u0328": b"\xf1"
}  # fmt: skip
"""Accents of MARC-8, which stand before their letter."""
NORDIC = "Ølandets"
LACKS_PAGES, LACKS_SUBJECT, HAS_NOTE = (3, 8), (4,), (5,)
"""The records, by their place, that have no 300, no 650, and a note of the library's own (590)."""
OFF_BY = 7
"""What the wrong length of a record is too long by."""

ODDITIES = (
    Oddity(
        "copies that the lists have too",
        f"`{FILE}`: the numbers of titles and copies are those of `items` and `biblios`",
        "takes them for the same titles and copies, and learns language, class and who made the record",
    ),
    Oddity(
        "a wrong length",
        f"`{FILE}`: the first record says that it is {OFF_BY} bytes longer",
        "reads it to the byte that ends it",
    ),
    Oddity(
        "letters of MARC-8",
        f"`{FILE}`: *{NORDIC} siste fyr* has a blank leader/09, and an Ø of one byte",
        "gives the title the letter that it has in `biblios`",
    ),
    Oddity(
        "a date that is a century",
        f"`{FILE}`: one record has `[19--?]` in 264 and no year in 008",
        "says from 1900 to 1999, and no year",
    ),
    Oddity(
        "two dates that contradict each other",
        f"`{FILE}`: the second record has another year in 264 than in 008",
        "takes that of 008 and doubts it",
    ),
    Oddity(
        "records that lack something",
        f"`{FILE}`: two have no 300, one no 650; others have no class, no number, a low level",
        "counts each by what it lacks, and names it to be looked at",
    ),
    Oddity(
        "a record that is no title",
        f"`{FILE}`: the last but one is an authority",
        "sets it aside and counts it",
    ),
    Oddity(
        "a damaged record",
        f"`{FILE}`: the last one is cut within its directory",
        "rejects it by its number in the file, and keeps the others",
    ),
)


@dataclass(frozen=True, slots=True)
class Record:
    """A title with its copies, and what its record says that no list does."""

    title: Title
    items: tuple[Item, ...]
    agency: str
    level: str
    imprint: str
    """264 $c."""
    place: int
    """Which of the file it is, from 0 on."""

    @property
    def year(self) -> str:
        """Return the year of 008, blank where it has none."""
        return self.title.year

    @property
    def language(self) -> str:
        """Return the code of 008/35-37."""
        return "nor" if NORDIC in self.title.title else "eng"

    @property
    def faults(self) -> list[str]:
        """Return what it lacks, or has wrong, in the words of a first look, and what is local."""
        found = {
            "doubtful year": self.place == 1,
            "no class number": not self.number,
            "no standard number": not self.title.isbn,
            "no subject": self.place in LACKS_SUBJECT,
            "no description": self.place in LACKS_PAGES,
            "level below core": self.level == "7",
            "local field": self.place in HAS_NOTE,
        }
        return [name for name, is_so in found.items() if is_so]

    @property
    def number(self) -> str:
        """Return the class number, blank for fiction."""
        return next((part for part in self.title.call_number.split() if part[0].isdigit()), "")


def records(library: Library) -> list[Record]:
    """Return the titles that are written, in order of number."""
    copies: dict[int, list[Item]] = {}
    for item in library.items:
        copies.setdefault(item.title.number, []).append(item)
    plain = [
        title
        for title in library.titles
        if title.year not in ("", "9999")
        and title.title.isascii()
        and all(item.issues is not None for item in copies[title.number])
    ][:HOW_MANY]
    century = [title for title in library.titles if not title.year][:1]
    nordic = [title for title in library.titles if NORDIC in title.title]
    chosen = sorted({*(t.number for t in (*plain, *century, *nordic))})
    titles = {title.number: title for title in library.titles}
    return [
        Record(
            titles[number],
            tuple(copies[number]),
            AGENCIES[place % len(AGENCIES)],
            LEVELS[place % len(LEVELS)],
            _imprint(titles[number], place),
            place,
        )
        for place, number in enumerate(chosen)
    ]


def _imprint(title: Title, place: int) -> str:
    if not title.year:
        return "[19--?]"
    return f"{int(title.year) - 20}." if place == 1 else f"{title.year}."


def write(folder: Path, library: Library) -> dict[str, int]:
    """Write the file; return how many rows each of its lists has."""
    found = records(library)
    texts = [_bibliographic(record) for record in found]
    texts[0] = b"%05d" % (int(texts[0][:5]) + OFF_BY) + texts[0][5:]
    texts.append(_authority())
    texts.append(texts[1][:30] + END)
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / FILE).write_bytes(b"".join(texts))
    return {FILE: len(texts)}


def _bibliographic(record: Record) -> bytes:
    title = record.title
    is_marc_8 = NORDIC in title.title
    code = f"s{title.year}    " if title.year else "nuuuuuuuu"
    fields = [
        ("001", f"{title.number}"),
        ("005", f"{title.changed:%Y%m%d%H%M%S}.0"),
        ("008", f"{title.created:%y%m%d}{code}xx            000 0 {record.language}  "),
        *([("020", f"  $a{title.isbn}")] if title.isbn else []),
        ("040", f"  $a{record.agency}$c{OWN}"),
        *([("082", f"04$a{record.number}")] if record.number else []),
        *([("100", f"1 $a{title.author}")] if title.author else []),
        ("245", f"10$a{title.title}"),
        ("264", f" 1$b{title.publisher}$c{record.imprint}"),
        *([] if record.place in LACKS_PAGES else [("300", "  $a1 v.")]),
        *([] if record.place in LACKS_SUBJECT else [("650", " 0$aRivers.")]),
        *([("590", "  $aRebound here.")] if record.place in HAS_NOTE else []),
        ("942", f"  $c{title.kind.itype}"),
        *(("952", _copy(item)) for item in record.items),
        ("999", f"  $c{title.number}$d{title.number}"),
    ]
    leader = f"00000nam {' ' if is_marc_8 else 'a'}2200000{record.level}i 4500"
    return _iso_2709([(tag, _bytes(text, is_marc_8)) for tag, text in fields], leader)


def _copy(item: Item) -> str:
    row = oddities.in_item(item, koha.item_row(item, LAST))
    told = dict(zip(koha.HEADINGS["items"], row, strict=True))
    return "  " + "".join(f"${code}{told[name]}" for code, name in SUBFIELDS.items() if told[name])


def _authority() -> bytes:
    fields = [
        ("001", "auth1"),
        ("008", "221101n| azannaabn          |a aaa      "),
        ("100", "1 $aMarrowby, Tessa"),
    ]
    return _iso_2709(
        [(tag, _bytes(text, False)) for tag, text in fields], "00000nz  a2200000n  4500"
    )


def _bytes(text: str, is_marc_8: bool) -> bytes:
    parts = [_in_marc_8(part) if is_marc_8 else part.encode() for part in text.split("$")]
    return SUBFIELD.join(parts)


def _in_marc_8(text: str) -> bytes:
    """Return letters as MARC-8 has them: each accent before its letter."""
    found = b""
    for letter in text:
        base, *accents = unicodedata.normalize("NFD", letter)
        found += b"".join(ACCENTS[accent] for accent in accents)
        found += MARC_8.get(base) or base.encode("ascii")
    return found


def _iso_2709(fields: Sequence[tuple[str, bytes]], leader: str) -> bytes:
    directory, body = b"", b""
    for tag, field in fields:
        directory += tag.encode() + b"%04d%05d" % (len(field) + 1, len(body))
        body += field + FIELD
    base = 24 + len(directory) + 1
    head = f"{base + len(body) + 1:05}{leader[5:12]}{base:05}{leader[17:]}"
    return head.encode() + directory + FIELD + body + END


def truth(library: Library) -> dict[str, Any]:
    """Return what the records say, and what becomes of each."""
    found = records(library)
    return {
        "titles": len(found),
        "set_aside": 1,
        "rejected": 1,
        "copies": sum(len(record.items) for record in found),
        "agency": OWN,
        "records": [
            {
                "title_id": str(record.title.number),
                "title": record.title.title,
                "language": record.language,
                "class": record.number or None,
                "agency": record.agency,
                "level": record.level.replace(" ", "#"),
                "years": [int(record.year)] * 2 if record.year else [1900, 1999],
                "is_year_suspect": place == 1,
                "faults": record.faults,
                "barcodes": [item.barcode for item in record.items],
            }
            for place, record in enumerate(found)
        ],
    }
