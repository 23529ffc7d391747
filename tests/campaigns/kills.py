"""Everything that can go wrong with a store, done on purpose: `python -m tests.campaigns.kills
--kills
100 --seed 1`.

Kills at named steps and at random moments of loads and undos; a disk that fills up; flipped bytes
in the database, its pointer and exports; two loads at once; readers that hold the store. After
each, the published state must be exactly that before or that after the command, and the same
command again must end as if nothing had happened.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from pathlib import Path

import duckdb

import libstats
from libstats import schema
from libstats.cli.main import main as command_line
from libstats.errors import LibstatsError, StoreError
from libstats.store import generations
from libstats.workspace.workspace import CONFIG, Workspace, find, init
from sample.loans import write_loans
from tests.support.files import ROOT

STEPS = (
    "copied",
    "ledger",
    "rows",
    "fold",
    "committed",
    "checkpointed",
    "renamed",
    "pointer written",
    "published",
)
LOANS = 50_000
BRANCHES = ("EAST", "WEST", "")

# The command line in a process of its own, which at a named step of its work dies or fills the
# disk.
VICTIM = """
import os, sys
import libstats
from libstats.cli.main import main
from libstats.store import steps

def act(name):
    if name == sys.argv[1]:
        os.kill(os.getpid(), 9)
    if "full: " + name == sys.argv[1]:
        with open(sys.argv[2], "wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(1 << 16))
            except OSError:
                pass

if sys.argv[1].startswith("size: "):
    import resource
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1][6:]), int(sys.argv[1][6:])))
print("ready", flush=True)
with steps.watched(act):
    sys.exit(main(sys.argv[3:]))
"""
# Reads every table of a store that may be damaged, in a process of its own since DuckDB may end it.
READER = """
import sys
from pathlib import Path
import duckdb
from libstats.errors import LibstatsError
from tests.campaigns.kills import digest
try:
    print("read", digest(Path(sys.argv[1])))
except LibstatsError as error:
    print("words", error)
except duckdb.Error as error:
    print("query", error)
