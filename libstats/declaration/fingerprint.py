"""What tells one row of a file from another: 64 bits of the texts that are read, persons'
identifiers left out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from libstats.declaration.raw import Lines, in_one, quoted, read_csv, read_lines


@dataclass(frozen=True)
class Fingerprint:
    """The fingerprint of the rows of one table in a file.

    texts      positions of the columns that are read, those of persons left out, by heading, so
               that their order in the file says nothing
    header     the file's headings
    delimiter  what stands between the fields of the file's lines; "" where they are not compared by
               them: they tell of several tables, or of persons
    cards      positions of persons' columns among the texts: it is asked of them whether they stand
               for a place
    """

    texts: Sequence[int]
    header: Sequence[str]
    delimiter: str
    cards: Sequence[int] = ()

    @property
    def of_row(self) -> str:
        """SQL over the texts: they as they would stand in a line, where lines may be compared."""
        if self.delimiter:
            return self._salted(_hash(self._line))
        return _hash(self.told("'place'"))

    def told(self, card: str = "") -> str:
        """SQL: the texts in one. Of a person's card nothing is told but that it stands for a place,
        as the SQL `card`, else as it is written."""
        text = in_one(self.texts)
        for p in self.cards:
            text = re.sub(rf"\bc{p}\b", f"if(is_place(c{p}), {card or f'c{p}'}, null)", text)
        return text

    @property
    def is_of_lines(self) -> bool:
        """True if all of a line is read: its fingerprint may be that of the row, and a line that is
        stored need not be parted into columns.

        A list of one column is none: nothing would tell a text with quotes or delimiters in it from
        a line with them.
        """
        return self.delimiter != "" and 1 < len(self.header) == len(self.texts)

    def lines(
        self,
        path: Path,
        rest: Path,
        are_records: Callable[[], bool],
        *,
        null_words: Sequence[str],
    ) -> Lines:
        """The file as its lines, for which `is_of_lines` must be true."""
        every = range(len(self.header))
        text = read_csv([rest], self.delimiter, every, null_words=null_words, header=True)
        bare = (
            "case when contains(line, '\"')"
            " then regexp_replace(line, '\"[^\"]*\"', '', 'g') else line end"
        )
        ragged = (
            f"length({bare}) - length(replace({bare}, {quoted(self.delimiter)}, ''))"
            f" <> {len(self.header) - 1}"
        )
        return Lines(read_lines(path), self._of_line, rest, text, ragged, are_records)

    @property
    def _of_line(self) -> str:
        """SQL: the fingerprint `of_row` of the row that column `line` holds. Of a line with quotes
        it is that of no row; but two quotes alone are a blank field."""
        blank, none = (quoted(f"{self.delimiter}{field}{self.delimiter}") for field in ('""', ""))
        plain = f"case when contains(line, '\"') then replace(line, {blank}, {none}) else line end"
        return self._salted(_hash(plain))

    @property
    def _line(self) -> str:
        """SQL: the row's line without quotes; where there is none, since a text holds a delimiter
        or a quote, its texts as no line has them."""
        every, between = sorted(self.texts), quoted(self.delimiter)
        apart = in_one(every)
        return (
            f"case when contains({apart}, {between}) or contains({apart}, '\"') then {apart}"
            f" else {in_one(every, between)} end"
        )

    def _salted(self, fingerprint: str) -> str:
        """SQL: the fingerprint of a line, made another one for each form of lines: under other
        headings an equal line says something else."""
        read = (self.header[position] for position in sorted(self.texts))
        form = hashlib.md5(
            chr(31).join((self.delimiter, *read)).encode("utf-8"), usedforsecurity=False
        ).digest()
        return f"xor({fingerprint}, {int.from_bytes(form[:8], 'big')}::ubigint)"


def _hash(text: str) -> str:
    """SQL: 64 bits that stand for the text."""
    # what md5_number_lower gives, which DuckDB works out through a text of 128 digits: three times
    # slower than md5 itself
    return f"(md5_number({text}) >> 64)::ubigint"
