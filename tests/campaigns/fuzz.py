"""Random damage to valid exports of every form, through the whole load: `python -m
tests.campaigns.fuzz --seconds 600 [--seed 7] [--form json]`.

Of every damaged file: it is loaded, repeated, left alone or refused in words; no other error, no
hang, no patron's identifier in what is said. Of every loaded part: each of its rows has one
disposition, and there are as many as the csv module, or a parser of JSON or XML, counts. A finding
is printed with its seed; `--seed S --case N` makes it again.
"""

from __future__ import annotations

import argparse
import faulthandler
import gzip
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import duckdb

from libstats.cli import listing
from libstats.loading.incoming import Job
from libstats.loading.queue import Queue
from libstats.loading.receipt import FileReceipt
from libstats.readers import delimited, symphony_log, text
from libstats.readers.logs import lines
from libstats.readers.marc import blocks, file, rows
from libstats.recognise.found import found_in
from libstats.recognise.inspect import inspect
from libstats.store import generations
from libstats.workspace.workspace import Workspace, init
from tests.campaigns.damage import hurt, hurt_members
from tests.campaigns.fuzz_golden import golden_of, reports_of
from tests.campaigns.fuzz_lines import COLUMNS, bare_of, log_of
from tests.campaigns.fuzz_logs import lines_in, logs_of
from tests.campaigns.fuzz_marc import marc_of
from tests.campaigns.fuzz_messages import messages_of
from tests.campaigns.fuzz_records import json_of, xml_of
from tests.campaigns.fuzz_tables import SECRET, Made, book_of, text_of, zipped
from tests.support.recount import counted, unpacked

# by the clock: where others work too, a case of two seconds takes a minute
HANGS_AFTER = 300
BATCH = 30
FORMS = {
    "text": 4,
    "book": 3,
    "json": 2,
    "xml": 2,
    "log": 1,
    "bare": 2,
    "marc": 2,
    "messages": 1,
    "logs": 2,
    "reports": 1,
    "lending": 1,
}


@dataclass
class Found:
    """What a run did: its cases, how often each outcome came of each form, and what is wrong."""

    cases: int = 0
    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def made_of(form: str, dice: random.Random, folder: Path) -> Made:
    """A valid export of that form."""
    makers: dict[str, Callable[[random.Random], Made]] = {
        "text": text_of,
        "json": json_of,
        "xml": xml_of,
        "log": log_of,
        "bare": bare_of,
        "messages": messages_of,
        "logs": logs_of,
        "marc": marc_of,
    }
    if form in ("marc", "messages") and dice.random() < 0.4:
        return golden_of(form, dice)
    if form == "lending":
        return golden_of(form, dice)
    in_folder = {"book": book_of, "reports": reports_of}
    return in_folder[form](dice, folder) if form in in_folder else makers[form](dice)


def case(seed: int, number: int, folder: Path, only: str | None = None) -> tuple[Made, bool]:
    """The case of that number, of that form `only`, and whether it is hurt: none of each fourth
    batch is, since damage may lay a person's number into a column that is kept."""
    dice = random.Random(f"{seed}:{number}")
    drawn = dice.choices(list(FORMS), list(FORMS.values()))[0]
    made = made_of(only or drawn, dice, folder)
    is_hurt = dice.random() < (0.9 if (only or drawn) in ("text", "book") else 0.7)
    is_hurt = is_hurt and not is_sound(number)
    inside = dice.random() < 0.8
    data = made.data
    if is_hurt and inside:
        data = hurt_members(data, dice) if data.startswith(b"PK") else hurt(data, dice)
    pack = dice.choice(["", "", "", "", "gzip", "zip"])
    form = f"{made.form} in {pack}" if pack else made.form
    if pack:
        data = (
            gzip.compress(data, mtime=0) if pack == "gzip" else zipped({f"day/{made.name}": data})
        )
    return replace(
        made, form=form, data=hurt(data, dice) if is_hurt and not inside else data
    ), is_hurt


def is_sound(number: int) -> bool:
    """True for a case of a batch in which no file is hurt."""
    return number // BATCH % 4 == 3


