"""Random damage to valid exports of every form, through the whole load: `python -m tests.fuzz --seconds 600 [--seed 7]`.

Of every damaged file: it is loaded, repeated, left alone or refused in words; no other error, no hang, no patron's
identifier in what is said. Of every loaded part: each of its rows has one disposition, and there are as many as the
csv module, or a parser of XML, counts. A finding is printed with its seed; `--seed S --case N` makes it again.
"""

from __future__ import annotations

import argparse
import csv
import faulthandler
import gzip
import io
import itertools
import json
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from libstats import listing, store
from libstats.inspection import inspect
from libstats.intake import Job
from libstats.load import load_path, prepare_connection
from libstats.receipts import FileReceipt
from libstats.workspace import Workspace, init
from tests.books import WRITERS, Rows
from tests.recount import counts, members_of, sheet_counts, unpacked

SECRET = "P4711"
HANGS_AFTER = 60
BATCH = 120
HEADINGS = {
    "items": ["itemnumber", "barcode", "homebranch", "itemcallnumber", "dateaccessioned"],
    "loans": ["issue_id", "itemnumber", "borrowernumber", "issuedate", "date_due"],
    "log": ["datetime", "branch", "type", "itemnumber", "borrowernumber"],
}
WORDS = ["EAST", "Süd", 'a "quoted" word', "semi;colon, comma", "two\nlines", "a\ttab", "Łódź", "", " ", "9999-99-99", "1.23457E+13", "’"]
BITS = [
    b'"',
    b'""',
    b",",
    b";",
    b"\t",
    b"|",
    b"^",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x1a",
    b"\xe9",
    b"\xc3",
    b"=",
    b"'",
    b"\\",
    b"NULL",
    b"#",
]


@dataclass
class Found:
    """What a run did: how often each outcome came of each form, and what is wrong."""

    done: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def rows_of(kind: str, dice: random.Random) -> list[list[str]]:
    """A valid export as text, headings first."""
    made = [HEADINGS[kind]]
    for number in range(dice.choice([0, 1, 3, 12, 40, 150])):
        day = f"2026-{dice.randint(1, 10):02}-{dice.randint(1, 28):02}"
        word = dice.choice(WORDS)
        rows = {
            "items": [str(number), f"b{number}", dice.choice(WORDS), word, day],
            "loans": [str(number), str(dice.randint(1, 9)), f"{SECRET}{number}", f"{day} 09:30:00", f"{day} 23:59:00"],
            "log": [f"{day} 09:30:00", word.strip() or "WEST", dice.choice(["issue", "return"]), str(dice.randint(1, 9)), f"{SECRET}{number}"],
        }
        made.append(rows[kind])
    return made


