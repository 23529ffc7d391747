"""Call numbers: the order on the shelf, the class that a number names, and its parts, as macros of
a connection.

What words and letters mean is data beside this file: `call_number_words.csv` (the words that stand
before a class number, such as J, FIC, REF or DVD, what each means, and whether it may also stand
before a Library of Congress number, where a single letter is a class), `call_number_schemes.csv`
(which scheme the words of exports name), `call_number_designations.csv` (the words for volumes,
copies, months), `lc_classes.csv` (the classes that there are) and `classes.csv` (the broad classes
and their names). The SQL is in `call_number_key.sql` and `call_number_parts.sql`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any

import duckdb

from libstats.definitions.kept import run

__all__ = ["MEANINGS", "SCHEMES", "register", "shipped"]

BETWEEN = "[ .,:;/&'_-]"  # what may stand between the words of a prefix
SEPARATOR = "[^A-Z0-9]+"
SCHEMES = ("lcc", "ddc", "nlm", "sudoc", "udc", "local")
# What a word before the class number can mean. Of some the author follows: a number is a cutter.
BY_AUTHOR = ("fiction", "child fiction", "teen fiction", "easy", "graphic", "biography")
MEANINGS = (
    *BY_AUTHOR,
    "child",
    "teen",
    "sound or video",
    "periodical",
    "local",
    "reference",
    "accession",
    "other",
)


def shipped(name: str) -> list[dict[str, str]]:
    """The rows of a table that comes with libstats."""
    text = resources.files("libstats.definitions").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any] | None = None) -> None:
    """Give a connection `call_number_key`, `call_number_class` and `call_number_parts`, which know
    the library's own words from [call_numbers] in libstats.toml."""
    register_words(con, config)
    run(con, macros())


def register_words(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any] | None = None) -> None:
    """Give a connection what the three ask for."""
    own = (config or {}).get("call_numbers", {})
    for name, value in _vocabulary(
        tuple(own.get("prefixes", {}).items()), tuple(own.get("schemes", {}).items())
    ).items():
        con.execute(f"set variable call_number_{name} = {value}")


@cache
def macros() -> str:
    """The SQL that makes them, of the connection alone."""
    folder = resources.files("libstats.definitions")
    return "".join(
        folder.joinpath(f"call_number_{part}.sql").read_text(encoding="utf-8")
        for part in ("key", "parts")
    )


Pairs = tuple[tuple[str, str], ...]


@cache
def _vocabulary(own_words: Pairs, own_schemes: Pairs) -> dict[str, str]:
    """What the macros ask for by name: patterns, lists and maps as SQL writes them. A library's own
    words go before those of libstats."""
    designations = {
        row["word"]: (row["key"], row["meaning"]) for row in shipped("call_number_designations.csv")
    }
    said = {
        row["word"]: (row["meaning"], row["before_lcc"] == "yes")
        for row in shipped("call_number_words.csv")
    }
    said |= {" ".join(word.upper().split()): (meaning, True) for word, meaning in own_words}
    named = {row["word"]: row["scheme"] for row in shipped("call_number_schemes.csv")}
    named |= {word.strip().lower(): scheme for word, scheme in own_schemes}
    numbered = [w for w, (_, meaning) in designations.items() if meaning not in ("month", "season")]
    return {
        "designations": _map({word: key for word, (key, _) in designations.items()}),
        "schemes": _map({word: scheme for word, scheme in named.items() if scheme}),
        "words": _map({_bare(word): meaning for word, (meaning, _) in said.items()}),
        "word": _text(f"({_any(said)})(?:{SEPARATOR}|$)"),
        "marks": _leading(said),
        "lc_marks": _leading(word for word, (_, stands) in said.items() if stands),
        "by_author": _text(
            f"(?:^|[^A-Z])(?:{_any(w for w, (m, _) in said.items() if m in BY_AUTHOR)})[^A-Z0-9]+$"
        ),
        "volume": _text(
            rf"\b(?:(?:{_any(numbered)})[. ]*[0-9]+(?:[-/][0-9]+)?|(?:SUPPL?|INDEX)[A-Z]*)"
        ),
        **_of_lc({word: meaning for word, (meaning, _) in said.items()}, set(designations)),
    }


def _of_lc(said: Mapping[str, str], designated: set[str]) -> dict[str, str]:
    """The patterns of the classes of Library of Congress and NLM, and which of them are also words
    that stand before a number."""
    classes = []
    for row in shipped("lc_classes.csv"):
        then = "[A-Z] [A-Z][A-Z]" if row["then"] == "*" else row["then"]
        classes += [row["class"] + more for more in ("", *then.split())]
    classes.sort(key=lambda word: (-len(word), word))
    every = "|".join(classes)
    longer = "|".join(c for c in classes if len(c) > 1 and c not in designated)
    letters = [word for word in said if re.fullmatch(every, word)]
    number = r" ?([0-9]{1,4})(\.[0-9]+)?((?:[^0-9].*)?)$"
    return {
        "lc": _text(f"^((?:(?:Q|FF?) +)?)({every}){number}"),
        "placed_lc": _text(f"^([A-Z]{{1,3}} ?[0-9]{{1,2}} +)({longer}){number}"),
        "lc_alone": _text(f"^({every})[^A-Z0-9]*$"),
        "word_letters": _list(letters),
        "sound_letters": _list(w for w in letters if said[w] == "sound or video"),
    }


def _leading(words: Iterable[str]) -> str:
    """The pattern of any number of these words at the start."""
    return _text(f"^(?:(?:{_any(words)})(?:{SEPARATOR}|$))+")


def _any(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first."""
    return "|".join(
        _whatever_points(word) for word in sorted(words, key=lambda word: (-len(word), word))
    )


def _whatever_points(word: str) -> str:
    """A pattern of a word with whatever points and blanks stand between its parts; of a short one
    each letter may have a point: Spec.Coll., Y.A."""
    parts = re.findall(r"[^\W_]+", word)
    between = f"{BETWEEN}+"  # a class of all letters would make the pattern eight times as dear
    if len(parts) == 1 and len(word) in (2, 3) and word.isalpha():
        parts, between = list(word), r"\.?"
    elif all(len(part) == 1 for part in parts):
        between = f"{BETWEEN}*"
    # `opened` sets a blank between the first letters and their number: MP3 is MP 3
    return re.sub(r"^([^\W\d_]+)(\d)", r"\1 ?\2", between.join(map(re.escape, parts)))


def _bare(word: str) -> str:
    """A word as its meaning is looked up: its letters and figures."""
    return re.sub(r"[\W_]+", "", word)


def _map(pairs: Mapping[str, str]) -> str:
    return f"map({_list(pairs)}, {_list(pairs.values())})"


def _list(texts: Iterable[str]) -> str:
    """A list of texts; it costs DuckDB a fifth of the time to read it as one text."""
    return f"string_split({_text(chr(10).join(texts))}, chr(10))"


def _text(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"
