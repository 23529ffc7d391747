"""One record of ISO 2709: from its bytes to the text of the fields that are wanted, and no others.

A record ends with 0x1D, a field with 0x1E. The k-th entry of the directory tells of the k-th field:
that needs no lengths, so that wrong ones, and records of more than 99,999 bytes, do no harm. Where
the entries are not in the order of the fields, or not as many, the places that they state are
looked at. Text is UTF-8 where it can be, whatever the leader says of it, else MARC-8.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Collection
from itertools import accumulate
from typing import NamedTuple

FIELD, SUBFIELD = "\x1e", "\x1f"
# a subfield that is local wherever it stands
NINE = SUBFIELD + "9"
END = b"\x1d"
_LEADER, _ENTRY = 24, 12
# what may stand between records
BETWEEN = b"\r\n\0\x1a \t\xef\xbb\xbf"
# as many bytes as the five digits of a length can say
LONGEST_STATED = 99_999
_ESCAPE = b"\x1b"
# a line end within a value is a blank, as is a zero
ONE_LINE = bytes.maketrans(b"\n\r\0", b"   ")


class Damaged(ValueError):
    """A record of which the fields cannot be told: why, in words."""


class Record(NamedTuple):
    """What was wanted of a record: its leader, and the text of each field of a wanted tag in order,
    indicators and all; the tags of all its fields, and whether one that is not local has a $9."""

    leader: str
    fields: dict[str, list[str]]
    tags: frozenset[str] = frozenset()
    has_local_subfield: bool = False


def is_local(tag: str) -> bool:
    """True for a field that a library makes as it likes; 490 is MARC 21's own.

    >>> [is_local(tag) for tag in ("952", "590", "249", "490", "650")]
    [True, True, True, False, False]
    """
    return "9" in tag and tag != "490"


def read(raw: bytes, wanted: Collection[str]) -> Record:
    """The record in the bytes before a 0x1D. Raises Damaged."""
    if not raw[:1].isdigit():
        raw = raw.lstrip(BETWEEN)
    raw = raw.translate(ONE_LINE)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return _of_bytes(raw, wanted)
    if _ESCAPE in raw and raw[9:10] != b"a":
        return _of_bytes(raw, wanted)
    end = text.find(FIELD, _LEADER)
    directory = text[_LEADER:end]
    size = len(directory)
    fields = text[end + 1 :].split(FIELD)
    starts = [directory[at : at + 5] for at in range(7, size, _ENTRY)]
    is_plain = end >= _LEADER and not size % _ENTRY and len(fields) == len(starts) + 1
    is_plain = is_plain and text[:end].isascii()  # else its places are others in bytes
    if not is_plain or fields.pop() or sorted(starts) != starts:
        return _of_bytes(raw, wanted)
    found: dict[str, list[str]] = {}
    has_nine = False
    tags = [directory[at : at + 3] for at in range(0, size, _ENTRY)]
    for tag, field in zip(tags, fields, strict=True):
        if tag in wanted:
            found.setdefault(tag, []).append(field)
        has_nine = has_nine or (NINE in field and not is_local(tag))
    return Record(text[:_LEADER], found, frozenset(tags), has_nine)


def _of_bytes(raw: bytes, wanted: Collection[str]) -> Record:
    """The same of a record that is not all UTF-8, or not in order."""
    leader = raw[:_LEADER].decode("latin-1")
    found: dict[str, list[str]] = {}
    fields = located(raw)
    for tag, field in fields:
        if tag in wanted:
            found.setdefault(tag, []).append(_text(tag, field, leader[9:10] == "a"))
    has_nine = any(NINE.encode() in field and not is_local(tag) for tag, field in fields)
    return Record(leader, found, frozenset(tag for tag, _ in fields), has_nine)


def located(raw: bytes) -> list[tuple[str, bytes]]:
    """The tag and the bytes of each field, in the order of the directory. Raises Damaged."""
    directory, body = _parted(raw)
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory), _ENTRY)]
    tags = [entry[:3].decode("latin-1") for entry in entries]
    fields = body.split(b"\x1e")
    if not fields[-1] or len(fields) > len(entries):
        fields.pop()
    places = [0, *accumulate(len(field) + 1 for field in fields)]
    told = [(_number(entry[7:12]), _number(entry[3:7])) for entry in entries]
    starts = [start for start, _ in told]
    if set(starts) <= set(places[:-1]) and len(set(starts)) == len(starts):
        return [
            (tag, _field(body, start, size)) for tag, (start, size) in zip(tags, told, strict=True)
        ]
    if len(fields) != len(entries):
        raise Damaged(f"its directory names {len(entries)} fields and it holds {len(fields)}")
    if len(raw) > LONGEST_STATED or sorted(starts) == starts:
        return list(zip(tags, fields, strict=True))
    order = sorted(range(len(starts)), key=starts.__getitem__)
    by_place = dict(zip(order, fields, strict=True))
    return [(tag, by_place[at]) for at, tag in enumerate(tags)]


def _parted(raw: bytes) -> tuple[bytes, bytes]:
    """The directory, and what stands behind it."""
    end = raw.find(b"\x1e", _LEADER)
    base = _number(raw[12:17])
    for at in (end, base - 1):
        if at >= _LEADER and raw[at : at + 1] == b"\x1e" and (at - _LEADER) % _ENTRY == 0:
            return raw[_LEADER:at], raw[at + 1 :]
    raise Damaged("it is empty" if not raw else "it has no whole directory")


def _field(body: bytes, start: int, size: int) -> bytes:
    """A field from its place on: as long as it says, where it ends there, else to its end."""
    if body[start + size - 1 : start + size] == b"\x1e" and size > 0:
        return body[start : start + size - 1]
    end = body.find(b"\x1e", start)
    return body[start:] if end < 0 else body[start:end]


def _number(digits: bytes) -> int:
    return int(digits) if digits.isdigit() else -1


def entries(raw: bytes) -> list[str]:
    """The tags in a record's directory, as far as there is one."""
    try:
        directory, _ = _parted(raw.lstrip(BETWEEN))
    except Damaged:
        return []
    return [directory[at : at + 3].decode("latin-1") for at in range(0, len(directory), _ENTRY)]


def _text(tag: str, field: bytes, is_utf8: bool) -> str:
    """The text of a field: UTF-8 where it can be; where the leader says that it is and some letters
    are not, these are marked; else MARC-8, which control fields never are."""
    if is_utf8 or _ESCAPE not in field:
        try:
            return field.decode()
        except UnicodeDecodeError:
            if is_utf8:
                return field.decode(errors="replace")
    if tag < "010":
        return field.decode("latin-1")
    return SUBFIELD.join(map(_of_marc8, field.split(b"\x1f")))


def _of_marc8(data: bytes) -> str:
    """Text of one subfield, whose sets of characters begin anew; what is no MARC-8 either is taken
    for Latin-1."""
    if data.isascii() and _ESCAPE not in data:
        return data.decode("ascii")
    from pymarc.marc8 import MARC8ToUnicode  # few files need it

    with contextlib.redirect_stderr(io.StringIO()):  # it complains there of what is cut
        try:
            return str(MARC8ToUnicode(quiet=True).translate(data))  # type: ignore[no-untyped-call]
        except (IndexError, TypeError, ValueError):
            return data.decode("latin-1")