"""
SAID = {"read": "unharmed", "words": "said at opening", "query": "said at the query"}


def digest(place: Path | Workspace) -> str:
    """The published state in short: every current row, every gone key, every load and whether it is
    active."""
    try:
        con = libstats.open(place)
    except StoreError as error:
        if "nothing has been loaded" in str(error):
            return "nothing"
        raise
    with con:
        found = [
            con.execute(
                "select count(*), sum(md5_number_lower(concat_ws('|', file, exported_at, rows_read, undone_seq is null))::hugeint) from store.load"
            ).fetchall()
        ]
        for name, table in schema.tables().items():
            view = name if table.is_keyless else f"{name}_ever"
            found.append(
                con.execute(
                    f"select count(*), sum(md5_number_lower(t::varchar)::hugeint) from {view} t"
                ).fetchall()
            )
        return str(found)


def expectable(place: Workspace) -> list[str]:
    """Names in the store folder that should not be there between commands."""
    path = generations.published(place.store)
    wanted = {"current", "lock", *([path.name] if path else [])}
    return sorted(
        p.name
        for p in place.store.iterdir()
        if p.name not in wanted and not (p.name == "work" and not any(p.iterdir()))
    )


class Campaign:
    """One run: a pool of overlapping exports, a workspace, what was done and what went wrong."""

    def __init__(self, folder: Path, seed: int, loans: int = LOANS) -> None:
        self.rng, self.seed, self.folder = random.Random(seed), seed, folder
        self.done: Counter[str] = Counter()
        self.defects: list[str] = []
        self.place = self.workspace("library")
        self.files = self._files(folder / "exports", loans)
        self.ran = 0

    def workspace(self, name: str) -> Workspace:
        """An empty workspace that takes lists of items for whole; all have one secret key, so that
        their states can be compared."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        place = init(self.folder / name)
        place.key_file.write_text("5e" * 32, encoding="ascii")
        with (place.folder / CONFIG).open("a", encoding="utf-8") as config:
            config.write('\n[whole]\n"koha items" = true\n')
        return find(place.folder)

    def _files(self, folder: Path, loans: int) -> list[Path]:
        """Small exports that overlap, and two of many loans, the later with some loans changed and
        some patrons gone."""
        big = write_loans(folder, loans=loans)
        lines = big.read_text(encoding="utf-8").splitlines(keepends=True)
        later = folder / "old_issues-2026-11-01.csv"
        keep = [line for line in lines[1:] if self.rng.random() > 0.01]
        bared = [
            ";".join((i, "", rest)) if self.rng.random() < 0.01 else f"{i};{who};{rest}"
            for i, who, rest in (line.split(";", 2) for line in keep)
        ]
        later.write_text("".join([lines[0], *bared]), encoding="utf-8")
        return [
            big,
            later,
            *(self._items(folder, day) for day in range(1, 5)),
            *(self._log(folder, day) for day in range(1, 3)),
        ]

    def _items(self, folder: Path, day: int) -> Path:
        path = folder / f"items-2026-10-0{day}.csv"
        rows = [
            f"{i};b{i};{self.rng.choice(BRANCHES)};{self.rng.choice(('BK', 'DVD', ''))};{self.rng.choice(('', '2026-10-20', '9999-99-99'))}"
            for i in range(300)
            if self.rng.random() < 0.8
        ]
        path.write_text(
            "itemnumber;barcode;homebranch;itype;onloan\n" + "".join(f"{r}\n" for r in rows),
            encoding="utf-8",
        )
        return path

    def _log(self, folder: Path, day: int) -> Path:
        path = folder / f"statistics-2026-10-1{day}.csv"
        rows = [
            f"2026-10-0{self.rng.randint(1, 3)} 10:00:{self.rng.randint(0, 59):02};{self.rng.choice('AB')};issue;{self.rng.choice(('', '1', '2'))};{i}"
            for i in range(400)
        ]
        path.write_text(
            "datetime;branch;type;itemnumber;borrowernumber\n" + "".join(f"{r}\n" for r in rows),
            encoding="utf-8",
        )
        return path

    def wrong(self, what: str) -> None:
        """Note a defect."""
        self.defects.append(f"seed {self.seed}: {what}")
        print(f"DEFECT {self.defects[-1]}", file=sys.stderr)

    def victim(
        self, at: str, ballast: Path, arguments: list[str], place: Workspace
    ) -> subprocess.Popen[str]:
        """A command on its way, past its imports."""
        command = [
            sys.executable,
            "-c",
            VICTIM,
            at,
            str(ballast),
            "-w",
            str(place.folder),
            *arguments,
        ]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env
        )
        assert process.stdout is not None
        process.stdout.readline()
        return process

    def again(self, arguments: list[str], place: Workspace) -> None:
        """The same command, undisturbed, in this process."""
        with (
            Path(os.devnull).open("w", encoding="utf-8") as nowhere,
            redirect_stdout(nowhere),
            redirect_stderr(nowhere),
        ):
            command_line(["-w", str(place.folder), *arguments])

    def active(self) -> list[int]:
        """The loads that can be undone."""
        try:
            with libstats.open(self.place) as con:
                return [
                    r[0]
                    for r in con.sql(
                        "select seq from store.load where undone_seq is null order by seq"
                    ).fetchall()
                ]
        except StoreError:
            return []

    def operation(self) -> list[str]:
        """A random command: some files, or an undo."""
        active = self.active()
        if active and (len(active) == len(self.files) or self.rng.random() < 0.4):
            return ["undo", str(self.rng.choice(active))]
        return ["load", *map(str, self.rng.sample(self.files, self.rng.choice((1, 1, 2))))]

    def kills(self, number: int, steps: tuple[str, ...], until: float) -> None:
        """Operations, each killed several times and then left to finish."""
        moments = [*steps, *[""] * number]
        self.rng.shuffle(moments)
        while moments and time.monotonic() < until:
            arguments = self.operation()
            saved, before = self.folder / "saved", digest(self.place)
            shutil.rmtree(saved, ignore_errors=True)
            shutil.copytree(self.place.store, saved)
            start = time.monotonic()
            self.again(arguments, self.place)
            took, after = time.monotonic() - start, digest(self.place)
            for _ in range(min(5, len(moments))):
                shutil.rmtree(self.place.store)
                shutil.copytree(saved, self.place.store)
                self._kill(arguments, moments.pop(), took, before, after)
            self.done["operations"] += 1

    def _kill(self, arguments: list[str], step: str, took: float, before: str, after: str) -> None:
        what = f"{' '.join(Path(a).name for a in arguments)}, killed at {step or 'random'}"
        process = self.victim(step, Path(), arguments, self.place)
        if not step:
            with suppress(subprocess.TimeoutExpired):
                process.wait(self.rng.uniform(0, took))
            process.kill()
        process.communicate()
        if process.returncode not in (-signal.SIGKILL, 0):
            self.wrong(f"{what}: it ended with {process.returncode}")
        self.done["kills at named steps" if step else "kills at random"] += process.returncode != 0
        self.same(what, self.place, before, after)
        self.done["found after" if digest(self.place) == after else "found before"] += 1
        self.again(arguments, self.place)
        if digest(self.place) != after:
            self.wrong(f"{what}, then run again: another end state")
        if expectable(self.place):
            self.wrong(f"{what}, then run again: left in the store: {expectable(self.place)}")

    def same(self, what: str, place: Workspace, *allowed: str) -> None:
        """The published state must be one of these."""
        try:
            if digest(place) not in allowed:
                self.wrong(f"{what}: the published state is neither that before nor that after")
        except (LibstatsError, duckdb.Error) as error:
            self.wrong(f"{what}: the store does not open: {error}")

    def failed_in_words(
        self, what: str, process: subprocess.Popen[str], place: Workspace, before: str, after: str
    ) -> None:
        """The command ended well, or with status 1 and words, in its receipt or instead of it; the
        state is that before or that after."""
        receipt, told = process.communicate()
        if (
            process.returncode not in (0, 1)
            or "Traceback" in told
            or (
                process.returncode == 1
                and not (told.startswith("libstats: ") or "refused" in receipt)
            )
        ):
            self.wrong(f"{what}: status {process.returncode}: {' / '.join(told.splitlines()[-3:])}")
        self.same(what, place, after if process.returncode == 0 else before)
        self.done["failures in words" if process.returncode else "no failure"] += 1

    def full_disk(self, steps: tuple[str, ...]) -> None:
        """The disk fills up at a step of a load: on a small tmpfs where that may be mounted, else
        by a limit to the size of files."""
        first, second = self.files[0], self.files[1]
        with tmpfs(self.folder / "small", 192) as small:
            place = self.workspace("small/library") if small else self.workspace("limited")
            self.again(["load", str(first)], place)
            saved, before = self.folder / "saved", digest(place)
            shutil.rmtree(saved, ignore_errors=True)
            shutil.copytree(place.store, saved)
            twin = self.workspace("twin")
            self.again(["load", str(first), str(second)], twin)
            size = generations.published(place.store)
            assert size is not None
            ends = (
                [f"full: {s}" for s in steps]
                if small
                else [f"size: {int(size.stat().st_size * f)}" for f in (0.3, 0.9, 1.01, 1.1, 1.3)]
            )
            for end in ends:
                ballast = self.folder / "small" / "ballast"
                process = self.victim(end, ballast, ["load", str(second)], place)
                self.failed_in_words(
                    f"load of {second.name} with the disk {end}",
                    process,
                    place,
                    before,
                    digest(twin),
                )
                ballast.unlink(missing_ok=True)
                self.again(["load", str(second)], place)
                self.same(
                    f"load of {second.name} again after the disk was {end}", place, digest(twin)
                )
                shutil.rmtree(place.store)
                shutil.copytree(saved, place.store)
                self.done["full disks" if small else "limits to the size of files"] += 1

    def flips(self, number: int) -> None:
        """Bytes flipped in the database, in its pointer and in exports."""
        place = self.workspace("flipped")
        self.again(["load", *map(str, self.files)], place)
        self.again(["undo", "1"], place)
        before = digest(place)
        path = generations.published(place.store)
        assert path is not None
        for _ in range(number):
            self._flip_database(place, path, before)
        for _ in range(min(number, 8)):
            self._flip_pointer(place, path, before)
        for _ in range(number):
            self._flip_export()

    def _flip(self, path: Path) -> tuple[bytes, int]:
        sound = path.read_bytes()
        at = self.rng.randrange(len(sound))
        path.write_bytes(
            sound[:at] + bytes([sound[at] ^ (1 << self.rng.randrange(8))]) + sound[at + 1 :]
        )
        return sound, at

    def _flip_database(self, place: Workspace, path: Path, before: str) -> None:
        sound, at = self._flip(path)
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        read = subprocess.run(
            [sys.executable, "-c", READER, str(place.folder)],
            check=False,
            capture_output=True,
            text=True,
            env=env,
        )
        kind, _, told = read.stdout.strip().partition(" ")
        if kind not in ("read", "words", "query"):
            self.wrong(
                f"byte {at} of {len(sound)} flipped in the database: reading ended with {read.returncode}: {read.stderr.strip().splitlines()[-1:]}"
            )
        elif kind == "read" and told != before:
            self.wrong(
                f"byte {at} of {len(sound)} flipped in the database: other figures without a word"
            )
        self.done[f"flips in the database: {SAID.get(kind, 'crashed')}"] += 1
        loads = self.victim("", Path(), ["load", str(self.files[2])], place)
        _, told = loads.communicate()
        if loads.returncode not in (0, 1) or "Traceback" in told:
            self.wrong(
                f"byte {at} of {len(sound)} flipped in the database: a load ended with {loads.returncode}: {' / '.join(told.splitlines()[-2:])}"
            )
        self._restore(place, path, sound)

    def _restore(self, place: Workspace, path: Path, sound: bytes) -> None:
        for other in place.store.glob("library-*"):
            other.unlink()
        path.write_bytes(sound)
        (place.store / "current").write_text(f"{int(path.stem.split('-')[1])}\n", encoding="ascii")

    def _flip_pointer(self, place: Workspace, path: Path, before: str) -> None:
        sound, database = (place.store / "current").read_bytes(), path.read_bytes()
        self._flip(place.store / "current")
        damaged = (place.store / "current").read_bytes()
        what = f"pointer {sound!r} damaged to {damaged!r}"
        with suppress(LibstatsError):
            if digest(place) != before:
                self.wrong(f"{what}: other figures without a word")
        process = self.victim("", Path(), ["load", str(self.files[2])], place)
        _, told = process.communicate()
        if process.returncode not in (0, 1) or "Traceback" in told:
            self.wrong(
                f"{what}: a load ended with {process.returncode}: {' / '.join(told.splitlines()[-2:])}"
            )
        if process.returncode and not path.exists():
            self.wrong(
                f"{what}: a load removed the only generation ({' / '.join(told.splitlines())})"
            )
        self.done["flips in the pointer"] += 1
        self._restore(place, path, database)

    def _flip_export(self) -> None:
        sound = self.rng.choice(self.files[2:])
        damaged = self.folder / "damaged" / sound.name
        damaged.parent.mkdir(exist_ok=True)
        shutil.copyfile(sound, damaged)
        _, at = self._flip(damaged)
        place = self.workspace("of damaged")
        receipt = libstats.load(place, [damaged]).files[0]
        self.done[f"flips in exports: {receipt.outcome}"] += 1
        if receipt.outcome != "loaded":
            return
        # a carriage return within a line ends no row
        lines = damaged.read_bytes().decode("latin-1").replace("\r", " ").split("\n")
        rows = sum(1 for r in csv.reader(lines, delimiter=";") if r) - 1
        if not receipt.rows_read == rows == sum(receipt.dispositions.values()):
            self.wrong(
                f"{sound.name}, byte {at} flipped: {rows} rows in it, {receipt.rows_read} read, dispositions {receipt.dispositions}"
            )

    def together(self) -> None:
        """Two loads at once while three readers hold the store."""
        place, alone = self.workspace("together"), self.workspace("alone")
        for one in (place, alone):
            self.again(["load", str(self.files[2])], one)
        before = digest(place)
        readers = [libstats.open(place) for _ in range(3)]
        loads = [self.victim("", Path(), ["load", str(file)], place) for file in self.files[:2]]
        for process in loads:
            _, told = process.communicate()
            if process.returncode:
                self.wrong(f"two loads at once: one ended with {process.returncode}: {told}")
        if {r.sql("select count(*) from loan").fetchall()[0][0] for r in readers} != {0}:
            self.wrong("a reader sees a load that came after it opened")
        for reader in readers:
            reader.close()
        self.again(["load", *map(str, self.files[:2])], alone)
        tables = [digest(p).partition("]")[2] for p in (place, alone)]
        if tables[0] != tables[1] or digest(place) == before:
            self.wrong("two loads at once: another end state than one after the other")
        self.done["pairs of loads at once, three readers open"] += 1