def why(receipt: FileReceipt) -> str:
    """Which refusal it is, in its first words."""
    words = (
        receipt.reason.partition("\n")[0].rpartition(": ")[2]
        if receipt.outcome == "refused"
        else ""
    )
    return f", {''.join('0' if c.isdigit() else c for c in words)[:60]}" if words else ""


def wrong_with(receipt: FileReceipt, made: Made, *, is_hurt: bool) -> str | None:
    """What is wrong with what became of one part."""
    if "Please report" in receipt.reason:
        return receipt.reason
    if made.records is None:
        is_hurt = True  # any refusal is one in words
    if receipt.outcome != "loaded":
        is_empty = receipt.outcome in ("left alone", "repeated") and not made.records
        return (
            None if is_hurt or is_empty else f"a sound file is {receipt.outcome}: {receipt.reason}"
        )
    told = receipt.rows_read
    if sum(receipt.dispositions.values()) != told:
        return f"{told} rows, dispositions {receipt.dispositions}"
    if receipt.label.endswith(("MARC copies", "MARC orders")) or made.form.startswith("reports"):
        return None  # how many there are, the records say; cells are counted by fuzz_reports
    if not is_hurt:
        is_right = (told, receipt.dispositions["set aside"]) == (made.records, made.aside)
        return (
            None
            if is_right
            else f"a sound file of {made.records} records, {made.aside} of them no rows: {receipt.dispositions}"
        )
    held = [part for part in unpacked(made.data) if not part.startswith((b"\x1f\x8b", b"PK"))]
    if any(part.startswith(b"\xd0\xcf\x11\xe0") for part in held):
        return None  # the old workbooks have no other reader here
    possible = {n for part in held for n in counted(part, is_bare=made.form.startswith("bare"))}
    if made.form.startswith("logs"):  # below the headings of an audit file
        possible |= {n for part in held for n in (lines_in(part), lines_in(part) - 1)}
    return None if told in possible else f"{told} rows read, counted {sorted(possible)}"


def load_path(place: Workspace, writer: generations.Writer, path: Path) -> list[FileReceipt]:
    """A receipt for each part of a file."""
    with ThreadPoolExecutor(1) as beside:
        queue = Queue(Job(place, writer.con, writer.scratch, None, None, lambda _: None))
        for found in found_in(path, place.config, beside):
            queue.add(found)
        return queue.end()


def try_one(
    place: Workspace, writer: generations.Writer, this: tuple[int, int, str | None], found: Found
) -> None:
    """One case, of that seed, number and form, through recognition, reading, selecting and
    settling."""
    made, is_hurt = case(*this[:2], writer.scratch, this[2])
    path = place.exports / f"case{this[1]}-{made.name}-2026-10-31"
    path.write_bytes(made.data)
    found.cases += 1
    # the processor's time: on a machine that does other work too, any case may take long by the
    # clock, and one that hangs is ended by it
    started = time.process_time()
    # readers take a million bytes at once, which no case has
    block = random.Random(path.name).choice([61, 1000, 1 << 20])
    with (
        patch.object(text, "BLOCK", block),
        patch.object(delimited, "BLOCK", block),
        patch.object(symphony_log, "BLOCK", block),
        # a block of a proxy's log is a query
        patch.object(lines, "BLOCK", max(block, 2000)),
        patch.object(rows, "BLOCK", block),
        patch.object(blocks, "BLOCK", block),
        patch.object(file, "BLOCK", block),
    ):
        receipts = load_path(place, writer, path)
    said = "\n".join(line for receipt in receipts for line in receipt.lines())
    said += "\n".join(
        line for line in inspect(path, place.config).splitlines() if "never read: " not in line
    )  # headings, whatever they are
    took = time.process_time() - started
    wrong = []
    for receipt in receipts:
        found.done[f"{made.form.split(' ')[0]}: {receipt.outcome}{why(receipt)}"] += 1
        is_other = receipt.file.rpartition("#")[2] in ("Empty", "Other")
        wrong.append(wrong_with(receipt, made, is_hurt=is_hurt or is_other))
    wrong.append("an identifier is told" if SECRET in said else None)
    wrong.append(f"took {took:.0f} s" if took > 10 else None)
    found.wrong += [f"{again(*this)} ({made.form}): {fault}" for fault in wrong if fault]


