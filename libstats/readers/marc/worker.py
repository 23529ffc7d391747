"""A second process that reads one stretch of a file of records: `python -m` this, told by a line of
JSON what to do. It imports next to nothing, so that it begins at once on any system."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from libstats.readers.marc import blocks
from libstats.readers.marc.layout import Layout
from libstats.readers.marc.record import END
from libstats.readers.marc.rows import BLOCK, Layouts, Told, records_in, write

PACKAGE = Path(__file__).parents[3]


@dataclass(frozen=True)
class Stretch:
    """A part of a file: from a byte to another, each moved on to where a record begins; what is
    read of each record in it; and the files that its rows go to."""

    path: str
    start: int
    end: int
    header: tuple[str, ...]
    of_copies: tuple[str, ...]
    tags: tuple[str, ...]
    to: tuple[str, str]

    def run(self) -> Told:
        """Read it in this process."""
        layouts = Layouts(
            Layout(tuple(self.header)), Layout(tuple(self.of_copies), tuple(self.tags))
        )
        to = (Path(self.to[0]), Path(self.to[1]))
        with Path(self.path).open("rb") as stream:
            start, end = _beginning(stream, self.start), _beginning(stream, self.end)
            first = _ends_before(stream, start)
            stream.seek(start)
            return written(stream, layouts, to, first, end - start)


def _beginning(stream: BinaryIO, near: int) -> int:
    """Where the first record begins that does so at a place or behind it."""
    if near == 0:
        return 0
    at = stream.seek(near - 1) + 1
    while block := stream.read(BLOCK):
        if (found := block.find(END)) >= 0:
            return at + found
        at += len(block)
    return at - 1


def _ends_before(stream: BinaryIO, place: int) -> int:
    """How many records end before a place."""
    found = stream.seek(0)
    while place > 0 and (block := stream.read(min(place, 1 << 20))):
        found += block.count(END)
        place -= len(block)
    return found


def written(
    stream: BinaryIO,
    layouts: Layouts,
    to: tuple[Path, Path],
    first: int = 0,
    size: int | None = None,
) -> Told:
    """Write the rows of the records in a stream: of whole blocks at once where that may be."""
    if blocks.fits(layouts):
        return blocks.write(stream, layouts, to, first, size)
    return write(records_in(stream, layouts, size), layouts, to, first)


class Worker:
    """A process that reads a stretch; where it cannot be had, this process does."""

    def __init__(self, stretch: Stretch) -> None:
        self.stretch, self.process = stretch, None
        if getattr(sys, "frozen", False):  # the program is then no Python
            return
        paths = [str(PACKAGE), *filter(None, [os.environ.get("PYTHONPATH")])]
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
            )
            assert self.process.stdin
            self.process.stdin.write(json.dumps(asdict(stretch)).encode())
            self.process.stdin.close()
        except (OSError, ValueError):
            self.stop()
            self.process = None

    def told(self) -> Told:
        """What it found, once it is done."""
        if self.process is not None and self.process.stdout:
            with self.process.stdout as stdout:
                answer = stdout.read()
            if self.process.wait() == 0:
                given = json.loads(answer)
                damaged = [(number, why, n) for number, why, n in given.pop("damaged")]
                return Told(damaged, **given)
        return self.stretch.run()

    def stop(self) -> None:
        """End it, if it is still at work."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def main() -> None:
    """Do what standard input says, and say on standard output what was found."""
    stretch = Stretch(**json.loads(sys.stdin.buffer.read()))
    sys.stdout.write(json.dumps(asdict(stretch.run())))


if __name__ == "__main__":
    main()
