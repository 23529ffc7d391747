"""Call numbers on the shelf: lists in their order, spellings of one number, properties of keys, a
library's own words; and, where they are at hand, lists and spellings that others published."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import duckdb
import pytest

from libstats.definitions import call_numbers

pytestmark = pytest.mark.slow

# Made up, each in the order of its shelf.
SHELVES = {
    "lcc": """QA|QA 9|QA9 2nd|QA9 1998|QA76|QA76 10th|QA76 1988|QA76 1988 .B3|QA76 .A1|QA76 .A12|QA76 .A2
        |QA76.5 .C3|QA76.54 .B2|QA76.9 .D3|QA76.9 .D3 1990|QA76.9 .D3 1990 c.2
        |QA76.9 .D3 1999 v.1|QA76.9 .D3 1999 v.2|QA76.9 .D3 1999 v.10|QA76.9 .D3 B4|QA76.9 .D3 B4 E2
        |QA76.9 .D35|QA100 .A1|QB1 .A1|QC 35 .B52|QC 35 .B52x|QC 35 .B53""",
    # behind words that an author follows elsewhere: a class all the same
    "lcc behind words": """f N40 .W6|f NA12|f NA100|FICTION PS97 .A1|FICTION PS3545 .I5
        |Graphic Novel PN97 .M5|Graphic Novel PN6727 .M5|Graphic Novel PN6727 .M55""",
    "ddc": """9 Wal|031 Wor|398.2 Gri|641 Bet|641/Mon|641 Zed|641.5 Bro v.2|641.5 Bro v.10|641.596 Mon
        |641.6 A23|641.6 A3|800|B Lin|E Seu|FIC B7|FIC B76|FIC B8|J 599.5 Abc|J 599.53 Abc""",
    "nlm": "QS 4 A1|QS 18 B2|W 1 J6|W 26.5 C3|WG 9 A1|WG 120 H1 2005|WG 120 H1 2010 v.2|WG 120 H2",
    "sudoc": """A 1.9:982|A 1.9:1996|A 1.9:2004|A 1.9:F 22|A 1.9:F 22/2|A 1.9:2|A 1.9:10|A 1.9/2:F 1
        |A 1.10:F 1|Y 4.ED 8/1:117-9|Y 4.ED 8/1:117-48""",
    "local": """CD 2|CD 10|CD 123|DVD 9|DVD 1234|DVD 12345|MC 1-2|MC 1-11
        |PER v.1 no.2|PER v.1 no.10|PER v.2 1999 Jan|PER v.2 1999 Feb.|PER v.2 1999 Dec
        |PER v.2 1999 Spring|PER v.2 1999 fall|PER v.10""",
    # numbers of accession by year have no decimals
    "local volumes": "v.1 (1990)|v.2|v.10|v.12 Jan|v.12 Feb|v.12 Dec|v.12 Spring|v.12 no.2",
    "local by year": "2019.5.2|2019.5.12|2019.10.3|2020.1|2020.12",
}
# Made up: number, scheme beside it (blank: none), class.
CLASSES = """E-READER||None|E-Book|ddc|None|E SEU|ddc|E|E123|lcc|E|+ N40 .W6|lcc|N|++ N40 .W6||N
    |FIC B76|lcc|FIC|FIC B76||FIC|FIC PS3545 .I5|lcc|PS|Graphic Novels PN6727 .M5|lcc|PN
    |GRAPHIC NOVELS BAT||GN|Newspapers||PER|Magazines|ddc|PER|Journals|lcc|PER|FRE 843 C|ddc|843
    |CHI FIC|ddc|FIC|ADULT FIC ADA||FIC|AD 123||None|JGN BAB|ddc|GN|JE SEU|ddc|E|YGN NAR|ddc|GN
    |Law KF4550 .A2|lcc|None|Special Collections PS3545 .I5||PS|RARE BOOK N40 .W6|lcc|N
    |Thesis B76|lcc|None|LAPTOP PC 12|lcc|None|Carton AB 12||None|Blu Ray BAT||AV|BOCD FIC GRI|ddc|AV|641/.5 CHI|ddc|641|REF QA5|lcc|QA|R 031|ddc|031"""

SPELLINGS = {
    "lcc": """QA76.9 .D3 v.2|QA 76.9.D3 V. 2|qa 76.9 d3 vol. 2|QA76.9D3 v.2||PR42 .É5|PR42 .E5
        ||KF4558 15th .A2|KF 4558 15TH.A2||ML60 R7|ML0060 .R7||QA76 .A1 copy 2|QA76 .A1 c.2""",
    "ddc": """J 641.5 BRO|J641.5/BRO|j  641.5 bro||341.758 A1|341.7/58 A1||9 Wal|009 WAL||[Fic] Åbc|FIC ABC
        ||641/.5 Bro|641.5 Bro
        ||641.50 Bro|641.5 Bro""",
    "sudoc": "Y 4.ED 8/1:117-48|Y4.ED8/1:117-48|y 4.ed 8/1:117-48||A 1.9:998|A 1.9:1998",
    "local": "AA-11|AA-011|AA 11||DVD1234|DVD 1234|dvd-1234",
}


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    call_numbers.register(con)
    return con


def keys(
    con: duckdb.DuckDBPyConnection, numbers: list[str], scheme: str | None = None
) -> list[str]:
    """The key of each number, in their order."""
    sql = """
        select call_number_key(number, $2::varchar)
        from (
            select
                unnest($1::varchar[]) as number,
                generate_subscripts($1::varchar[], 1) as place
        )
        order by place
    """
    return [key for (key,) in con.execute(sql, [numbers, scheme]).fetchall()]


def split(text: str) -> list[str]:
    return [part.strip() for part in text.split("|")]


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("scheme", SHELVES)
def test_neighbours_stand_in_order(
    con: duckdb.DuckDBPyConnection, scheme: str, is_named: bool
) -> None:
    numbers = split(SHELVES[scheme])
    found = keys(con, numbers, scheme.split()[0] if is_named or "words" in scheme else None)
    pairs = zip(numbers, numbers[1:], found, found[1:], strict=False)
    assert [(a, b) for a, b, one, two in pairs if not one < two] == []


def test_the_class_that_a_number_says(con: duckdb.DuckDBPyConnection) -> None:
    told = split(CLASSES)
    asked = list(zip(told[::3], told[1::3], told[2::3], strict=True))
    sql = """
        select number, scheme, coalesce(call_number_class(number, nullif(scheme, '')), 'None')
        from (select unnest($1::varchar[]) as number, unnest($2::varchar[]) as scheme)
    """
    found = con.execute(sql, [[n for n, _, _ in asked], [s for _, s, _ in asked]]).fetchall()
    assert sorted(found) == sorted(asked)


@pytest.mark.parametrize("scheme", SPELLINGS)
def test_spellings_of_one_number_have_one_key(con: duckdb.DuckDBPyConnection, scheme: str) -> None:
    for group in SPELLINGS[scheme].split("||"):
        assert len(set(keys(con, split(group)))) == 1, group


def test_blanks_case_and_points_do_not_matter(con: duckdb.DuckDBPyConnection) -> None:
    numbers = [n for text in SHELVES.values() for n in split(text)]
    changed = [f"  {n.lower().replace(' ', '  ')} " for n in numbers]
    assert keys(con, changed) == keys(con, numbers)


def test_no_number_stands_before_its_own_beginning(con: duckdb.DuckDBPyConnection) -> None:
    for scheme, text in SHELVES.items():
        for words in (number.split(" ") for number in split(text)):
            begun = [" ".join(words[:count]) for count in range(1, len(words) + 1)]
            found = keys(con, begun, scheme)
            assert found == sorted(found), begun


def test_every_text_has_a_key_but_what_has_no_letter(con: duckdb.DuckDBPyConnection) -> None:
    random.seed(1)
    texts = ["".join(random.choices("AQv .:/-19'é(#ß字Ж", k=9)) for _ in range(500)]
    found = keys(con, [*texts, " .-"])
    assert [
        t for t, key in zip(texts, found, strict=False) if not key and t.strip(" .:/-'(#")
    ] == []
    assert found[-1] is None
    assert keys(con, ["FIC Бул", "FIC Тол"]) == sorted(keys(con, ["FIC Бул", "FIC Тол"]))


def test_the_parts_of_a_number(con: duckdb.DuckDBPyConnection) -> None:
    sql = "select call_number_parts($1::varchar, $2::varchar), call_number_class($1::varchar, $2)"
    parts, of_class = con.execute(sql, ["REF QA76.9 .D3 B42 2005 v.2 c.3", "lcc"]).fetchall()[0]
    assert of_class == "QA"
    assert parts == {
        "scheme": "lcc", "told_by": "named", "prefix": "REF", "class": "QA76.9", "cutters": ["D3", "B42"], "author": None, "book": None, "year": 2005, "volumes": ["V.2", "C.3"],
        "copy": 3, "class_scheme": "lcc", "class_key": "QA 0076", "is_reference": True,
    }  # fmt: skip
    told = {
        number: con.execute(sql, [number, None]).fetchall()[0][0]["told_by"]
        for number in ("641.5 BRO", "DVD 1234", "Electronic resource")
    }
    assert told == {
        "641.5 BRO": "guessed",
        "DVD 1234": "guessed",
        "Electronic resource": "unparsed",
    }


def test_a_table_asked_at_once_says_what_each_number_says_alone(
    con: duckdb.DuckDBPyConnection,
) -> None:
    numbers = [n for text in SHELVES.values() for n in split(text)]
    sql = "select call_number_parts(number) from (select unnest($1::varchar[]) as number)"
    assert [p for (p,) in con.execute(sql, [numbers[:12]]).fetchall()] == [
        con.execute("select call_number_parts($1::varchar)", [n]).fetchall()[0][0]
        for n in numbers[:12]
    ]


def test_every_word_of_a_scheme_names_one_there_is() -> None:
    rows = call_numbers.shipped("call_number_schemes.csv")
    assert {row["scheme"] for row in rows} == {*call_numbers.SCHEMES, ""}
    words = call_numbers.shipped("call_number_words.csv")
    assert {row["meaning"] for row in words} <= set(call_numbers.MEANINGS)


def test_a_library_has_its_own_words_and_schemes() -> None:
    con = duckdb.connect()
    own = {"prefixes": {"Teen Zone": "teen", "MC": "accession"}, "schemes": {"LC-OLD": "lcc"}}
    call_numbers.register(con, {"call_numbers": own})
    sql = "select call_number_class($1::varchar, $2::varchar)"
    asked = [("TEEN ZONE BRO", None), ("MC 641", "ddc"), ("E", "lc-old"), ("641 BRO", None)]
    assert [con.execute(sql, list(each)).fetchall()[0][0] for each in asked] == [
        "YA",
        None,
        "E",
        "641",
    ]


def test_a_word_before_a_number_is_known_whatever_its_points_blanks_and_case() -> None:
    """All words, the library's own and those of libstats: of each the meaning is the same."""
    con = duckdb.connect()
    own = {"Teen. Zone": "teen", "L.H.R.": "local", "Бул Зал": "local"}
    call_numbers.register(con, {"call_numbers": {"prefixes": own}})
    words = [*own, *(row["word"] for row in call_numbers.shipped("call_number_words.csv"))]
    asked = [(w, text) for w in words for text in spelt(w)]
    sql = """
        select number, call_number_class(number || ' 641.5 BRO', 'ddc'),
            call_number_parts(number || ' 641.5 BRO', 'ddc').prefix is not null,
            call_number_parts(number || ' 641.5 BRO', 'ddc').is_reference
        from (select distinct unnest($1::varchar[]) as number)
    """
    found = {
        n: rest
        for n, *rest in con.execute(sql, [[w for w, _ in asked] + [t for _, t in asked]]).fetchall()
    }
    assert [(w, text) for w, text in asked if found[w] != found[text] or not found[text][1]] == []


