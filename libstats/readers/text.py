"""Text of one encoding, in blocks: what the readers of JSON and XML begin with."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator

from libstats.errors import FileRefused
from libstats.readers.place import Place

BLOCK = 1 << 20


def _unseen(block: bytes) -> None:
    """Bytes that nobody looks at."""


def blocks(place: Place, encoding: str, seen: Callable[[bytes], object] = _unseen) -> Iterator[str]:
    """The text of a place, without byte-order mark, block by block; `seen` is shown the bytes.
    FileRefused where they are not of that encoding."""
    decoder, is_first = (
        codecs.getincrementaldecoder("utf-8" if encoding == "by line" else encoding)(),
        True,
    )
    with place.open() as stream:
        block = b" "
        while block:
            block = stream.read(BLOCK)
            seen(block)
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise FileRefused(
                    f"{place.name}: its letters are not UTF-8, as those of JSON and XML are",
                    "Export it again; nothing of it was loaded.",
                ) from error
            if is_first and text:
                text, is_first = text.removeprefix("\ufeff"), False
            if text:
                yield text


def writable(text: str) -> str:
    """The text as it can be written: without zeros, a question mark for half of a letter."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