def text_of(rows: list[list[str]], dice: random.Random) -> tuple[str, bytes]:
    """The export as delimited text of some encoding, delimiter, quoting and line end, perhaps with lines above it."""
    delimiter = dice.choice(",;\t|^")
    encoding = dice.choice(["utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
    can_be_old = not encoding.startswith("utf-16") and not any("\n" in cell for row in rows for cell in row)
    end = dice.choice(["\n", "\r\n", *(["\r"] if can_be_old else [])])
    out = io.StringIO()
    if delimiter == "\t" and dice.random() < 0.5:
        form = "tabs"
        out.write("".join("\t".join(cell.replace("\t", " ").replace("\n", " ") for cell in row) + end for row in rows))
    else:
        form = "text"
        csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=dice.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerows(rows)
    above = dice.choice(["", "", "", f"Monthly list{end}", f"made on{delimiter}2026-11-01{end}{end}"])
    return f"{form} {encoding}", (above + out.getvalue()).encode(encoding, errors="replace")


def book_of(rows: list[list[str]], dice: random.Random, folder: Path) -> tuple[str, bytes]:
    """The export as a sheet of a workbook, perhaps beside others and with blank rows."""
    cells: Rows = [[int(cell) if cell.isdigit() and dice.random() < 0.5 else cell or None for cell in row] for row in rows]
    if dice.random() < 0.3:
        cells = [["title"], [], *cells, []]
    kind, write = dice.choice(list(WRITERS.items()))
    sheets = {"Data": cells} if dice.random() < 0.7 else {"Data": cells, "Empty": [], "Other": [["a", "b"], [1, 2.5]]}
    data = write(folder / "made", sheets).read_bytes()
    return kind, zipped(members_of(data)) if data.startswith(b"PK") else data


def hurt(data: bytes, dice: random.Random) -> bytes:
    """The bytes with one to four wounds."""
    for _ in range(dice.choice([1, 1, 2, 4])):
        at = dice.randrange(min(len(data), dice.choice([0, 100])), len(data) + 1)
        to = min(len(data), at + dice.choice([1, 1, 2, 20, 2000]))
        part, bit, byte = data[at:to], dice.choice(BITS), bytes([dice.randrange(256)])
        other = dice.choice([byte, byte, bit, bit, b"", part + part, bytes(dice.sample(part, len(part)))])
        data = dice.choice([data[:at] + other + data[to:], data[:at] + bit + data[at:], data[:at] + bit + data[at + 1 :], data[:at] + data[to:]])
        if dice.random() < 0.05:
            data = data[:at]
    return data


def hurt_members(data: bytes, dice: random.Random) -> bytes:
    """An archive with a wound inside one of its members, sound as an archive."""
    members = members_of(data)
    name = dice.choice([*members, *(n for n in members if "sheet" in n or "content" in n)])
    members[name] = hurt(members[name], dice)
    return zipped(members)


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip file as bytes, the same at any hour."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(zipfile.ZipInfo(name), member, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def case(seed: int, number: int, folder: Path) -> tuple[str, bytes, int | None]:
    """The case of that number: its form, its bytes and, where it is not hurt, its rows that are not blank."""
    dice = random.Random(f"{seed}:{number}")
    rows = rows_of(dice.choice(list(HEADINGS)), dice)
    is_book = dice.random() < 0.35
    form, data = book_of(rows, dice, folder) if is_book else text_of(rows, dice)
    is_hurt = dice.random() < 0.9
    inside = dice.random() < 0.8
    if is_hurt and inside:
        data = hurt_members(data, dice) if data.startswith(b"PK") else hurt(data, dice)
    pack = dice.choice(["", "", "", "", "gzip", "zip"])
    if pack:
        form, data = f"{form} in {pack}", gzip.compress(data, mtime=0) if pack == "gzip" else zipped({"day/export": data})
    return form, hurt(data, dice) if is_hurt and not inside else data, None if is_hurt else len(rows) - 1


def why(receipt: FileReceipt) -> str:
    """Which refusal it is, in its first words."""
    words = receipt.reason.partition("\n")[0].rpartition(": ")[2] if receipt.outcome == "refused" else ""
    return f", {''.join('0' if c.isdigit() else c for c in words)[:60]}" if words else ""


def wrong_with(receipt: FileReceipt, data: bytes, rows: int | None) -> str | None:
    """What is wrong with what became of one part."""
    if "Please report" in receipt.reason:
        return receipt.reason
    if receipt.outcome != "loaded":
        if rows is not None:
            return f"a sound file is {receipt.outcome}: {receipt.reason}"
        return None
    told = receipt.rows_read
    if sum(receipt.dispositions.values()) != told:
        return f"{told} rows, dispositions {receipt.dispositions}"
    if rows is not None:
        return None if told - receipt.dispositions["set aside"] == rows else f"a sound file of {rows} rows: {receipt.dispositions}"
    held = list(unpacked(data))
    if any(part.startswith(b"\xd0\xcf\x11\xe0") for part in held):
        return None  # the old workbooks have no other reader here
    possible = {n - 1 for part in held for n in (sheet_counts(part) if part.lstrip().startswith(b"<") else counts(part))}
    return None if told in possible else f"{told} rows read, counted {sorted(possible)}"


def try_one(place: Workspace, writer: store.Writer, number: int, seed: int, found: Found) -> None:
    """One case through recognition, reading, selecting and settling."""
    form, data, rows = case(seed, number, writer.scratch)
    path = place.exports / f"case{number}-2026-10-31"
    path.write_bytes(data)
    started = time.monotonic()
    receipts = load_path(Job(place, writer.con, writer.scratch, path, None, None, lambda _: None))
    said = "\n".join(line for receipt in receipts for line in receipt.lines())
    said += "\n".join(line for line in inspect(path).splitlines() if "never read: " not in line)  # headings, whatever they are
    took = time.monotonic() - started
    for receipt in receipts:
        found.done[f"{form.split(' ')[0]}: {receipt.outcome}{why(receipt)}"] += 1
        known = rows if receipt.file.rpartition("#")[2] not in ("Empty", "Other") else None
        if fault := wrong_with(receipt, data, known):
            found.wrong.append(f"--seed {seed} --case {number} ({form}): {fault}")
    if SECRET in said:
        found.wrong.append(f"--seed {seed} --case {number} ({form}): an identifier is told")
    if took > 10:
        found.wrong.append(f"--seed {seed} --case {number} ({form}): took {took:.0f} s")


def batch(numbers: range, seed: int, found: Found, tell: Callable[[int], object] = int) -> None:
    """Some cases into one database, which is published at the end."""
    with tempfile.TemporaryDirectory() as folder:
        place = init(Path(folder) / "library")
        with store.writing(place.store) as writer:
            prepare_connection(writer.con)
            for number in numbers:
                tell(number)
                faulthandler.dump_traceback_later(HANGS_AFTER, exit=True)
                try:
                    try_one(place, writer, number, seed, found)
                except BaseException as error:  # whatever it is, it is a finding
                    if isinstance(error, KeyboardInterrupt):
                        raise
                    found.wrong.append(f"--seed {seed} --case {number} ({case(seed, number, writer.scratch)[0]}): {type(error).__name__}: {error}")
                faulthandler.cancel_dump_traceback_later()
            writer.publish()
        if SECRET in listing.rejects(place, None, None):
            found.wrong.append(f"--seed {seed}, cases {numbers}: an identifier among the rejects")


def guarded(first: int, seed: int, found: Found) -> None:
    """A batch in a process of its own, so that one that hangs, or ends the process, is a finding too."""
    told = subprocess.run([sys.executable, "-m", "tests.fuzz", "--seed", str(seed), "--batch", str(first)], check=False, capture_output=True, text=True)
    last = told.stdout.rstrip().rpartition("\n")[2]
    if told.returncode or not last.startswith("{"):
        found.wrong.append(f"--seed {seed} --case {last}: the process ended, {told.returncode}: {told.stderr[-300:]}")
        return
    done = json.loads(last)
    found.done.update(done["done"])
    found.wrong += done["wrong"]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(description="Load randomly damaged exports; exit status 1 if anything is wrong.")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--case", type=int)
    parser.add_argument("--batch", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    found, started = Found(), time.monotonic()
    if args.batch is not None:
        batch(range(args.batch, args.batch + BATCH), args.seed, found, tell=lambda number: print(number, flush=True))
        print(json.dumps(vars(found)))
        return 0
    if args.case is not None:
        batch(range(args.case, args.case + 1), args.seed, found)
    for first in itertools.count(0, BATCH) if args.case is None else ():
        if time.monotonic() - started > args.seconds:
            break
        guarded(first, args.seed, found)
    print(f"seed {args.seed}: {sum(found.done.values())} parts of files")
    print("\n".join(f"  {n:>6} {what}" for what, n in sorted(found.done.items())))
    print("\n".join(found.wrong) or "nothing wrong")
    return bool(found.wrong)


if __name__ == "__main__":
    sys.exit(main())
