"""The parts of a file, each recognised, its records being counted; or why it cannot be loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from libstats.declaration.source import Source
from libstats.errors import FileRefused
from libstats.readers.file_names import legible, own_words
from libstats.readers.part import Advance, Count, Part, idle
from libstats.readers.place import Place, places
from libstats.recognise.known import Config
from libstats.recognise.recognise import recognise_part
from libstats.recognise.sniff import parts


@dataclass(frozen=True)
class Found:
    """A part of a file, by the name that it has: its declaration, itself, and the count of its
    records, which goes on meanwhile; or why it cannot be loaded."""

    path: Path
    name: str
    what: tuple[Source, Part, Callable[[], Count]] | FileRefused | OSError


def found_in(
    path: Path, config: Config, beside: ThreadPoolExecutor, advance: Advance = idle
) -> Iterator[Found]:
    """The parts of the file: sheets of a workbook, members of an archive. What is wrong with one
    part stops no other. They are counted `beside`."""
    name = legible(path.name)
    try:
        if not path.exists():
            raise FileRefused(
                f"{name}: there is no such file", "Check the name; nothing was loaded."
            )
        if path.is_dir():
            raise FileRefused(
                f"{name}: this folder cannot be read",
                "Check its permissions, or copy what is in it and load the copies.",
            )
        if not path.is_file():
            raise FileRefused(
                f"{name}: this is no file", "Give the name of a file or of a folder of files."
            )
        for place in places(path, own_words(config)):
            name = place.written
            yield from _found_at(place, config, beside, advance)
    except (FileRefused, OSError) as error:
        yield Found(path, name, error)


def _found_at(
    place: Place, config: Config, beside: ThreadPoolExecutor, advance: Advance
) -> Iterator[Found]:
    name = place.written
    try:
        for part in parts(place, config):
            try:
                source, reading = recognise_part(part, config)
                yield Found(
                    place.path,
                    part.written,
                    (source, reading, beside.submit(reading.count, advance).result),
                )
            except (FileRefused, OSError) as error:
                yield Found(place.path, part.written, error)
    except (FileRefused, OSError) as error:
        yield Found(place.path, name, error)
