"""Numbers that a spreadsheet or a program on their way ruined: 2.3E+16 for each of a thousand keys,
101.0 or ="101" for one that is 101 in the next export, an error in place of one, or the first
fifteen digits with zeros behind them."""

from __future__ import annotations

from libstats.declaration.raw import quoted
from libstats.schema import Column, Table

REASON = (
    "a number no longer: a spreadsheet, or a program that counts with it, took its digits or wrote"
    " others beside them. Export it again, and load the file without opening it there"
)
# 2.3E+16, 2,3e+16, 2E+16, 2.3E16 (but 4E10 may be a code), 2.3×10^16; 101.0; 1,234,567; ="101",
# '101; #NAME? and its like in any language, Err:502, a column too narrow; what programs write for
# no number (a plain INF may be a code)
RUINED = (
    r"\s*(?:[-+]?\d+(?:[.,]\d*)?\s?[eE][+]\d+|[-+]?\d+[.,]\d+[eE]\d+"
    r"|[-+]?\d+(?:[.,]\d+)?\s?[xX×*·]\s?10\s?\^\s?[+]?\d+"
    r"|\d+[.]0+|\d{1,3}(?:,\d{3})+"
    r"|=\s*\"[^\"]*\"|'\d+"
    r"|#(?:[^\s\d]{2,}[?!]|DIV/0!|N/[ABDV]|N[ADV]|#+)|Err:\d{3}"
    r"|nan|NaN|[-+](?:inf|Inf|INF)|[-+]?[Ii]nfinity|NaT|<NA>)\s*"
)
# What it makes of 1-2 and 2/1 where it takes them for days, in a few languages. Some libraries
# number so themselves: it is doubtful only beside numbers of another form.
_MONTH = (
    "(?:[Jj]an|[Ff]eb|[Mm]ar|[Aa]pr|[Mm]ay|[Jj]une?|[Jj]uly?|[Aa]ug|[Ss]ept?|[Oo]ct|[Nn]ov|[Dd]ec"
    "|Mär|Mrz|Mai|Okt|Dez|janv|févr|mars|avr|mai|juin|juil|août|déc|ene|abr|ago|dic"
    "|gen|mag|giu|lug|set|ott|mrt|mei|okt|fev|out|dez|maj)[.]?"
)
DAY = (
    rf"\d{{1,2}}[.]?[- /]{_MONTH}(?:[- /]\d\d(?:\d\d)?)?|{_MONTH}[- ]\d\d(?:\d\d)?"
    r"|(?:19|20)\d\d-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d)?)?|\d\d?[/.]\d\d?[/.](?:19|20)\d\d(?: .*)?"
)
WHOLE = r"\d{1,15}[.]0+"
# Of a number of more digits a spreadsheet keeps fifteen. Many true ones end in zeros too: it is
# doubtful only where rows meet under it that are not equal.
ROUNDED = r"\d{15}0+"


def is_ruined(text: str) -> str:
    """SQL: a text (SQL) is no number any more."""
    may_be = " or ".join(
        (
            f"{text} < '0' or ({text} >= ':' and {text} < 'A')",
            *(f"contains({text}, '{sign}')" for sign in "+.,^"),
            f"contains(lower({text}), 'e')",
            # what of RUINED has none of these signs
            f"({text} >= 'I' and lower(trim({text})) in ('nan', 'nat', 'infinity'))",
        )
    )
    return f"case when {may_be} then regexp_full_match({text}, {quoted(RUINED)}) else false end"


def whole(text: str) -> str:
    """SQL: a text (SQL) without the point and zeros that a program wrote behind all its digits."""
    return (
        f"case when contains({text}, '.') and regexp_full_match({text}, {quoted(WHOLE)})"
        f" then split_part({text}, '.', 1) else {text} end"
    )


def is_rounded(column: str) -> str:
    """SQL: a number in a column may have lost its last digits."""
    return f"(length({column}) > 15 and regexp_full_match({column}, {quoted(ROUNDED)}))"


def is_name(table: Table, column: Column) -> bool:
    """True for a column of texts that says which thing is meant: a part of the table's key, its
    second name, or the system's number of any thing."""
    own = (*table.key, *table.exported_key, table.second_name)
    if (table.name, column.name) == ("shelf_scan", "barcode"):  # it tells of which copy a scan is
        return True
    is_free = column.type == "varchar" and column.check is None
    return is_free and (column.name in own or column.name.endswith("_id"))
