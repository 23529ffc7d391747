"""`python -m benchmarks.proxy [--lines 10000000]`: a proxy's log against a bare `read_csv` of the same
bytes, whole commands, each in a process of its own.

The log is made: thirty days, sessions at three hosts each, seven statuses, lines of 150 bytes. Bare
is DuckDB's reader, that gives each line as a text, and counts them.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

import libstats

# goals: lines a minute of a core, and megabytes of the process
LINES, MOST_MB = 5_000_000, 400
DAYS, A_SESSION = 30, 150


def write(target: Path, lines: int) -> None:
    """A log of so many lines."""
    dice = random.Random(1)
    hosts = [f"www.host{number}.example.com" for number in range(200)]
    with target.open("w", encoding="ascii") as out:
        for day in range(1, DAYS + 1):
            many = lines // DAYS
            sessions = [
                (f"10.{number % 200}.7.9", f"user{dice.randrange(20000)}", dice.choices(hosts, k=3))
                for number in range(max(1, many // A_SESSION))
            ]
            for number in range(many):
                address, user, visited = dice.choice(sessions)
                second = number * 86400 // many
                clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
                status = dice.choice((200, 200, 200, 206, 302, 304, 404))
                out.write(
                    f"{address} - {user} [{day:02}/Nov/2026:{clock} +0000] "
                    f'"GET http://{dice.choice(visited)}:80/a/{number}/script/jquery.js?x=1 HTTP/1.1"'
                    f" {status} {dice.randrange(100000)}\n"
                )


def bare(path: Path) -> None:
    """Each line as a text, counted."""
    print(
        duckdb.sql(
            f"""
            select count(*), max(length(line))
            from read_csv('{path}', header = false, columns = {{'line': 'varchar'}}, delim = '',
                quote = '', escape = '', auto_detect = false)
            """
        )
    )


def loaded(path: Path, folder: Path) -> None:
    """A whole load into a new workspace."""
    print(libstats.load(libstats.init(folder / "library"), path))


def timed(what: str, path: Path) -> tuple[float, float, float]:
    """Seconds of the processor and by the clock, and megabytes at most, of one job in a process."""
    with tempfile.TemporaryDirectory() as folder:
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        command = [sys.executable, "-m", "benchmarks.proxy", "--job", what, "--file", str(path)]
        subprocess.run([*command, "--folder", folder], check=True, stdout=subprocess.DEVNULL)
        spent, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return busy, spent, after.ru_maxrss / 1024


def compare(path: Path, lines: int) -> None:
    """Print what each took. The load comes first: its peak is the biggest of either."""
    busy, clock, peak = timed("load", path)
    theirs = timed("bare", path)
    print(
        f"load: {busy:.1f} s of the processor, {clock:.1f} s by the clock, {peak:.0f} MB"
        f" (goal {MOST_MB}), {lines / busy * 60:,.0f} lines a minute of a core (goal {LINES:,})\n"
        f"bare read_csv: {theirs[0]:.1f} s of the processor; the load takes"
        f" {busy / theirs[0]:.1f} times that"
    )


def main() -> None:
    """The command."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    asked.add_argument("--lines", type=int, default=10_000_000)
    asked.add_argument("--job", choices=("bare", "load"))
    asked.add_argument("--file", type=Path)
    asked.add_argument("--folder", type=Path)
    given = asked.parse_args()
    if given.job == "bare":
        bare(given.file)
    elif given.job:
        loaded(given.file, given.folder)
    else:
        with tempfile.TemporaryDirectory() as made:
            whole = Path(made) / "ezproxy.log"
            write(whole, given.lines)
            compare(whole, given.lines // DAYS * DAYS)


if __name__ == "__main__":
    main()