def spelt(word: str) -> list[str]:
    """A word in other spellings."""
    parts = word.replace(".", " ").replace("-", " ").split()
    return [".".join(parts) + ".", "  ".join(parts).lower(), ". ".join(parts) + "."]


def test_initials_may_have_points() -> None:
    con = duckdb.connect()
    call_numbers.register(con, {"call_numbers": {"prefixes": {"L.H.R.": "local"}}})
    sql = "select call_number_class($1::varchar, null)"
    asked = ["Y.A. BRO", "YA BRO", "LHR 12", "L. H. R. 12", "l.h.r 12", "P.S. 35 .A1"]
    assert [con.execute(sql, [n]).fetchall()[0][0] for n in asked] == [
        "YA", "YA", "LOCAL", "LOCAL", "LOCAL", None,
    ]  # fmt: skip


def test_one_figure_and_an_author_are_a_librarys_own_number_but_on_a_shelf_of_classes(
    con: duckdb.DuckDBPyConnection,
) -> None:
    sql = "select call_number_class($1::varchar, $2::varchar), call_number_parts($1::varchar, $2).scheme"
    asked = {
        ("PS5 SPI", None): (None, "local"),
        ("QA 7 BRO", None): (None, "local"),
        ("PS5 SPI", "ddc"): (None, "local"),
        ("PS5 SPI", "lcc"): ("PS", "lcc"),
        ("PS3545 SPI", None): ("PS", "lcc"),
        ("PS5 .S65", None): ("PS", "lcc"),
        ("QA9 1998", None): ("QA", "lcc"),
        ("QA9.5 BRO", None): ("QA", "lcc"),
    }
    assert {key: con.execute(sql, list(key)).fetchall()[0] for key in asked} == asked


def test_lists_that_others_published_stand_in_order(
    real: Path, con: duckdb.DuckDBPyConnection
) -> None:
    with (real / "callnumbers" / "sorted_lists.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    found = keys(con, [row["callnumber"] for row in rows])
    pairs = [
        one < two if a["relation"] == "increasing" else one <= two
        for a, b, one, two in zip(rows, rows[1:], found, found[1:], strict=False)
        if a["list_id"] == b["list_id"]
    ]
    assert sum(pairs) / len(pairs) >= 0.995
    for same in json.loads((real / "callnumbers" / "equivalents.json").read_text(encoding="utf-8")):
        assert len(set(keys(con, same["items"]))) == 1, same["items"]


def test_most_of_a_research_librarys_list_is_parsed(
    real: Path, con: duckdb.DuckDBPyConnection
) -> None:
    text = (real / "callnumbers" / "bc_sample_call_numbers.txt").read_text(
        encoding="utf-8", errors="replace"
    )
    share = """
        select avg((call_number_parts(number, 'lcc').scheme is not null)::integer)
        from (select unnest($1::varchar[]) as number)
    """
    assert con.execute(share, [text.splitlines()]).fetchall()[0][0] >= 0.95
