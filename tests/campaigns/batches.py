"""Random files loaded in batches of random size, and alone: state, runs, ledger and receipts must be
the same.

`python -m tests.campaigns.batches 500` compares that many histories (from a seed that it prints
where they differ) and says how many files shared a batch.
"""

from __future__ import annotations

import csv
import io
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from libstats import schema
from libstats.loading.batch import Batch
from libstats.loading.incoming import Job
from libstats.loading.queue import Queue
from libstats.loading.receipt import FileReceipt
from libstats.readers import delimited
from libstats.recognise.found import Found
from libstats.store import gone, ledger, settle, tables
from libstats.workspace.workspace import Workspace
from tests.campaigns.law import KINDS, START, Case, File, changed, its_tables_alone, workspace_in

LEDGER = {
    "load": "* exclude (loaded_at)",
    "export": "*",
    "reject": "*",
    "unread": "*",
    "stripped": "*",
    "ledger": "seq, action, load_seq",
}


class Store:
    """A store in memory, and the way files get into it."""

    def __init__(self, folder: Path, key: str | None, *, in_batches: bool) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        self.workspace: Workspace = workspace_in(folder)
        if key:
            self.workspace.key_file.write_text(key, encoding="ascii")
        self.in_batches = in_batches
        self.con = duckdb.connect()
        self.con.execute("attach ':memory:' as store; use store")
        tables.create_tables(self.con)

    def load(self, files: list[tuple[Path, Any]]) -> list[FileReceipt]:
        """Load them, as one command would."""
        scratch = self.workspace.folder / "store"
        job = Job(self.workspace, self.con, scratch, None, None, lambda n: None)
        queue = Queue(job, in_batches=self.in_batches)
        for path, source in files:
            part = next(delimited.probe(path).headers())
            queue.add(Found(path, path.name, (source, part, cache(part.count))))
        return queue.end()

    def content(self) -> dict[str, list[str]]:
        """All that is stored, but for when."""
        found = {
            name: sorted(map(repr, self.con.execute(f"select {what} from {name}").fetchall()))
            for name, what in LEDGER.items()
        }
        for table in schema.tables().values():
            for part in ("row", "merged", "gone", *(["alias"] if table.second_name else [])):
                # of equal rows it is all the same which is the fold
                what = "* exclude (is_sole)" if part == "row" else "*"
                rows = self.con.execute(f"select {what} from {table.name}__{part}").fetchall()
                found[f"{table.name}__{part}"] = sorted(map(repr, rows))
            sole = f"select count(*) from {table.name}__row where is_sole"
            found[f"{table.name} alone"] = [repr(self.con.execute(sole).fetchall())]
        return found


class History:
    """Random files, written once and loaded into both stores."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = random.Random(seed)
        self.folder = folder / "files"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.case = Case(seed, folder / "case")
        # half of the histories know every copy by its number, so that more files share a batch
        self.is_numbered = self.rng.random() < 0.6
        self.together = Store(folder / "together", None, in_batches=True)
        key = self.together.workspace.key_file.read_text(encoding="ascii")
        self.alone = Store(folder / "alone", key, in_batches=False)
        self.number = 0
        self.done: Counter[str] = Counter()

    def run(self) -> None:
        """Load, undo and confirm; AssertionError where the stores differ."""
        for _ in range(self.rng.randint(1, 4)):
            files = list(self._files(self.rng.choice((1, 2, 3, 5, 9))))
            told = [store.load(files) for store in (self.together, self.alone)]
            for batch, single in zip(*told, strict=True):
                assert vars(batch) == vars(single), (batch, single)
                self.done[batch.outcome] += 1
            self._undo()
            self._confirm()
            here, there = self.together.content(), self.alone.content()
            for name, rows in here.items():
                assert rows == there[name], (name, rows, there[name])

    def _files(self, number: int) -> Iterator[tuple[Path, Any]]:
        is_rising = self.rng.random() < 0.5
        for _ in range(number):
            kind, names, rows, minute = self.case._later(self.rng.choice(self.case.files))
            if is_rising:
                minute = self.number
            yield self._write((kind, names, rows, minute))
            if self.rng.random() < 0.05:
                path, source = self._write((kind, names, rows, minute))
                yield path, source

    def _write(self, file: File) -> tuple[Path, Any]:
        kind, names, rows, minute = file
        if self.is_numbered and kind not in ("log", "loans"):
            rows = [
                ["9" if h == "id" and not v else v for h, v in zip(names, r, strict=True)]
                for r in rows
            ]
            if "id" not in names:
                names, rows = ["id", *names], [[self.rng.choice("123"), *r] for r in rows]
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows([names, *rows])
        text = buffer.getvalue()
        if self.rng.random() < 0.1:
            text += self.rng.choice(("x\n", f"{'y,' * len(names)}z,\n", '"'))
        self.number += 1
        dated = self.rng.random() < 0.9
        day = f"{START:%Y%m%d}00{minute % 60:02}" if dated else "undated"
        path = self.folder / f"file{self.number:03}_{day}.csv"
        path.write_text(text, encoding="utf-8", newline="\n")
        source = KINDS[kind]
        if kind == "log":
            source = replace(source, happened=("happened_at",))
        return path, changed(source) if self.rng.random() < 0.1 else source

    def _undo(self) -> None:
        live = "select seq from load where undone_seq is null order by seq"
        seqs = [seq for (seq,) in self.alone.con.execute(live).fetchall()]
        if seqs and self.rng.random() < 0.4:
            seq = self.rng.choice(seqs)
            for store in (self.together, self.alone):
                settle.undo_load(store.con, seq, datetime.now())
            self.done["undone"] += 1

    def _confirm(self) -> None:
        held = [w.seq for w in ledger.wholes(self.alone.con) if not w.is_believed]
        if held and self.rng.random() < 0.4:
            seq = self.rng.choice(held)
            for store in (self.together, self.alone):
                entry = ledger.enter(store.con, "confirm", seq, datetime.now())
                store.con.execute("update load set confirmed_seq = $1 where seq = $2", [entry, seq])
                gone.after_confirming(store.con, schema.tables()["item"])
            self.done["confirmed"] += 1


def run(seeds: range) -> Counter[str]:
    """Compare a history a seed; AssertionError, after printing the seed, at the first difference."""
    done: Counter[str] = Counter()
    settle_batch = Batch.settle

    def counted(batch: Batch) -> None:
        settle_batch(batch)
        done["shared a batch"] += len(batch.receipts)

    Batch.settle = counted  # type: ignore[method-assign]
    try:
        with tempfile.TemporaryDirectory() as folder, its_tables_alone():
            for seed in seeds:
                history = History(seed, Path(folder))
                try:
                    history.run()
                except BaseException:
                    print(f"differs by seed {seed}", file=sys.stderr)
                    raise
                done += history.done
                for store in (history.together, history.alone):
                    store.con.close()
    finally:
        Batch.settle = settle_batch  # type: ignore[method-assign]
    return done


if __name__ == "__main__":
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    counts = run(range(first, first + number))
    told = ", ".join(f"{n} {what}" for what, n in sorted(counts.items()))
    print(f"{number} histories, no difference: {told}")
