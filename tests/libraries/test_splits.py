"""Whatever way rows are split into stores, their sums give the answer of one store, to the last
bit."""

from __future__ import annotations

import inspect
import random
import tomllib
from pathlib import Path
from typing import Any

import duckdb
import pytest

from libstats.definitions import calendar, clock, processes
from libstats.libraries.made import answered
from libstats.libraries.parted_analyses import PARTED
from libstats.libraries.question import Question
from libstats.wording import records
from tests.support.cases import PROCESS
from tests.support.tables import Rows, holding

PERIOD = {"since": "2026-01-01", "until": "2026-07-01"}
WORK = {"process": "mending", **PERIOD}
AS_OF = {"as_of": "2026-07-01"}
# Of each analysis what is asked; one that is registered and not asked here fails.
ASKED: dict[str, list[dict[str, Any]]] = {
    "backlog": [
        WORK,
        {**WORK, "by": "kind", "every": "month"},
        {**WORK, "by": "branch"},
    ],
    "circulation": [
        PERIOD,
        {**PERIOD, "branch": "owning_branch"},
        {**PERIOD, "branch": "all"},
    ],
    "collection_age": [AS_OF, {**AS_OF, "by": "all"}, {**AS_OF, "by": "branch"}],
    "collection_use": [PERIOD, {**PERIOD, "by": "all", "dusty_years": 1}],
    "fill_rate": [{**WORK, **AS_OF}, {**WORK, **AS_OF, "by": "branch"}],
    "signals": [{"process": "mending", "measure": "done", **AS_OF}],
    "throughput": [
        WORK,
        {**WORK, "by": "branch"},
        {**WORK, "every": "week", "milestone": "brought"},
    ],
    "turnaround": [
        {**WORK, **AS_OF},
        {**WORK, **AS_OF, "by": "month"},
        {**WORK, **AS_OF, "by": "branch"},
    ],
}
BRANCHES = ("EAST", "MAIN", "NORTH", "PARK", "WEST")
Piece = tuple[str, dict[str, Rows]]  # what stays together, and the branch that it is of


def pieces(chance: random.Random) -> list[Piece]:
    """Copies with their titles and loans, and cases of a process, each of one branch."""
    found: list[Piece] = []
    for n in range(60):
        branch, source = chance.choice(BRANCHES), "koha"
        copy = {
            "source": source,
            "item_id": str(n),
            "title_id": str(n),
            "owning_branch": branch,
            "call_number": f"{chance.randrange(1000):03} B",
            "added_on": f"20{chance.randrange(10, 26)}-0{chance.randrange(1, 10)}-11",
        }
        title = {
            "title_id": str(n),
            "published_year": chance.choice([None, 1999, 2010, 2024, 2031]),
        }
        loans: Rows = [
            {
                "loan_id": f"{n}.{m}",
                "item_id": str(n),
                "checkout_branch": branch,
                "owning_branch": branch,
                "checked_out_at": f"2026-0{chance.randrange(1, 7)}-{chance.randrange(1, 29):02} 10:00",
                "renewals": chance.randrange(3),
            }
            for m in range(chance.randrange(4))
        ]
        found.append((branch, {"item": [copy], "title": [title], "loan": loans}))
    for n in range(90):
        branch, start = (
            chance.choice(BRANCHES),
            f"2026-0{chance.randrange(1, 7)}-{chance.randrange(1, 29):02}",
        )
        end = f"2026-0{chance.randrange(int(start[6]), 8)}-{chance.randrange(1, 29):02}"
        case = {"process": "mending", "case_id": str(n), "branch": branch}
        steps = [("brought", start)]
        if "2026-06-30" > end > start:
            steps.append((chance.choice(["mended", "mended", "mended", "discarded"]), end))
        rows = [{**case, "milestone": name, "happened_at": at} for name, at in steps]
        found.append((branch, {"milestone": rows}))
    return found


