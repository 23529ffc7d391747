"""Random loads, undos, confirmations and looks back, each compared with the oracle.

`python -m tests.campaigns.law 2000` runs that many cases (from a seed that it prints on a
violation) and prints its counts; `law 2000 500` begins with seed 500, `law 2000 500 shut` shuts
the doors of all optimisations.
"""

from __future__ import annotations

import csv
import hashlib
import io
import random
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import duckdb

from libstats import schema
from libstats.declaration.source import Source
from libstats.loading.incoming import Incoming, Job
from libstats.loading.intake import Intake
from libstats.loading.receipt import FileReceipt
from libstats.readers import delimited
from libstats.store import gone, ledger, settle, tables, views
from libstats.workspace import open
from libstats.workspace.workspace import init
from tests.campaigns import oracle
from tests.campaigns.oracle import Told
from tests.support.doors import DOORS, shut

START = datetime(2026, 1, 1)
ITEM = {
    "id": "item_id",
    "bar": "barcode",
    "branch": "owning_branch",
    "bib": "title_id",
    "call": "call_number",
    "state": "status",
}
COLUMNS = {
    **ITEM,
    "writer": "author",
    "loan": "loan_id",
    "place": "checkout_branch",
    "who": "patron_key",
    "when": "happened_at",
    "at": "branch",
    "type": "kind_as_exported",
    "item": "item_id",
}
_SELECT = (
    "\n".join(f'"{heading}" as {column},' for heading, column in ITEM.items())
    + '\nwhole_number("uses") as lifetime_checkouts,'
)
_OF_ITEM = {"item": _SELECT, "title": '"bib" as title_id,\n"writer" as author,'}
_EVENT = (
    "iso_time(\"when\") as happened_at,\n\"at\" as branch,\ncase \"type\" when 'issue' then 'checkout' else 'other' end as kind,\n"
    '"type" as kind_as_exported,\n"item" as item_id,\nperson_key("who") as patron_key,'
)
KINDS = {
    "increment": Source("test", "increment", ("bar",), _OF_ITEM),
    "whole": Source("test", "whole", ("bar",), _OF_ITEM, whole=True, absence="gone"),
    "by branch": Source(
        "test", "by branch", ("bar",), _OF_ITEM, whole=True, scope="owning_branch", absence="gone"
    ),
    "log": Source("test", "log", ("when",), {"circulation_event": _EVENT}),
    "loans": Source(
        "test",
        "loans",
        ("loan",),
        {
            "loan": '"loan" as loan_id,\n"place" as checkout_branch,\nperson_key("who") as patron_key,'
        },
    ),
}
File = tuple[str, list[str], list[list[str]], int]


def changed(source: Source) -> Source:
    """The declaration after a change: what it makes of a call number or a place is written in
    capitals."""
    fills = {
        table: sql.replace('"call" as', 'upper("call") as').replace(
            '"place" as', 'upper("place") as'
        )
        for table, sql in source.fills.items()
    }
    return replace(source, fills=fills)


