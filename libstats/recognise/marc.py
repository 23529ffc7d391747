"""MARC records: which map says what is read of a file, told by libstats.toml or by the fields that
the file has; and the two lists that it is then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from libstats.declaration.marc_sources import Map
from libstats.declaration.source import Source
from libstats.errors import FileRefused
from libstats.readers.delimited import Delimited
from libstats.readers.marc.file import File, of_place
from libstats.readers.marc.layout import Layout
from libstats.readers.marc.part import Marc
from libstats.readers.marc.rows import Layouts
from libstats.readers.marc.xml import START
from libstats.readers.place import Place
from libstats.recognise import marc_orders
from libstats.recognise.known import Config
from libstats.recognise.marc_census import Census, census
from libstats.sources import marc

# files of OCLC are told by the numbers of nearly all records
MOSTLY = 0.9


def chosen(found: Census, config: Config) -> Map:
    """The map for a file: the library's, of several that of which the file has the most fields,
    else the first; without any, the shipped one of which it has the most."""
    own = marc.of_library(config)
    maps = own or tuple(map(marc.shipped, marc.NAMES))
    if len(own) == 1:
        return own[0]
    fitting = [(bool(each.copies), size, each) for each in maps if (size := _fits(found, each))]
    if fitting:  # one that reads copies too goes before one of orders alone
        return max(fitting, key=lambda one: one[:2])[2]
    if own:
        return own[0]
    is_theirs = found.of_oclc >= MOSTLY * found.records > 0
    return marc.shipped("oclc" if is_theirs else "plain")


def _fits(found: Census, each: Map) -> int:
    """How many fields of a map tell that a file is one of its system's; 0 where they do not."""
    tags = (*each.copies, *each.orders)
    return max(
        (len(known) for known in each.known if all(found.has(one, tags) for one in known)),
        default=0,
    )


def of_orders(found: Census, titles: Map, config: Config) -> Map | None:
    """The map for the orders in a file: the one for its titles, if that reads orders, else that of
    the library's of which it has the most fields."""
    if titles.orders:
        return titles
    fitting = [(_fits(found, each), each) for each in marc.of_library(config) if each.orders]
    most = max(fitting, key=lambda one: one[0], default=(0, None))
    return most[1] if most[0] else None


def parts_of(place: Place, config: Config, text: Delimited | None = None) -> Iterator[Marc]:
    """The records of a file, and the copies and the orders in them if its map tells of any; orders
    of which no map tells are a list too, which is refused. `text` where it is MARCXML."""
    encoding, head = (text.encoding, text.head) if text else ("", "")
    counted = census(place, encoding)
    own = marc.of_library(config)
    _refuse_unimarc(place, counted, is_told=len(own) == 1)
    found = chosen(counted, config)
    headers = {name: source.vendor_headings for name, source in found.lists.items()}
    copies = Layout(headers.get("copies", ()), found.copies)
    file = of_place(place, Layouts(Layout(headers["records"]), copies), encoding, head)
    orders = of_orders(counted, found, config)
    every = {**found.lists, **({"orders": orders.lists["orders"]} if orders else {})}
    labels = tuple(source.label for source in every.values())
    for what in ("records", "copies"):
        if what in headers:
            yield replace(_list(place, file, found, headers[what], what), lists=labels)
    if orders is not None:
        header = orders.lists["orders"].vendor_headings
        read = Layouts(Layout(()), Layout(header, orders.orders))
        yield _list(place, of_place(place, read, encoding, head), orders, header, "orders")
    elif tag := marc_orders.undeclared(counted, found):
        untold = _list(place, file, found, (), "orders")
        yield replace(untold, why=marc_orders.why(counted, tag))


def _refuse_unimarc(place: Place, found: Census, is_told: bool) -> None:
    """FileRefused for records of another form of MARC, whose fields mean other things."""
    if found.is_unimarc and not is_told:
        raise FileRefused(
            f"{place.name}: its records are UNIMARC; libstats reads MARC 21",
            "Export them as MARC 21. Or write a map of your own and name it below [marc] in"
            " libstats.toml: docs/export-marc.md says how.",
        )


def _list(place: Place, file: File, found: Map, header: tuple[str, ...], what: str) -> Marc:
    name = found.name.removesuffix(".map")
    return Marc(place, header=header, is_bare=True, file=file, map=name, what=what)


def probe(text: Delimited, config: Config) -> Iterator[Marc] | None:
    """The lists in a text, if it is MARCXML."""
    return parts_of(text.place, config, text) if START.match(text.head) else None


def source_of(part: Marc, config: Config) -> Source:
    """The declaration for one of the lists. FileRefused for orders of which no map tells."""
    if part.why:
        raise FileRefused(f"{part.name}: {part.why}", marc_orders.REMEDY)
    return marc.named(part.map, config).lists[part.what]
