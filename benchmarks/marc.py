"""`python -m benchmarks.marc FILE.mrc... [--records 200000]`: MARC records against pymarc, whole
commands, each in a process of its own.

The records of the files stand in turns in one file, 001 and the barcodes of 949 and 952 made
distinct. pymarc fills the columns of the map `symphony-949`, years and OCLC numbers too, into two
CSV files. Ours: bytes to staged rows in one process and in two, and the whole `libstats load` into
a new workspace.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import libstats
from benchmarks.measured import held
from libstats.readers.marc import file as marc_file
from libstats.readers.marc.imprint import imprint
from libstats.readers.marc.layout import oclc_number
from libstats.readers.marc.record import END, located
from libstats.readers.place import place_of
from libstats.recognise.sniff import parts
from tests.support.marc import of_bytes

Row = list[str]
# goals: how many times pymarc's seconds of the processor, and by the clock
STAGED, LOADED = (5, 9), (4, 6)
MOST_MB = 400
_KEEPS_NONE = "PYTHONDONTWRITEBYTECODE"


def write(sources: list[Path], target: Path, records: int) -> None:
    """The records of several files in turns, with numbers of their own."""
    held = [
        [(raw[:24].decode("latin-1"), located(raw)) for raw in path.read_bytes().split(END)[:-1]]
        for path in sources
    ]
    copies = 0
    with target.open("wb") as out:
        for number in range(records):
            mine = held[number % len(held)]
            leader, fields = mine[number // len(held) % len(mine)]
            made = [("001", b"%09d" % number)]
            for tag, field in fields:
                if tag in ("949", "952"):
                    copies += 1
                    field = renumbered(field, b"i" if tag == "949" else b"p", b"%012d" % copies)
                if tag != "001":
                    made.append((tag, field))
            out.write(of_bytes(made, leader))


def renumbered(field: bytes, code: bytes, number: bytes) -> bytes:
    """A copy's field with another barcode."""
    found = field.split(b"\x1f")
    return b"\x1f".join(code + number if part[:1] == code else part for part in found)


def with_pymarc(path: Path, folder: Path) -> None:
    """The same columns by pymarc, as its documentation shows it."""
    import pymarc

    with (
        path.open("rb") as stream,
        (folder / "titles.csv").open("w", newline="") as titles,
        (folder / "copies.csv").open("w", newline="") as copies,
    ):
        of_titles, of_copies = csv.writer(titles), csv.writer(copies)
        for record in pymarc.MARCReader(stream):
            if record is not None:
                row = list(_title(record))
                of_titles.writerow(row)
                for field in record.get_fields("949"):
                    of_copies.writerow([row[0], *(field.get(c, "") for c in "imlktawuednqpcv")])


def _title(record: object) -> Iterator[str]:
    """The columns of a title."""

    def control(tag: str) -> str:
        field = record.get(tag)  # type: ignore[attr-defined]
        return field.data if field else ""

    def every(tag: str, *codes: str) -> list[str]:
        fields = record.get_fields(tag)  # type: ignore[attr-defined]
        return [text for text in (" ".join(f.get_subfields(*codes)) for f in fields) if text]

    def first(tag: str, *codes: str) -> str:
        return next(iter(every(tag, *codes)), "")

    leader, coded = str(record.leader), control("008")  # type: ignore[attr-defined]
    yield from (control("004") or control("001"), leader[5], leader[6], leader[7], leader[17])
    yield from (control("005")[:14], coded[35:38], coded[:6], first("245", *"abnp"))
    yield from (first("100", *"abcdq"), first("110", *"abcdn"), first("111", *"acdn"))
    yield from ("; ".join(every("020", "a")), first("022", "a"), "; ".join(every("042", "a")))
    yield from (first(tag, "a") for tag in ("040", "041", "050", "090", "082", "060", "086"))
    yield from (first("040", "c"), first("264", "b"), first("260", "b"))
    yield oclc_number(every("035", "a"), control("001"), control("003"))
    dates = (first("264", "c"), "264") if first("264", "c") else (first("260", "c"), "260")
    yield from imprint(coded[6:15], *dates, control("005")[:4])


def staged(path: Path, folder: Path, processes: int) -> None:
    """Bytes to staged rows, the count too."""
    marc_file.MOST_WORKERS = processes
    lists = list(parts(place_of(path)))
    with ThreadPoolExecutor(1) as beside:
        counted = beside.submit(lists[0].count)
        lists[0].file.staged(folder, lambda done: None)  # type: ignore[attr-defined]
        counted.result()


def loaded(path: Path, folder: Path) -> None:
    """A whole load into a new workspace."""
    place = libstats.init(folder / "library")
    print(libstats.load(place, path), file=sys.stderr)


class Bytecode:
    """Where Python keeps what it has compiled: an installed package has that at hand, a checkout
    may not, and some systems tell Python to keep none."""

    def __init__(self, folder: Path) -> None:
        kept = {name: text for name, text in os.environ.items() if name != _KEEPS_NONE}
        self.environment = kept | {"PYTHONPYCACHEPREFIX": str(folder)}


def timed(what: str, path: Path, bytecode: Bytecode) -> tuple[float, float, float]:
    """Seconds of the processor and by the clock, and peak megabytes of all processes together, of
    one job in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        before, start, most = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter(), 0
        command = [sys.executable, "-m", "benchmarks.marc", str(path), "--job", what]
        process = subprocess.Popen(
            [*command, "--folder", folder], stderr=subprocess.DEVNULL, env=bytecode.environment
        )
        while process.poll() is None:
            most = max(most, held(process.pid))
            time.sleep(0.05)
        assert process.returncode == 0, what
        spent, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return busy, spent, most / 1024


def compare(path: Path, small: Path, bytecode: Bytecode) -> None:
    """Print what each took, and how many times pymarc's that is; a small file goes first, so that
    all is compiled."""
    for what in ("pymarc", "two", "load"):
        timed(what, small, bytecode)
    theirs = timed("pymarc", path, bytecode)
    print(f"pymarc: {theirs[0]:.1f} s of the processor, {theirs[1]:.1f} s by the clock")
    for what, goals in (("one", STAGED), ("two", STAGED), ("load", LOADED)):
        busy, clock, peak = timed(what, path, bytecode)
        print(
            f"{what}: {busy:.1f} s of the processor ({theirs[0] / busy:.1f} x, goal {goals[0]}), "
            f"{clock:.1f} s by the clock ({theirs[1] / clock:.1f} x, goal {goals[1]} on two cores)"
            f", {peak:.0f} MB at most in all processes together (goal {MOST_MB})"
        )


def main() -> None:
    """The command."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("files", type=Path, nargs="+")
    asked.add_argument("--records", type=int, default=200_000)
    asked.add_argument("--job", choices=("pymarc", "one", "two", "load"))
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    path, folder = given.files[0], given.folder
    if given.job == "pymarc":
        warnings.simplefilter("ignore")
        with contextlib.redirect_stderr(io.StringIO()):  # a line for each letter it does not know
            with_pymarc(path, folder)
    elif given.job == "load":
        loaded(path, folder)
    elif given.job:
        staged(path, folder, 1 if given.job == "one" else 2)
    else:
        with tempfile.TemporaryDirectory() as made:
            whole = Path(made) / "whole.mrc"
            write(given.files, whole, given.records)
            print(
                f"{given.records:,} records, {whole.stat().st_size >> 20:,} MB, {os.cpu_count()} cores"
            )
            small = Path(made) / "small.mrc"
            write(given.files, small, 10_000)
            compare(whole, small, Bytecode(Path(made) / "compiled"))


if __name__ == "__main__":
    main()
