"""For a person: which fields and subfields a file of MARC records has, and a map for it that a
library may edit. Values are looked at, and never shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from libstats.declaration.marc_sources import Map
from libstats.readers.marc.layout import Layout
from libstats.readers.marc.part import Marc
from libstats.readers.marc.record import Record
from libstats.readers.part import idle
from libstats.recognise import marc_orders
from libstats.recognise.known import Config
from libstats.recognise.marc import chosen
from libstats.recognise.marc_census import Census, census
from libstats.recognise.marc_screen import Screen, is_title
from libstats.sources import marc

MOST_RECORDS = 20_000
KINDS = {
    "z": "authorities",
    "w": "classification",
    "q": "community",
    "u": "holdings",
    "v": "holdings",
    "x": "holdings",
    "y": "holdings",
}
# fields that are copies in some system, and any that a library may have made so
_MAY_BE_COPIES = re.compile(r"852|87[678]|9\d\d")
_VALUES = 500
_BARCODE = re.compile(r"[A-Za-z]{0,3}\d{5,}[A-Za-z0-9]?")
_CALL_NUMBER = re.compile(r"[A-Z]{1,3} ?\d{1,4}[ .].*|\d{3}(\.\d+)?([ /].*)?")
_PRICE = re.compile(r"\$?\d{1,4}\.\d\d")


@dataclass
class Values:
    """Some values of the subfields of fields that may be copies."""

    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def add(self, number: int, record: Record) -> None:
        """Take over those of one more record."""
        for tag, fields in record.fields.items():
            if _MAY_BE_COPIES.fullmatch(tag):
                for each in fields:
                    for part in each.split("\x1f")[1:]:
                        kept = self.found.setdefault((tag, part[:1]), [])
                        if part[1:].strip() and len(kept) < _VALUES:
                            kept.append(part[1:].strip())

    def share(self, tag: str, code: str, wanted: re.Pattern[str]) -> float:
        """The share of values that look like something."""
        kept = self.found.get((tag, code), [])
        return sum(bool(wanted.fullmatch(v)) for v in kept) / len(kept) if kept else 0.0

    def distinct(self, tag: str, code: str) -> float:
        """The share of values that are different."""
        kept = self.found.get((tag, code), [])
        return len(set(kept)) / len(kept) if kept else 0.0


def looked_at(part: Marc) -> tuple[Census, Values]:
    """What the records of a file have."""
    values = Values()
    return census(part.place, part.file.xml, MOST_RECORDS, values.add), values


def shown(part: Marc, config: Config) -> list[str]:
    """The census, and the proposed map, as lines."""
    screen, values = Screen(), Values()
    numbers = Numbers(_number_of(part, config))

    def also(number: int, record: Record) -> None:
        values.add(number, record)
        screen.add(number, record)
        numbers.add(number, record)

    found = census(part.place, part.file.xml, MOST_RECORDS, also)
    kinds = Counter(KINDS.get(kind, "titles") for kind in found.kinds.elements())
    kinds["titles"] -= found.deleted  # as far as they are titles
    told = ", ".join(
        f"{number:,} {kind}{'' if kind == 'titles' else ' (set aside)'}"
        for kind, number in sorted({**kinds, "deleted": found.deleted}.items())
        if number
    )
    if found.unread:
        told += f", {found.unread:,} that cannot be read"
    most = (
        f"the first {found.records:,} records" if found.records >= MOST_RECORDS else "its records"
    )
    return [
        f"  read by the map {part.map}; {most} are: {told or 'none'}",
        *(
            f"  record {number:,}, from byte {each.at:,} on: {each.reason}"
            for number, each in found.first_unread
        ),
        *([f"  {part.where_cut()}"] if part.file.counted(idle).is_cut else []),
        *numbers.lines(),
        "  fields (how many records have one; how many there are; how many of these have which):",
        *_fields(found),
        *screen.lines(),
        '  a map for it, which --write "ours" writes into ours.map to be edited:',
        *(f"    {line}" for line in proposed(found, values, config).splitlines()),
    ]


@dataclass
class Numbers:
    """The numbers of titles: how many there are, and those that several titles have."""

    of: Layout
    found: Counter[str] = field(default_factory=Counter)

    def add(self, number: int, record: Record) -> None:
        """Count that of one more title."""
        if is_title(record):
            told = next((value for value in self.of.row(record) if value), "")
            self.found.update([told] if told else [])

    def lines(self) -> Iterator[str]:
        """How many titles will be held, where several have one number."""
        several = [number for number, times in self.found.items() if times > 1]
        if several:
            shown = ", ".join(sorted(several, key=lambda text: (len(text), text))[:3])
            yield (
                f"  {self.found.total():,} titles have {len(self.found):,} numbers, so"
                f" {len(self.found):,} will be held: several have the bib number {shown}"
                f"{' ...' if len(several) > 3 else ''}"
            )


def _number_of(part: Marc, config: Config) -> Layout:
    """What gives the number of a title, as the map of a list of records says."""
    entries = marc.named(part.map, config).entries
    named = next(e for e in entries if (e.table, e.column) == ("title", "title_id"))
    return Layout(tuple(named.headings))


def _fields(found: Census) -> Iterator[str]:
    for tag in sorted(found.fields):
        codes = sorted((code, n) for (t, code), n in found.subfields.items() if t == tag)
        within = f": {', '.join(f'${code} {n:,}' for code, n in codes)}" if codes else ""
        yield f"    {tag}  {found.having[tag]:,}; {found.fields[tag]:,}{within}"


def proposed(found: Census, values: Values, config: Config) -> str:
    """The text of a map: that of the system with what the file lacks left out; where nothing tells
    the system, what the values look like; and lines for orders that no map tells of."""
    fitting = chosen(found, config)
    orders = marc_orders.undeclared(found, fitting)
    lines = ["", *marc_orders.proposed(found, values.found, orders)] if orders else []
    return "\n".join([_of_system(fitting, found, values), *lines])


def _of_system(fitting: Map, found: Census, values: Values) -> str:
    tag = _tag_of(fitting, found) if fitting.copies else _likely(found, values)
    text = marc.text_of(f"{fitting.name}") or marc.text_of(f"{fitting.name}.map") or ""
    if fitting.copies:
        return _trimmed(text, tag, found)
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "known"))]
    return "\n".join([*lines, *(_by_values(tag, fitting, found, values) if tag else ())])


def _tag_of(fitting: Map, found: Census) -> str:
    return max(fitting.copies, key=lambda tag: found.fields[tag])


def _trimmed(text: str, tag: str, found: Census) -> str:
    """A map's text with the lines of subfields that the file has; the others, and subfields that no
    line reads, as remarks."""
    head, _, copies = text.partition("\ncopies ")
    lines, read = [f"copies {tag}"], set[str]()
    for line in copies.split("\n")[1:]:
        codes = re.findall(r"(?<![0-9A-Za-z])\$([0-9a-z]+)", line.partition("#")[0])
        read.update("".join(codes))
        is_there = not codes or any(found.subfields[tag, c] for each in codes for c in each)
        lines.append(line if is_there or not line.strip() else f"# {line}  (not in the file)")
    rest = sorted(code for t, code in found.subfields if t == tag and code not in read)
    lines += [f"# ${code} in {found.subfields[tag, code]:,} is read by no line" for code in rest]
    kept = [line for line in head.split("\n") if line.strip() and not line.startswith("known")]
    return "\n".join([*kept, "", *(line for line in lines if line.strip())])


def _likely(found: Census, values: Values) -> str:
    """The field that looks most like copies: one with a subfield of distinct barcodes; or none."""
    tags = {tag for tag, code in values.found if _barcode(tag, found, values)}
    return max(sorted(tags), key=lambda tag: found.fields[tag], default="")


def _barcode(tag: str, found: Census, values: Values) -> str:
    """The subfield of a field that holds barcodes."""
    likely = [
        code
        for t, code in sorted(values.found)
        if t == tag
        and found.subfields[tag, code] >= 0.9 * found.fields[tag]
        and values.share(tag, code, _BARCODE) >= 0.8
        and values.distinct(tag, code) >= 0.95
    ]
    return likely[0] if likely else ""


def _by_values(tag: str, fitting: Map, found: Census, values: Values) -> Iterator[str]:
    """Lines for a field of copies of no known system, by what its values look like."""
    number = _barcode(tag, found, values)
    title_id = next(e for e in fitting.entries if (e.table, e.column) == ("title", "title_id"))
    yield ""
    yield f"copies {tag}"
    yield f"barcode      ${number}"
    yield f"title_id     {' or '.join(title_id.headings)}"
    for code in sorted(code for t, code in values.found if t == tag and code != number):
        if values.share(tag, code, _CALL_NUMBER) >= 0.6:
            yield f"call_number  ${code}"
        elif values.share(tag, code, _PRICE) >= 0.9:
            yield f"price        ${code} typed_amount"
        else:
            yield f"# COLUMN     ${code}  (in {found.subfields[tag, code]:,} of them)"
