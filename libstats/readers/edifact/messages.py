"""EDIFACT, the messages that vendors and library systems send each other: segments, and the
messages that they make.

    UNA:+.? 'UNB+UNOC:3+VENDOR+LIBRARY+261031:0930+1'UNH+1+INVOIC:D:96A:UN'BGM+380+4711+9' ...

The six signs behind UNA say what parts components and elements, what marks decimals, releases a
sign and ends a segment; each interchange of a file may have its own. What stands between segments
(line ends, blanks that fill a line, a byte-order mark) means nothing, nor does a line end within
one. The letters are UTF-8 where they can be, else those that UNB names. A segment is told by its
number in the file: there are no lines.

A file that is cut, and one whose UNZ or UNE counts other messages than it holds, is refused; of a
message whose UNT counts other segments than it holds no row is believed.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from libstats.errors import FileRefused
from libstats.readers.place import Place
from libstats.readers.text import writable

__all__ = [
    "AGAIN",
    "START",
    "Damage",
    "File",
    "Message",
    "Segment",
    "number",
    "opened",
    "read_bytes",
]

START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:UNA.{6}\s*)?UN[BGH][^\w\s\"]", re.DOTALL)
LARGEST = 1 << 25
USUAL = ":+.? '"
NOISE = "\r\n\t \ufeff\x1a\0"
AGAIN = "Ask the vendor to send it again, or copy it again; nothing of it was loaded."
# what UNB names: ISO 8859 by its part; the second and later letters of Latin-1 as Windows has them
_LETTERS = {"D": "iso8859_2", "E": "iso8859_5", "F": "iso8859_7", "G": "iso8859_3"} | {
    "H": "iso8859_4", "I": "iso8859_6", "J": "iso8859_8", "K": "iso8859_9"
}  # fmt: skip
_SYNTAX = re.compile(rb"UNB[^\w\s]UNO([A-Z])")
_TAG = re.compile(r"[A-Z]{3}")
_AMOUNT = re.compile(r"-?\d+(?:[.,]\d+)?")


class Damage(Exception):
    """What is wrong with one message, so that no row of it is believed."""


@dataclass(frozen=True)
class Segment:
    """A segment: its number in the file, its tag, and its elements, each of components."""

    number: int
    tag: str
    elements: tuple[tuple[str, ...], ...]

    def at(self, element: int, component: int = 0) -> str:
        """A component, blank where it is not there; the element behind the tag is 0."""
        parts = self.elements[element] if element < len(self.elements) else ()
        return parts[component].strip() if component < len(parts) else ""

    def amount(self, element: int = 0, component: int = 1) -> Decimal | None:
        """An amount, None where it is blank. Damage for what is none."""
        return number(self.at(element, component), self)


def number(text: str, segment: Segment) -> Decimal | None:
    """A number with either decimal mark; None for a blank. Damage for what is none."""
    if not text:
        return None
    if not _AMOUNT.fullmatch(text):
        raise Damage(f"in segment {segment.number} ({segment.tag}) stands no number")
    return Decimal(text.replace(",", "."))


@dataclass
class Message:
    """A message: its type (INVOIC), its segments between UNH and UNT, when it was written and by
    whom, and what is wrong with it."""

    first: int
    kind: str
    reference: str
    sender: str = ""
    written: str = ""
    segments: list[Segment] = field(default_factory=list)
    damage: str = ""


@dataclass(frozen=True)
class File:
    """A file: its messages, and the fingerprint and the size of its bytes."""

    messages: list[Message]
    sha256: str
    size: int
    text: str = field(repr=False)


def read_bytes(place: Place) -> bytes:
    """All bytes of a file. FileRefused for one that is too large to be messages."""
    with place.open() as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise FileRefused(
            f"{place.name}: the messages are larger than {LARGEST >> 20} MB",
            "Ask the vendor for a file a day.",
        )
    return data


def opened(place: Place) -> File:
    """The messages of a file. FileRefused where it is cut or damaged, naming the segment."""
    data = read_bytes(place)
    text = writable(_decoded(data))
    messages = _Framing(place.name).messages(_segments(text, place.name))
    return File(messages, hashlib.sha256(data).hexdigest(), len(data), text)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        syntax = _SYNTAX.search(data)
        letters = _LETTERS.get(syntax[1].decode()) if syntax else None
        if letters is None:  # of Latin-1 the signs that are none in it are those of Windows
            return "".join(map(_LATIN.__getitem__, data))
        return data.decode(letters, "replace")


_LATIN = [codecs.decode(bytes([byte]), "cp1252", "ignore") or chr(byte) for byte in range(256)]


def _segments(text: str, name: str) -> Iterator[Segment]:
    """The segments of a text one by one. FileRefused where one does not end."""
    at, count, signs = 0, 0, USUAL
    while at < len(text):
        if text[at] in NOISE or text[at] == signs[5]:  # an end too many ends nothing
            at += 1
        elif text.startswith("UNA", at) and len(text) - at >= 9:
            signs, at = text[at + 3 : at + 9], at + 9
        else:
            count += 1
            end, raw = _one(text, at, signs)
            if end is None:
                raise FileRefused(
                    f"{name}, segment {count}: the file ends in the middle of it: it is cut", AGAIN
                )
            at = end
            yield _parted(count, raw, signs, name)


def _one(text: str, at: int, signs: str) -> tuple[int | None, str]:
    """Where the segment ends that begins there, and its text; None where it does not end."""
    release, end = signs[3], text.find(signs[5], at)
    while end > 0 and release != " " and _is_released(text, end, at, release):
        end = text.find(signs[5], end + 1)
    return (None, "") if end < 0 else (end + 1, text[at:end].replace("\r", "").replace("\n", ""))


def _is_released(text: str, end: int, at: int, release: str) -> bool:
    """True if an odd number of releasing signs stands before a sign."""
    before = end
    while before > at and text[before - 1] == release:
        before -= 1
    return (end - before) % 2 == 1


def _parted(count: int, raw: str, signs: str, name: str) -> Segment:
    component, element, release = signs[0], signs[1], signs[3]
    elements = [_split(part, component, release) for part in _split(raw, element, release)]
    tag = elements[0][0].strip()
    if not _TAG.fullmatch(tag):
        raise FileRefused(
            f"{name}, segment {count}: what stands there is no segment of EDIFACT", AGAIN
        )
    plain = (tuple(_plain(part, release) for part in parts) for parts in elements[1:])
    return Segment(count, tag, tuple(plain))


def _split(text: str, sign: str, release: str) -> list[str]:
    """The text parted at a sign, where it is not released."""
    parts = text.split(sign)
    if release == " " or release not in text:
        return parts
    found: list[str] = []
    is_open = False
    for part in parts:
        found[-1:] = [f"{found[-1]}{sign}{part}"] if is_open else [*found[-1:], part]
        is_open = (len(part) - len(part.rstrip(release))) % 2 == 1
    return found


def _plain(text: str, release: str) -> str:
    """The text without the signs that release others."""
    return text if release == " " else re.sub(rf"{re.escape(release)}(.)", r"\1", text)


class _Framing:
    """Puts segments together to messages, and holds their counts against what they hold."""

    def __init__(self, name: str) -> None:
        self.name, self.found = name, list[Message]()
        self.message: Message | None = None
        self.sender = self.written = ""
        self.opened = 0  # the segment with which the interchange begins
        self.of_interchange = self.of_group = self.groups = 0

    def messages(self, segments: Iterator[Segment]) -> list[Message]:
        """All messages. FileRefused where one does not end, or an envelope counts others."""
        last = 0
        for segment in segments:
            last = segment.number
            take = (
                getattr(self, f"_{segment.tag.lower()}", None) if segment.tag[:2] == "UN" else None
            )
            if segment.tag != "UNS" and take:
                take(segment)
            elif self.message is None:
                raise self._refusal(segment.number, f"{segment.tag} stands in no message")
            else:
                self.message.segments.append(segment)
        if self.message is not None:
            start = self.message.first
            raise self._refusal(
                last, f"the message that begins in segment {start} has no end (UNT)"
            )
        if self.opened:
            start = self.opened
            raise self._refusal(
                last, f"the interchange that begins in segment {start} has no end (UNZ): it is cut"
            )
        return self.found

    def _unb(self, segment: Segment) -> None:
        self._refuse_open(segment)
        if self.opened:
            raise self._refusal(
                segment.number,
                f"an interchange begins before that of segment {self.opened} has its end (UNZ)",
            )
        self.opened, self.of_interchange, self.of_group, self.groups = segment.number, 0, 0, 0
        self.sender, self.written = segment.at(1), _moment(segment.at(3), segment.at(3, 1))

    def _ung(self, segment: Segment) -> None:
        self._refuse_open(segment)
        self.groups, self.of_group = self.groups + 1, 0

    def _unh(self, segment: Segment) -> None:
        self._refuse_open(segment)
        self.message = Message(
            segment.number, segment.at(1), segment.at(0), self.sender, self.written
        )
        self.of_interchange, self.of_group = self.of_interchange + 1, self.of_group + 1

    def _unt(self, segment: Segment) -> None:
        message, self.message = self.message, None
        if message is None:
            raise self._refusal(segment.number, "a message ends there (UNT) that has not begun")
        holds, told = len(message.segments) + 2, segment.at(0)
        where = f"the message of segments {message.first} to {segment.number}"
        if told != str(holds) and told.lstrip("0") != str(holds):
            message.damage = f"{where} holds {holds} segments, and its UNT says another number"
        elif segment.at(1) != message.reference:
            message.damage = f"{where} begins under one number (UNH) and ends under another (UNT)"
        self.found.append(message)

    def _une(self, segment: Segment) -> None:
        self._refuse_open(segment)
        self._refuse_count(segment, "UNE", {self.of_group})

    def _unz(self, segment: Segment) -> None:
        self._refuse_open(segment)
        # of an interchange with groups it is these that are counted, or messages all the same
        self._refuse_count(
            segment, "UNZ", {self.groups or self.of_interchange, self.of_interchange}
        )
        self.opened, self.sender, self.written = 0, "", ""

    def _refuse_open(self, segment: Segment) -> None:
        if self.message is not None:
            raise self._refusal(
                segment.number,
                f"the message that begins in segment {self.message.first} has no end (UNT)",
            )

    def _refuse_count(self, segment: Segment, tag: str, held: set[int]) -> None:
        told = segment.at(0)
        if not told.isdecimal() or int(told) not in held:
            raise self._refusal(
                segment.number,
                f"{tag} counts other messages than the {max(held)} that stand before it: "
                "some are missing or doubled",
            )

    def _refusal(self, segment: int, problem: str) -> FileRefused:
        return FileRefused(f"{self.name}, segment {segment}: {problem}", AGAIN)


def _moment(day: str, time: str) -> str:
    """When an interchange was written, as UNB says it: YYMMDD or YYYYMMDD, HHMM."""
    year = day if len(day) == 8 else f"20{day}"
    if not re.fullmatch(r"20\d{6}", year):
        return ""
    clock = f" {time[:2]}:{time[2:4]}" if re.fullmatch(r"\d{4}(\d\d)?", time) else ""
    return f"{year[:4]}-{year[4:6]}-{year[6:]}{clock}"
