"""Which SQL a library's own declaration may hold: expressions over its headings, of words that are
named here, and nothing else.

An allow rule: what is not known to be harmless is refused, so that no list of what reads files,
calls the network or tells of the computer has to be complete.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import duckdb

from libstats.declaration import by_need, totals
from libstats.declaration.ill_reasons import reason

_WORDS = """case when then else end and or not is null true false in like ilike similar to between
    as cast try_cast
    varchar text date timestamp bigint integer double decimal boolean
    coalesce nullif if ifnull greatest least abs round floor ceil
    trim ltrim rtrim lower upper length concat concat_ws replace substr substring left right
    lpad rpad split_part contains starts_with ends_with
    chr strip_accents regexp_matches regexp_full_match regexp_extract regexp_replace
    try_strptime strftime year month day hour date_trunc make_date make_timestamp"""
_TOKEN = re.compile(
    r"""(?P<text>'(?:[^'"]|'')*')
    |(?P<heading>"[^"]+")
    |(?P<word>[A-Za-z_]\w*)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<sign>::|\|\||<=|>=|<>|!=|[-+*/%(),=<>\[\].])
    |(?P<space>\s+)""",
    re.VERBOSE,
)


@cache
def _functions() -> dict[str, str]:
    """The vocabulary of sources, SQL by name: functions.sql, and ill_reason(text, day), the common
    word for why a request was not filled."""
    text = (
        resources.files("libstats.declaration")
        .joinpath("functions.sql")
        .read_text(encoding="utf-8")
    )
    text += f"\ncreate or replace temp macro ill_reason(t, day) as {reason('t', 'day')};\n"
    text += totals.vocabulary()
    return {
        name: f"{sql};\n"
        for sql, name in re.findall(
            r"^(create or replace temp macro (\w+).*?);$", text, re.M | re.S
        )
    }


def functions(told: str | None = None) -> str:
    """SQL that makes the vocabulary of sources; where SQL `told` is given, no more of it than that
    needs."""
    every = _functions()
    wanted = by_need.needed(every, told) if told is not None and by_need.IS_OPEN else set(every)
    return "".join(sql for name, sql in every.items() if name in wanted)


def vocabulary() -> duckdb.DuckDBPyConnection:
    """A database in memory that has the vocabulary of sources and can read no file, to try
    expressions in; whoever asks for it closes it."""
    con = duckdb.connect()
    con.execute("set enable_external_access = false")
    con.execute(functions())
    con.execute("create temp macro person_key(t) as null::ubigint")  # nobody is to be told apart
    con.execute("create temp macro is_place(t) as false")
    con.execute("create temp macro is_place_group(t) as false")
    return con


@cache
def words() -> frozenset[str]:
    """The words that may stand in an expression: those of SQL named here, and the vocabulary of
    sources."""
    return frozenset((*_WORDS.split(), *_functions(), "person_key", "is_place", "is_place_group"))


def refused(expression: str) -> str | None:
    """What in an expression may not stand there, in words; None if all may.

    >>> refused('''trim("Title") || ' (copy)' ''')
    >>> refused("read_csv('/etc/passwd')")
    'the word read_csv is not one that an expression may use'
    """
    depth, at = 0, 0
    while at < len(expression):
        token = _TOKEN.match(expression, at)
        if token is None or expression[at : at + 2] in ("--", "/*"):
            return f"the sign {expression[at]} may not stand in an expression there"
        if token["word"] and token["word"].lower() not in words():
            return f"the word {token['word']} is not one that an expression may use"
        depth += (token["sign"] == "(") - (token["sign"] == ")")
        if depth < 0:
            return "a bracket closes that was never opened"
        at = token.end()
    return "a bracket opens that never closes" if depth else None