class Case:
    """One random history in one in-memory store, and what the oracle was told of it."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.folder = folder
        self.workspace = init(folder)
        self.con = duckdb.connect()
        self.con.execute("attach ':memory:' as store; use store")
        tables.create_tables(self.con)
        self.told: list[Told] = []
        self.done: Counter[str] = Counter()
        self.log = self._make_log()
        self.is_changed = False
        self.files = [self._file() for _ in range(self.rng.randint(1, 5))]

    def _make_log(self) -> list[list[str]]:
        rows = []
        for second in range(6):
            for _ in range(self.rng.choice((0, 1, 1, 2, 3))):
                rows.append(
                    [
                        f"2026-01-01 00:00:0{second}",
                        self.rng.choice("AB"),
                        self.rng.choice(("issue", "return")),
                        self.rng.choice(("", "i1", "i2")),
                        self.rng.choice(("p1", "p2")),
                    ]
                )
        return rows

    def _file(self) -> File:
        kind = self.rng.choice(
            ("increment", "whole", "whole", "by branch", "by branch", "log", "log", "loans")
        )
        minute = self.rng.randint(0, 4)
        if kind == "log":
            return self._log_file(minute)
        if kind == "loans":
            return (
                kind,
                ["loan", "place", "who"],
                [
                    [self._value(h) for h in ("loan", "place", "who")]
                    for _ in range(self.rng.randint(0, 4))
                ],
                minute,
            )
        names_of_key = self.rng.choice((("id",), ("bar",), ("id", "bar")))
        names = [
            h
            for h in (*ITEM, "writer", "uses")
            if h in names_of_key or (h not in ("id", "bar") and self.rng.random() < 0.75)
        ]
        if kind == "by branch" and "branch" not in names:
            names.append("branch")
        if self.rng.random() < 0.3:
            self.rng.shuffle(names)
        rows = [[self._value(h) for h in names] for _ in range(self.rng.randint(0, 6))]
        return kind, names, rows, minute

    def _log_file(self, minute: int) -> File:
        first, last = sorted(self.rng.choices(range(7), k=2))
        rows = [list(r) for r in self.log if first <= int(r[0][-1]) < last]
        for row in rows:
            if self.rng.random() < 0.2:
                row[3] = self.rng.choice(("", "i3"))
            if self.rng.random() < 0.2:
                row[4] = ""
        self.rng.shuffle(rows)
        width = self.rng.choice((4, 5))
        return (
            "log",
            ["when", "at", "type", "item", "who"][:width],
            [row[:width] for row in rows],
            minute,
        )

    def _value(self, heading: str) -> str:
        choices = {
            "id": ("1", "2", "3", "4", ""),
            "bar": ("b1", "b2", "b3", "b4", ""),
            "branch": ("", "A", "B"),
            "bib": ("", "x", "y"),
            "uses": ("", "5", "7", "x"),
        }
        choices |= {"call": ("", "p", "q", "p,q", 'p"q', "p\nq"), "state": ("", "p", "q", ",p")}
        choices |= {"loan": ("1", "2", "3"), "who": ("", "p1", "p2"), "writer": ("", "Ann", "Bo")}
        return self.rng.choice(choices.get(heading, ("", "p", "q", "r")))

    def run(self) -> None:
        for _ in range(self.rng.randint(1, 8)):
            move = self.rng.random()
            live = [t for t in self.told if t.undone is None]
            if move < 0.7 or not live:
                self._load(*self._later(self.rng.choice(self.files)))
            else:
                self._undo(self.rng.choice(live))
            if self.rng.random() < 0.4:
                self._confirm()
            self.is_changed |= self.rng.random() < 0.1
            self._compare(ledger.LATEST, "now")
            self._forgotten()
        self._look_back()

    def _later(self, file: File) -> File:
        """The file, or a later one that lacks some of its rows and, if it is no log, has others."""
        kind, names, rows, minute = file
        if self.rng.random() < 0.4:
            return file
        fresh = (
            []
            if kind == "log"
            else [[self._value(h) for h in names] for _ in range(self.rng.randint(0, 2))]
        )
        return (
            kind,
            names,
            [r for r in rows if self.rng.random() < 0.7] + fresh,
            minute + self.rng.choice((0, 1, 2)),
        )

    def _load(self, kind: str, names: list[str], rows: list[list[str]], minute: int) -> None:
        buffer = io.StringIO()
        quoting = csv.QUOTE_ALL if self.rng.random() < 0.1 else csv.QUOTE_MINIMAL
        csv.writer(buffer, lineterminator="\n", quoting=quoting).writerows([names, *rows])
        data = buffer.getvalue().encode()
        path = self.folder / "file.csv"
        path.write_bytes(data)
        source = changed(KINDS[kind]) if self.is_changed else KINDS[kind]
        place = self.rng.choice((None, None, "twin"))
        file = next(
            f for f in delimited.probe(path).headers() if f.delimiter == "," or len(names) == 1
        )
        at = START + timedelta(minutes=minute)
        job = Job(self.workspace, self.con, self.folder, place, at, lambda n: None)
        receipt = Intake(Incoming(job, source, file, cache(file.count))).run()
        self.done[receipt.outcome] += 1
        if receipt.outcome == "repeated":
            return
        assert sum(receipt.dispositions.values()) == len(rows) == receipt.rows_read, receipt
        assert all(n >= 0 for n in receipt.dispositions.values()), receipt
        self._tell(
            Told(
                receipt.seq or 0,
                next(iter(source.fills)),
                (),
                [],
                (minute, hashlib.sha256(data).hexdigest()),
                kind,
            ),
            source,
            names,
            rows,
            place,
            receipt,
        )

    def _tell(
        self,
        told: Told,
        source: Source,
        names: list[str],
        rows: list[list[str]],
        place: str | None,
        receipt: FileReceipt,
    ) -> None:
        """Tell the oracle of a load, and of what it superseded: the same file at the same time
        under the earlier declaration."""
        capital = {"call_number", "checkout_branch"} if self.is_changed else set()
        dicts = [
            {COLUMNS.get(h, h): v or None for h, v in zip(names, row, strict=True)} for row in rows
        ]
        kept = [
            {c: v.upper() if v and c in capital else v for c, v in row.items()}
            for row in dicts
            if not self._is_rejected(told.kind, row)
        ]
        unread = tuple(row for row in dicts if source.whole and self._is_rejected(told.kind, row))
        # a row that only lacks its own key tells of its title all the same
        beside = tuple(
            row for row in dicts if self._is_rejected(told.kind, row) and row.get("uses") != "x"
        )
        assert receipt.dispositions["rejected"] == len(rows) - len(kept), receipt
        told = replace(
            told,
            columns=tuple(COLUMNS.get(h, h) for h in names),
            rows=kept,
            whole=source.whole,
            scoped=source.scope is not None,
            source=place or "test",
            is_changed=self.is_changed,
            unread=unread,
            beside=beside,
        )
        for old in self.told:
            same = (old.rank, old.kind, old.source) == (told.rank, told.kind, told.source)
            if same and old.undone is None and old.is_changed != told.is_changed:
                old.undone = told.seq - 1
                self.done["superseded"] += 1
        self.told.append(told)

    def _is_rejected(self, kind: str, row: dict[str, str | None]) -> bool:
        """True for a row without a key, or with a number that is none."""
        return kind not in ("log", "loans") and (
            row.get("uses") == "x" or not (row.get("item_id") or row.get("barcode"))
        )

    def _undo(self, load: Told) -> None:
        settle.undo_load(self.con, load.seq, datetime.now())
        load.undone = ledger.last_seq(self.con)
        self.done["undone"] += 1

    def _confirm(self) -> None:
        held = [w for w in ledger.wholes(self.con) if not w.is_believed]
        if not held:
            return
        chosen = self.rng.choice(held).seq
        load = next(t for t in self.told if t.seq == chosen)
        load.confirmed = ledger.enter(self.con, "confirm", load.seq, datetime.now())
        self.con.execute(
            "update store.load set confirmed_seq = $1 where seq = $2", [load.confirmed, load.seq]
        )
        gone.after_confirming(self.con, schema.tables()["item"])
        self.done["confirmed"] += 1

    def _compare(self, at: int, when: str) -> None:
        """What people see equals what the oracle says."""
        con = self.con
        views.make(con, at)
        con.execute("use memory")
        for place in ("test", "twin"):
            self._compare_items(con, [t for t in self.told if t.source == place], place, at, when)
            told = [t for t in self.told if t.source == place]
            for table, key, column in (
                ("title", "title_id", "author"),
                ("loan", "loan_id", "checkout_branch"),
            ):
                found = dict(
                    con.execute(
                        f"select {key}, {column} from {table} where source = $1", [place]
                    ).fetchall()
                )
                assert found == oracle.keyed(told, table, key, column, at), (
                    when,
                    table,
                    found,
                    told,
                )
            logged = con.execute(
                "select happened_at::varchar, branch, kind_as_exported, item_id from circulation_event where source = $1",
                [place],
            ).fetchall()
            assert sorted(logged, key=repr) == oracle.events(told, at), (
                when,
                logged,
                oracle.events(told, at),
                told,
            )
        con.execute("use store")

    def _compare_items(
        self, con: duckdb.DuckDBPyConnection, told: list[Told], place: str, at: int, when: str
    ) -> None:
        columns = ("item_id", "barcode", *oracle.STICKY, *oracle.CLEARABLE)
        rows = con.execute(
            f"select item_key, gone_after is not null, {', '.join(columns)} from item_ever where source = $1",
            [place],
        ).fetchall()
        found = ({r[0]: r[2:] for r in rows}, {r[0] for r in rows if r[1]})
        assert len(rows) == len(found[0])
        assert found == oracle.items(told, at), (when, found, oracle.items(told, at), told)
        assert con.execute("select count(*) from item where source = $1", [place]).fetchall()[0][
            0
        ] == len(found[0]) - len(found[1])

    def _forgotten(self) -> None:
        """What the newest load ever that tells of patrons shows without one has none in any stored
        row."""
        for table, key in (
            ("loan", ("loan_id",)),
            ("circulation_event", ("happened_at", "branch", "kind_as_exported")),
        ):
            rows = self.con.execute(
                f"select distinct source, {', '.join(f'{c}::varchar' for c in key)} from {table}__row where patron_key is not null"
            ).fetchall()
            left = set(rows) & oracle.bare(self.told, table, key)
            assert not left, (table, left, self.told)
            self.done["patrons looked for"] += len(rows)

    def _look_back(self) -> None:
        at = self.rng.randint(0, ledger.last_seq(self.con))
        open.as_known(self.con, at)
        self._compare(at, f"known at {at}")
        self.done["looked back"] += 1


def run(seeds: range) -> Counter[str]:
    """Run one case a seed; AssertionError, after printing the seed, at the first violation."""
    done: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in seeds:
            case = Case(seed, Path(folder))
            try:
                case.run()
            except BaseException:
                print(f"violated by seed {seed}", file=sys.stderr)
                raise
            done += case.done
            case.con.close()
    return done


if __name__ == "__main__":
    first, number = (
        (int(sys.argv[2]) if len(sys.argv) > 2 else 0),
        int(sys.argv[1]) if len(sys.argv) > 1 else 200,
    )
    with shut(*(DOORS if "shut" in sys.argv[3:] else ())):
        counts = run(range(first, first + number))
    print(
        f"{number} cases, no violation: "
        + ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    )