@contextmanager
def tmpfs(folder: Path, megabytes: int) -> Iterator[bool]:
    """A small disk at that folder; False where it may not be mounted."""
    folder.mkdir()
    is_small = (
        sys.platform == "linux"
        and os.geteuid() == 0
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)],
            check=False,
            capture_output=True,
        ).returncode
        == 0
    )
    try:
        yield is_small
    finally:
        if is_small:
            subprocess.run(["umount", str(folder)], check=True)


def run(
    kills: int,
    *,
    seconds: float = 3600,
    seed: int = 1,
    loans: int = LOANS,
    steps: tuple[str, ...] = STEPS,
    flips: int = 40,
) -> Campaign:
    """All of it; the kills, which come last, are begun during that many seconds."""
    with tempfile.TemporaryDirectory() as folder:
        campaign = Campaign(Path(folder), seed, loans)
        campaign.together()
        campaign.full_disk(steps)
        campaign.flips(flips)
        campaign.kills(kills, steps, time.monotonic() + seconds)
    return campaign


def main() -> int:
    """Parse, run, print the counts."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.campaigns.kills",
        description="Kills, full disks and flipped bytes over loads and undos.",
    )
    parser.add_argument(
        "--kills", type=int, default=100, metavar="N", help="kills at random moments (100)"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=3600,
        metavar="N",
        help="begin no operation to be killed after that many seconds",
    )
    parser.add_argument("--seed", type=int, default=random.randrange(10_000), metavar="N")
    args = parser.parse_args()
    campaign = run(args.kills, seconds=args.seconds, seed=args.seed)
    print(
        f"seed {args.seed}: "
        + ", ".join(f"{n} {what}" for what, n in sorted(campaign.done.items()))
    )
    print("\n".join(campaign.defects) or "no defect")
    return 1 if campaign.defects else 0


if __name__ == "__main__":
    sys.exit(main())
