"""A file's text as SQL, before anything is made of it: columns c0, c1, ... as in its header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


def quoted(text: str) -> str:
    """An SQL string."""
    return "'" + text.replace("'", "''") + "'"


@dataclass(frozen=True)
class Lines:
    """A file as its lines.

    sql          SQL that reads them, as column `line`
    row_hash     SQL over `line`: the fingerprint of the row that it holds; of a line with quotes it
                 is that of no row, so that it is read by column
    rest         the file for those that are not stored as they stand, so that these alone are read
                 by column
    rest_sql     SQL that reads that file, as c0, c1, ...
    ragged       SQL: `line` has more fields than there are headings, or fewer
    are_records  says whether each line is a record; it waits for the count, so it is asked last
    """

    sql: str
    row_hash: str
    rest: Path
    rest_sql: str
    ragged: str
    are_records: Callable[[], bool]


@dataclass(frozen=True)
class Raw:
    """Where text comes from.

    sql        SQL whose columns are c0, c1, ... as positions of the header
    has_lines  True if it has line numbers, as `line`
    has_keys   True if persons' keys come ready, as told_COLUMN
    lines      the same file as its lines, where it may be compared by them
    is_few     True if it has few rows beside those stored, so that these are looked up in it, not
               it in them
    """

    sql: str
    has_lines: bool = False
    has_keys: bool = False
    lines: Lines | None = None
    is_few: bool = False


def read_csv(
    paths: Sequence[Path],
    delimiter: str,
    positions: Sequence[int],
    *,
    null_words: Sequence[str],
    header: bool,
    is_quoted: bool = True,
) -> str:
    """SQL that reads delimited UTF-8 as text, with nothing guessed; `positions` name columns. Where
    it is not quoted, a quotation mark is a character like any other."""
    quote = "'\"'" if is_quoted else "''"
    columns = ", ".join(f"'c{i}': 'varchar'" if i >= 0 else "'line': 'bigint'" for i in positions)
    nulls = ", ".join(quoted(w) for w in ("", *null_words))
    options = {
        "delim": quoted(delimiter),
        "quote": quote,
        "escape": quote,
        "header": str(header).lower(),
        "auto_detect": "false",
        # what `normalise` wrote ends its lines with \n, whatever stands inside quotes
        **({} if header else {"new_line": "'\\n'"}),
        "strict_mode": "true",
        "null_padding": "false",
        "nullstr": f"[{nulls}]",
        "columns": f"{{{columns}}}",
    }
    files = ", ".join(map(_literal, paths))
    return f"read_csv([{files}], {', '.join(f'{k} = {v}' for k, v in options.items())})"


def read_lines(path: Path) -> str:
    """SQL that reads a file's lines but its first, as column `line`. One with a sign of value 1 is
    refused, so that the file is normalised: DuckDB takes no table without a delimiter."""
    options = (
        "delim = chr(1), quote = '', escape = '', header = true, auto_detect = false,"
        " strict_mode = true, columns = {'line': 'varchar'}"
    )
    return f"(select line from read_csv({_literal(path)}, {options}) where line <> '')"


def _literal(path: Path) -> str:
    """SQL text of a path in which no sign is a pattern for other files."""
    return quoted(re.sub(r"[*?\[]", r"[\g<0>]", str(path)))


def in_one(positions: Iterable[int], between: str = "chr(31)") -> str:
    """SQL: the texts of a row in one, each behind the other, with SQL `between` them."""
    return f"concat({f', {between}, '.join(f'c{position}' for position in positions)})"
