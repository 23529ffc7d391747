"""Random loads, undos, confirmations and looks back, each compared with the oracle.

`python -m tests.law 2000` runs that many cases (from a seed that it prints on a violation) and prints its counts.
"""

from __future__ import annotations

import csv
import hashlib
import io
import random
import sys
import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

from libstats import ledger, opening, schema, settle, store
from libstats.intake import Intake, Job
from libstats.load import prepare_connection
from libstats.readers import delimited
from libstats.source import Source
from libstats.workspace import init
from tests import oracle
from tests.oracle import Told

START = datetime(2026, 1, 1)
ITEM = {"id": "item_id", "bar": "barcode", "branch": "owning_branch", "bib": "title_id", "call": "call_number", "state": "status"}
_SELECT = "\n".join(f'"{heading}" as {column},' for heading, column in ITEM.items())
_EVENT = (
    'iso_time("when") as happened_at,\n"at" as branch,\ncase "type" when \'issue\' then \'checkout\' else \'other\' end as kind,\n"type" as kind_as_exported,\n"item" as item_id,'
)
KINDS = {
    "increment": Source("test", "increment", ("bar",), {"item": _SELECT}),
    "whole": Source("test", "whole", ("bar",), {"item": _SELECT}, whole=True, absence="gone"),
    "by branch": Source("test", "by branch", ("bar",), {"item": _SELECT}, whole=True, scope="owning_branch", absence="gone"),
    "log": Source("test", "log", ("when",), {"circulation_event": _EVENT}),
}


class Case:
    """One random history in one in-memory store, and what the oracle was told of it."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.folder = folder
        self.workspace = init(folder)
        self.con = duckdb.connect()
        store.create_tables(self.con)
        prepare_connection(self.con)
        self.told: list[Told] = []
        self.done: Counter[str] = Counter()
        self.log = self._make_log()
        self.files = [self._file() for _ in range(self.rng.randint(1, 5))]

    def _make_log(self) -> list[list[str]]:
        rows = []
        for second in range(6):
            for _ in range(self.rng.choice((0, 1, 1, 2, 3))):
                rows.append([f"2026-01-01 00:00:0{second}", self.rng.choice("AB"), self.rng.choice(("issue", "return")), self.rng.choice(("", "i1", "i2"))])
        return rows

    def _file(self) -> tuple[str, list[str], list[list[str]], int]:
        kind = self.rng.choice(("increment", "whole", "whole", "by branch", "log", "log"))
        if kind == "log":
            first, last = sorted(self.rng.choices(range(7), k=2))
            rows = [list(r) for r in self.log if first <= int(r[0][-1]) < last]
            for row in rows:
                if self.rng.random() < 0.2:
                    row[3] = self.rng.choice(("", "i3"))
            self.rng.shuffle(rows)
            return kind, ["when", "at", "type", "item"], rows, self.rng.randint(0, 4)
        names_of_key = self.rng.choice((("id",), ("bar",), ("id", "bar")))
        names = [h for h in ITEM if h in names_of_key or (h not in ("id", "bar") and self.rng.random() < 0.75)]
        if kind == "by branch" and "branch" not in names:
            names.append("branch")
        rows = [[self._value(h) for h in names] for _ in range(self.rng.randint(0, 6))]
        rows = [r for r in rows if any(v for h, v in zip(names, r, strict=True) if h in ("id", "bar"))]
        return kind, names, rows, self.rng.randint(0, 4)

    def _value(self, heading: str) -> str:
        choices = {"id": ("1", "2", "3", "4", ""), "bar": ("b1", "b2", "b3", "b4", ""), "branch": ("", "A", "B"), "bib": ("", "x", "y")}
        return self.rng.choice(choices.get(heading, ("", "p", "q", "r")))

    def run(self) -> None:
        for _ in range(self.rng.randint(1, 8)):
            move = self.rng.random()
            live = [t for t in self.told if t.undone is None]
            if move < 0.7 or not live:
                self._load(*self.rng.choice(self.files))
            elif move < 0.85:
                self._undo(self.rng.choice(live))
            else:
                self._confirm()
            self._compare(self.con, ledger.LATEST, "now")
        self._look_back()

    def _load(self, kind: str, names: list[str], rows: list[list[str]], minute: int) -> None:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows([names, *rows])
        data = buffer.getvalue().encode()
        path = self.folder / "file.csv"
        path.write_bytes(data)
        source = KINDS[kind]
        file = next(f for f in delimited.probe(path).headers() if f.delimiter == "," or len(names) == 1)
        at = START + timedelta(minutes=minute)
        receipt = Intake(Job(self.workspace, self.con, self.folder, path, None, at, lambda n: None), source, file, file.count()).run()
        self.done[receipt.outcome] += 1
        if receipt.outcome == "repeated":
            return
        assert sum(receipt.dispositions.values()) == len(rows) == receipt.rows_read, receipt
        assert all(n >= 0 for n in receipt.dispositions.values()), receipt
        columns = {"when": "happened_at", "at": "branch", "type": "kind_as_exported", "item": "item_id"} if kind == "log" else ITEM
        told = [{columns[h]: v or None for h, v in zip(names, row, strict=True)} for row in rows]
        rank = (minute, hashlib.sha256(data).hexdigest())
        table = next(iter(source.fills))
        scoped = source.scope is not None
        self.told.append(Told(receipt.seq or 0, table, tuple(columns[h] for h in names), told, rank, kind, source.whole, scoped))

    def _undo(self, load: Told) -> None:
        settle.undo_load(self.con, load.seq, datetime.now())
        load.undone = ledger.last_seq(self.con)
        self.done["undone"] += 1

    def _confirm(self) -> None:
        held = [w for w in ledger.wholes(self.con) if not w.is_believed]
        if not held:
            return
        load = next(t for t in self.told if t.seq == self.rng.choice(held).seq)
        load.confirmed = ledger.enter(self.con, "confirm", load.seq, datetime.now())
        self.con.execute("update load set confirmed_seq = $1 where seq = $2", [load.confirmed, load.seq])
        settle.regone(self.con, schema.tables()["item"])
        self.done["confirmed"] += 1

    def _compare(self, con: duckdb.DuckDBPyConnection, at: int, when: str) -> None:
        columns = ("item_id", "barcode", *oracle.STICKY, *oracle.CLEARABLE)
        rows = con.execute(f"select item_key, gone_after is not null, {', '.join(columns)} from item_ever").fetchall()
        found = ({r[0]: r[2:] for r in rows}, {r[0] for r in rows if r[1]})
        assert len(rows) == len(found[0])
        assert found == oracle.items(self.told, at), (when, found, oracle.items(self.told, at), self.told)
        assert con.execute("select count(*) from item").fetchall()[0][0] == len(found[0]) - len(found[1])
        logged = con.execute("select happened_at::varchar, branch, kind_as_exported, item_id from circulation_event").fetchall()
        assert sorted(logged, key=repr) == oracle.events(self.told, at), (when, logged, oracle.events(self.told, at), self.told)

    def _look_back(self) -> None:
        at = self.rng.randint(0, ledger.last_seq(self.con))
        opening.as_known(self.con, at)
        self._compare(self.con, at, f"known at {at}")
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
    first, number = (int(sys.argv[2]) if len(sys.argv) > 2 else 0), int(sys.argv[1]) if len(sys.argv) > 1 else 200
    counts = run(range(first, first + number))
    print(f"{number} cases, no violation: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))