def again(seed: int, number: int | str, form: str | None) -> str:
    """The options that make a case again."""
    return f"--seed {seed} --case {number}{f' --form {form}' if form else ''}"


def prepared(folder: Path) -> Workspace:
    """A workspace that knows its zone, and what the programs of Symphony were asked for."""
    place = init(folder)
    place.config["library"] = {"timezone": "America/New_York"}
    place.config["sources"] = {"symphony": {"system": "symphony", "columns": COLUMNS}}
    return place


def batch(
    numbers: range,
    seed: int,
    found: Found,
    tell: Callable[[int], object] = int,
    form: str | None = None,
) -> None:
    """Some cases into one database, which is published at the end."""
    with tempfile.TemporaryDirectory() as folder:
        place = prepared(Path(folder) / "library")
        with generations.writing(place.store) as writer:
            for number in numbers:
                tell(number)
                faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
                try:
                    try_one(place, writer, (seed, number, form), found)
                except BaseException as error:  # whatever it is, it is a finding
                    if isinstance(error, KeyboardInterrupt):
                        raise
                    made, _ = case(seed, number, writer.scratch, form)
                    found.wrong.append(
                        f"{again(seed, number, form)} ({made.form}): {type(error).__name__}: {error}"
                    )
                faulthandler.cancel_dump_traceback_later()
            kept = kept_in(writer.con) if is_sound(numbers[0]) else []
            writer.publish()
        found.wrong += [f"--seed {seed}, cases {numbers}: a person in {place}" for place in kept]
        if SECRET in listing.rejects(place, None, None):
            found.wrong.append(f"--seed {seed}, cases {numbers}: an identifier among the rejects")


def kept_in(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns of any table in which a person stands."""
    columns = con.execute("""
        select table_name, column_name
        from information_schema.columns
        where data_type = 'VARCHAR'
    """).fetchall()
    return [
        f"{table}.{column}"
        for table, column in columns
        if con.execute(
            f'select count(*) from "{table}" where contains("{column}", $1)', [SECRET]
        ).fetchall() != [(0,)]
    ]  # fmt: skip


def guarded(first: int, seed: int, found: Found, form: str | None) -> None:
    """A batch in a process of its own, so that one that hangs, or ends the process, is a finding
    too."""
    command = [
        sys.executable,
        "-m",
        "tests.campaigns.fuzz",
        "--seed",
        str(seed),
        "--batch",
        str(first),
        *(["--form", form] if form else []),
    ]
    told = subprocess.run(command, check=False, capture_output=True, text=True)
    last = told.stdout.rstrip().rpartition("\n")[2]
    if told.returncode or not last.startswith("{"):
        found.wrong.append(
            f"{again(seed, last, form)}: the process ended, {told.returncode}: {told.stderr[-300:]}"
        )
        return
    done = json.loads(last)
    found.cases += done["cases"]
    found.done.update(done["done"])
    found.wrong += done["wrong"]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(
        description="Load randomly damaged exports; exit status 1 if anything is wrong."
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--case", type=int)
    parser.add_argument("--form", choices=FORMS)
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    found, started = Found(), time.monotonic()
    if args.batch is not None:
        batch(
            range(args.batch, args.batch + BATCH),
            args.seed,
            found,
            lambda number: print(number, flush=True),
            args.form,
        )
        print(json.dumps(vars(found)))
        return 0
    if args.case is not None:
        batch(range(args.case, args.case + 1), args.seed, found, form=args.form)
    for first in itertools.count(0, BATCH) if args.case is None else ():
        if time.monotonic() - started > args.seconds:
            break
        guarded(first, args.seed, found, args.form)
    print(
        f"seed {args.seed}: {found.cases} files in {time.monotonic() - started:.0f} s, {sum(found.done.values())} parts of them"
    )
    print("\n".join(f"  {n:>6} {what}" for what, n in sorted(found.done.items())))
    print("\n".join(found.wrong) or "nothing wrong")
    return bool(found.wrong)


if __name__ == "__main__":
    sys.exit(main())
