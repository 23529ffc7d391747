"""Lines that add up the rows above them: told by a total's word in place of a key, with nothing but
blanks and sums beside it. They are no rows, in any export."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from libstats.declaration.raw import quoted

# what may stand around the word: ** Total **, TOTAL ->; a number only behind some signs: Total: 8,
# Total (8)
_AROUND, _DIGITS = " \t\u00a0-*=#().:>", "0123456789,$€£¥"
_MONEY = "(usd|eur|gbp|cad|aud|nzd|chf|sek|nok|dkk|isk|pln|czk|huf|[$€£¥])?"
# 8, 1,234.50, -3, 12 %, $ 8.00, 8.00 USD, (4), 1.5e+06, ---
_SUM = (
    f"(\\s*|\\s*[-+(]?\\s*{_MONEY}\\s*[0-9][0-9.,' \u00a0\u202f]*(e[+]?[0-9]+)?"
    f"\\s*[%)]?{_MONEY}\\s*|-+)"
)
# so many of the texts beside are looked at before any word is looked up
_LOOKS = 6
WORDS = "is_total ends_in_total are_sums"


@cache
def words(*, even_codes: bool) -> str:
    """The words for a total in the languages of the systems, without spaces, between bars; those
    that may well be a code only where `even_codes`.

    One text to look in: a list of so many words is slow to plan, a pattern of them slower.
    """
    text = resources.files("libstats.declaration").joinpath("total_words.csv").read_text("utf-8")
    found = {
        line["word"].replace(" ", "")
        for line in csv.DictReader(text.splitlines())
        if even_codes or line["could_be_code"] == "no"
    }
    return f"|{'|'.join(sorted(found))}|"


def vocabulary() -> str:
    """SQL that makes the words of `rule`."""
    sure, every = (quoted(words(even_codes=even_codes)) for even_codes in (False, True))
    around, blanks = quoted(_AROUND), quoted(" " * len(_AROUND))
    return f"""
create or replace temp macro is_total(t, may_be_code) as
    contains(
        case when may_be_code then {every} else {sure} end,
        '|' || translate(
            case when regexp_matches(t, '[:(=]') then translate(lower(t), '{_DIGITS}', '')
                else lower(t) end,
            {around},
            ''
        ) || '|'
    );
create or replace temp macro words_of(t) as
    string_split(trim(translate(lower(t), {around}, {blanks})), ' ');
create or replace temp macro ends_in_total(t) as
    contains({every}, '|' || words_of(t)[1] || '|')
    or contains({every}, '|' || words_of(t)[-1] || '|');
create or replace temp macro are_sums(t) as
    regexp_full_match(lower(t), {quoted(f"({_SUM}{chr(31)})*")});
"""


@dataclass(frozen=True)
class Total:
    """How a row is known for a total.

    keys    texts (SQL) under the headings that say what a row is about
    first   that of the file's first column, where it is read and is none of these
    others  the other texts that are read
    """

    keys: Sequence[str]
    first: str | None
    others: Sequence[str]

    @property
    def word(self) -> str:
        """SQL over text, worked out once, as `total_word`: the text that may be a total's word, the
        first of its places that does not begin with a digit; where no key is told, of all. Most
        rows have none."""
        places = [*self.keys, *([self.first] if self.first else [])]
        no_key = " and ".join(f"{t} is null" for t in self.keys) or "true"
        beside = f"coalesce({', '.join([*map(_worded, self._beside), 'null'])})"
        found = [*map(_worded, places), f"case when {no_key} then {beside} end"]
        return f"coalesce({', '.join(found)})"

    @property
    def _beside(self) -> list[str]:
        return [*([self.first] if self.first else []), *self.others]

    def rule(self, blank_key: str) -> str:
        """SQL over text and `total_word`: the row is a total; `blank_key` (SQL) says that nothing
        tells what it is about."""
        rest = [f"nullif({t}, total_word)" for t in (*self.keys, *self._beside)]
        # what may be a code must stand for the key, alone
        keys = f"concat({', '.join([*rest[: len(self.keys)], chr(39) * 2])}) = ''"
        is_key = " or ".join(f"total_word = {t}" for t in self.keys) or "false"
        may_be_code = f"({keys} and coalesce({is_key}, false))"
        # of most rows that have one no word is looked up: words stand beside it
        may_be = ["total_word is not null"]
        may_be += [
            f"coalesce({t} < ':' or {t} > '~', true)" for t in rest[len(self.keys) :][:_LOOKS]
        ]
        beside = ", ".join(f"{t}, chr(31)" for t in rest)
        return (
            f"case when {' and '.join(may_be)} then"
            f" case when is_total(total_word, {may_be_code})"
            # Main Total, of a branch: where the key should stand, or in its place
            f" or ({blank_key} or {may_be_code} and contains(trim(total_word), ' '))"
            " and ends_in_total(total_word)"
            f" then are_sums(concat({beside})) else false end else false end"
        )


def _worded(text: str) -> str:
    """SQL: a text (SQL) that does not begin with a digit, else NULL."""
    return f"case when {text} < '0' or {text} >= ':' then {text} end"


def is_total(row: Sequence[str]) -> bool:
    """True if a line that has fewer cells than there are headings, or more, is a total."""
    first, *rest = [cell.strip().lower() for cell in row if cell.strip()] or [""]
    has_number = any(sign in first for sign in ":(=")
    word = first.translate(str.maketrans("", "", _AROUND + (_DIGITS if has_number else "")))
    return f"|{word}|" in words(even_codes=False) and all(re.fullmatch(_SUM, s) for s in rest)
