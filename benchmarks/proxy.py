"""`python -m benchmarks.proxy [--lines 10000000]`: a proxy's log against a bare `read_csv` of the same
bytes, whole commands, each in a process of its own.

The log is made: thirty days, sessions at three hosts each, seven statuses, lines of 150 bytes. Bare
is DuckDB's reader, that gives each line as a text, and counts them.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

import duckdb

import libstats
from benchmarks.measured import run

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


def timed(what: str, path: Path) -> tuple[float, int]:
    """Seconds of the processor, and megabytes at most, of one job in a process."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.proxy", "--job", what, "--file", str(path)]
        return run(what, [*command, "--folder", folder], Path.cwd())


def compare(path: Path, lines: int) -> None:
    """Print what each took."""
    bare, _ = timed("bare", path)
    busy, most = timed("load", path)
    print(
        f"{lines:,} lines: {lines / busy * 60:,.0f} a minute of a core (goal {LINES:,}), {most} of at"
        f" most {MOST_MB} MB, {busy / bare:.1f} times the bare read_csv"
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
