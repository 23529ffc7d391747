"""A first look at all records of a block at once: `screen` for those that are plain."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from libstats.readers.marc import screen
from libstats.readers.marc.marks import Flags, Ints, Marks, code_of, is_one_of


class Look:
    """A first look at the records of a block, for each category those that fall under it."""

    def __init__(self, block: Marks, suspect: list[str]) -> None:
        self.block, self.suspect = block, np.array(suspect)

    def flags(self) -> Iterator[Flags]:
        """Of each category, in the order of `screen.NAMES`, which records fall under it."""
        block, one = self.block, self.block.at
        coded = block.control("008")
        yield ~self._has_text("245")
        yield coded.size != 40
        languages = block.texts(block.positions("008", 35, 37))
        yield np.array([screen.has_no_language(t) for t in languages], bool) & ~self._has("041")
        yield self.suspect == ""
        yield self.suspect == "1"
        told, latest = zip(block.made, block.changed, strict=True), screen.latest()
        dates = ((made[:15], changed[:8]) for made, changed in told)
        yield np.array([screen.has_impossible_date(*both, latest) for both in dates], bool)
        yield ~self._has(*screen.CLASSES)
        yield ~np.any([self._has_text(tag) for tag in screen.NUMBERS], axis=0)
        yield self._is_wrong("020", screen.is_isbn)
        yield self._is_wrong("022", screen.is_issn)
        yield ~self._among(block.every // 65536 == ord("6"))
        yield ~self._has("300")
        yield ~self._has("040")
        yield np.isin(one(17), [ord(level) for level in screen.BELOW])
        yield one(17) == ord(screen.OF_BATCH)
        theirs = np.isin(block.every, [code_of(tag) for tag in screen.OF_SYSTEMS])
        yield self._among(_is_local(block.every) & ~theirs)
        yield self._marked(*block.tags_with(ord("9")))

    def _among(self, which: Flags) -> Flags:
        """The records that have a field of these."""
        found = np.zeros(self.block.number, bool)
        found[self.block.of_every[which]] = True
        return found

    def _has(self, *tags: str) -> Flags:
        return self._among(is_one_of(self.block.every, tags))

    def _has_text(self, tag: str) -> Flags:
        found = np.zeros(self.block.number, bool)
        found[self.block.records_of(self.block.among(tag, "a"))] = True
        return found

    def _is_wrong(self, tag: str, is_right: Callable[[str], bool]) -> Flags:
        found = np.zeros(self.block.number, bool)
        among = self.block.among(tag, "a")
        wrong = [screen.is_wrong(text.decode(), is_right) for text in self.block.subs(among)]
        found[self.block.records_of(among[np.array(wrong, bool)])] = True
        return found

    def _marked(self, record: Ints, tag: Ints) -> Flags:
        found = np.zeros(self.block.number, bool)
        found[record[~_is_local(tag)]] = True
        return found


def _is_local(tag: Ints) -> Flags:
    """Which tags hold a 9, 490 left out."""
    nine = ord("9")
    has: Flags = (tag % 256 == nine) | (tag // 256 % 256 == nine) | (tag // 65536 == nine)
    has &= tag != code_of("490")
    return has
