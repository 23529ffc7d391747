"""The lines of a log in blocks, and their count: what the readers of logs begin with."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from libstats.errors import FileRefused
from libstats.readers.delimited import LONGEST, decode_line
from libstats.readers.part import Advance, Count, idle
from libstats.readers.place import Place
from libstats.readers.quotes import Counter

BLOCK = 1 << 22
BOM = b"\xef\xbb\xbf"


def _raw(place: Place, advance: Advance = idle) -> Iterator[tuple[bytes, bytes]]:
    """Blocks that end with a line, and the same without what means nothing in a log: byte-order
    mark, carriage returns, zeros. FileRefused for a line without end."""
    is_first = True
    with place.open() as stream:
        while block := stream.read(BLOCK):
            if not block.endswith(b"\n"):
                rest = stream.readline(LONGEST)
                if len(rest) == LONGEST:
                    raise FileRefused(
                        f"{place.name}: a line of it has more than {LONGEST:,} signs",
                        "Logs have shorter ones. Take a new copy of it; nothing of it was loaded.",
                    )
                block += rest
            advance(len(block) if place.is_plain else 0)
            plain = block.removeprefix(BOM) if is_first else block
            is_first = False
            yield block, plain.translate(None, b"\r\0")


def count(place: Place, advance: Advance = idle) -> Count:
    """Fingerprint it and count its lines that are not blank; FileRefused where packed bytes cannot
    be unpacked."""
    digest, size, counter = hashlib.sha256(), 0, Counter(ord("\n"), quoted=False)
    for block, plain in _raw(place, advance):
        digest.update(block)
        size += len(block)
        counter.add(plain)
    return Count(digest.hexdigest(), size, counter.records(), ends_cleanly=counter.ends_cleanly())


def blocks(place: Place) -> Iterator[tuple[int, str]]:
    """(number of the lines before it, lines) of each block of its text."""
    above = 0
    for _, plain in _raw(place):
        yield above, _decoded(plain)
        above += plain.count(b"\n")


def _decoded(block: bytes) -> str:
    try:
        return block.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(map(decode_line, block.split(b"\n")))


def first_lines(head: bytes, most: int = 50) -> list[str]:
    """The first lines that are not blank; not one that is cut."""
    whole = head if b"\n" not in head else head[: head.rfind(b"\n")]
    plain = whole.removeprefix(BOM).translate(None, b"\r\0")
    return [line for line in _decoded(plain).split("\n") if line][:most]
