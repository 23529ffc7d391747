"""MARCXML: each `record` of a collection, or of a harvest (OAI-PMH, SRU), as it comes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.parsers import expat

from libstats.errors import FileRefused
from libstats.readers.marc.record import FIELD, SUBFIELD, Record, is_local
from libstats.readers.place import Place
from libstats.readers.text import blocks

START = re.compile(
    r"\s*<(?:[^>]*MARC21/slim|(?:.{0,4000}?)<(?:[\w.-]+:)?(?:leader|controlfield)[\s>])", re.DOTALL
)
_AGAIN = "Export it again; nothing of it was loaded."
LONGEST = 1 << 20


def is_harvest(head: str) -> bool:
    """True for an answer of OAI-PMH or SRU, in which a `record` holds another, or none."""
    return re.search("OAI-PMH|searchRetrieveResponse|recordData", head) is not None


class Records:
    """Gathers records from events of expat: of the wanted fields alone. Entities are refused."""

    def __init__(self, name: str, wanted: frozenset[str], *, is_harvest: bool) -> None:
        self.name, self.wanted, self.is_harvest = name, wanted, is_harvest
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.done: list[Record] = []
        self.leader, self.fields = "", dict[str, list[str]]()
        self.parts: list[str] | None = None
        self.field, self.tag, self.is_record = list[str](), "", False
        self.tags, self.has_nine = set[str](), False

    def feed(self, text: str, *, is_last: bool) -> list[Record]:
        """The records that end in the next piece of text. FileRefused where it is no XML."""
        try:
            self.parser.Parse(text.encode("utf-8", "replace"), is_last)
        except expat.ExpatError as error:
            raise FileRefused(
                f"{self.name}, line {error.lineno}: the XML is cut or damaged", _AGAIN
            ) from error
        done, self.done = self.done, []
        return done

    def _refuse(self, *given: object) -> None:
        raise FileRefused(
            f"{self.name}: it declares entities, which no list of records does", _AGAIN
        )

    def _start(self, name: str, given: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "record":
            self.leader, self.fields, self.is_record = "", {}, True
            self.tags, self.has_nine = set(), False
        elif local in ("leader", "controlfield", "subfield"):
            if local == "controlfield":
                self._begin(given)
            elif local == "subfield":
                self._mark(given.get("code", "")[:1])
            self.parts = [] if local == "leader" or self.tag in self.wanted else None
        elif local == "datafield":
            self._begin(given)
            self.field = [given.get("ind1", " ")[:1] or " ", given.get("ind2", " ")[:1] or " "]

    def _begin(self, given: dict[str, str]) -> None:
        self.tag = given.get("tag", "")
        self.tags.add(self.tag)

    def _mark(self, code: str) -> None:
        self.has_nine = self.has_nine or (code == "9" and not is_local(self.tag))
        if self.tag in self.wanted:
            self.field.append(SUBFIELD + code)

    def _end(self, name: str) -> None:
        local = name.rpartition(":")[2]
        text = "".join(self.parts or ())
        if local == "leader":
            self.leader = text
        elif local == "controlfield" and self.tag in self.wanted:
            self.fields.setdefault(self.tag, []).append(text)
        elif local == "subfield" and self.tag in self.wanted:
            self.field.append(text)
        elif local == "datafield" and self.tag in self.wanted:
            self.fields.setdefault(self.tag, []).append("".join(self.field))
        elif local == "record" and self.is_record:
            if self.leader or not self.is_harvest:
                tags = frozenset(self.tags)
                self.done.append(Record(self.leader, self.fields, tags, self.has_nine))
            self.is_record = False
        self.parts = None

    def _text(self, data: str) -> None:
        if self.parts is not None:
            self.parts.append(data.replace(SUBFIELD, " ").replace(FIELD, " "))


def records_in(place: Place, encoding: str, wanted: frozenset[str]) -> Iterator[Record]:
    """The records of a file, one by one."""
    gathered: Records | None = None
    for text in blocks(place, encoding):
        gathered = gathered or Records(place.name, wanted, is_harvest=is_harvest(text))
        yield from gathered.feed(_without_declaration(text), is_last=False)
    if gathered is not None:
        yield from gathered.feed("", is_last=True)


def _without_declaration(text: str) -> str:
    """The text without the encoding that it declares: it is decoded already."""
    return re.sub(r"^(\s*)<\?xml[^>]*\?>", r"\1", text, count=1)