def store(those: list[Piece]) -> duckdb.DuckDBPyConnection:
    """A store with those pieces. All tell of the same time, and so of one old day of use."""
    old = {"loan_id": "old", "checked_out_at": "2001-01-01 10:00", "checkout_branch": None}
    tables: dict[str, Rows] = {name: [] for name in ("item", "title", "milestone")}
    tables["loan"] = [old]
    for _, rows in those:
        for name, more in rows.items():
            tables[name] += more
    con = holding(**tables)
    config = tomllib.loads(PROCESS)
    processes.register(con, config)
    calendar.register(con, config)
    clock.register(con, None)
    con.execute(
        """
        create temp table judged_day (
            seq bigint,
            table_name varchar,
            event varchar,
            branch varchar,
            day date,
            n bigint,
            open bigint,
            over bigint
        )
        """
    )
    con.execute("create table loaded_day as from judged_day")
    con.execute("update loaded_file set told_until = '2026-07-01', exported_at = '2026-07-01'")
    con.execute(
        """
        insert into coverage by name
        select
            'koha' as source,
            'milestone' as table_name,
            'mending: ' || unnest(['brought', 'mended', 'discarded']) as event,
            unnest(list_concat([null], $branches)) as branch,
            timestamp '1990-01-01' as since,
            timestamp '2040-01-01' as until,
            false as is_partial,
            false as is_suspected
        """,
        {"branches": sorted({branch for branch, _ in those})},
    )
    return con


def one(question: Question, con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """The answer of one store, its waits on the grid of sums that travel."""
    sums = question.parted.sums
    grid = {"grid": "days"} if "grid" in inspect.signature(sums).parameters else {}
    added = sums(con, **question.parameters, **grid)
    made = question.parted.made(**question.parameters)
    answer = con.sql(
        f"with sums as materialized ({added.sql}) from ({made.sql})",
        params=added.params | made.params,
    )
    if question.parted.finish is not None:
        answer = question.parted.finish(con, records(answer), **question.parameters)
    return answer.fetchall()


def many(
    question: Question, stores: list[duckdb.DuckDBPyConnection], folder: Path
) -> list[tuple[Any, ...]]:
    """The answer of many, without the names of libraries."""
    for number, con in enumerate(stores):
        added = question.added_up(con)
        con.sql(added.sql, params=added.params).write_parquet(str(folder / f"{number}.parquet"))
    names = {str(number): f"Library {number}" for number in range(len(stores))}
    relation = answered(question, folder, names)
    columns = [f'"{name}"' for name in relation.columns if name != "library"]
    return relation.select(", ".join(columns)).fetchall()


def split(
    those: list[Piece], into: int, chance: random.Random, *, whole: bool
) -> list[list[Piece]]:
    """The pieces in so many stores; with `whole` a branch stays together."""
    place = {branch: number % into for number, branch in enumerate(BRANCHES)}
    found: list[list[Piece]] = [[] for _ in range(into)]
    for piece in those:
        found[place[piece[0]] if whole else chance.randrange(into)].append(piece)
    return found


@pytest.fixture(scope="module", params=[1, 2])
def stores(request: pytest.FixtureRequest) -> dict[bool | None, list[duckdb.DuckDBPyConnection]]:
    """One store with everything, and the same split two ways."""
    chance = random.Random(request.param)
    those, into = pieces(chance), 2 + request.param
    return {
        None: [store(those)],
        False: [store(some) for some in split(those, into, chance, whole=False)],
        True: [store(some) for some in split(those, into, chance, whole=True)],
    }


@pytest.mark.parametrize("analysis", sorted(PARTED))
def test_any_split_into_stores_answers_as_one(
    analysis: str,
    stores: dict[bool | None, list[duckdb.DuckDBPyConnection]],
    tmp_path: Path,
) -> None:
    for asked in ASKED[analysis]:
        question = Question.of(analysis, asked)
        expected = one(question, stores[None][0])
        assert len(expected) > 0, asked
        # days of a desk are those of one library: two of one name are two desks
        whole = question.is_by_library or asked.get("branch") == "all"
        found = many(question, stores[whole], tmp_path)
        if question.is_by_library:  # libraries stand one behind the other, each as it answers alone
            assert found == [row for con in stores[True] for row in one(question, con)], asked
            found, expected = sorted(found, key=repr), sorted(expected, key=repr)
        assert found == expected, asked
