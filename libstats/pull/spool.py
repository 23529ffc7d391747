"""Where the pages of a service are gathered: a private folder for each list, and in it one file
that goes on behind its last record for a day, if a pull broke off."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from libstats.pull.rest import Part, Rest, StartOver, line
from libstats.readers.service import FIRST_WAIT

TRIES = 4
_FRESH = timedelta(days=1)
_MOMENT = "%Y%m%d%H%M%S"
_NAME = "*-??????????????.json.part"


class Spool:
    """The files of one service as they are gathered."""

    def __init__(self, store: Path, whose: str, now: datetime) -> None:
        self._folder, self._whose, self._now = store / "pull", whose, now
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for left in self._folder.glob(f"*/{_NAME}"):
            if not timedelta() <= now - moment(left) < _FRESH:
                shutil.rmtree(left.parent)

    def gather(self, part: Part, rest: Rest, advance: Callable[[int], object]) -> tuple[Path, int]:
        """The file with all records of a part, and their number. What was gathered stays where the
        service breaks off and the part can go on. PullError."""
        why = ""
        for tries in range(TRIES):
            file, after = self._begun(part)
            try:
                return file, _written(file, part, after, advance)
            except StartOver as error:
                file.unlink()
                why = str(error)
            except BaseException:
                if not part.key or not file.stat().st_size:
                    file.unlink()
                raise
            if tries < TRIES - 1:
                rest.clock.wait(FIRST_WAIT * 2**tries)
        raise rest.error(
            f"{part.name}, {TRIES} times: {why}",
            "Try it again at a quiet hour; nothing was changed.",
        )

    def _begun(self, part: Part) -> tuple[Path, str]:
        """The file of a part, and the key of the last record in it."""
        about = "\n".join((self._whose, part.name, part.about))
        folder = self._folder / hashlib.sha256(about.encode()).hexdigest()[:16]
        folder.mkdir(mode=0o700, exist_ok=True)
        new = folder / f"{part.file}-{self._now:{_MOMENT}}.json.part"
        for file in sorted(folder.iterdir()):
            if part.key and (after := _last(file, part.key)):
                return file, after
            file.unlink()
        os.close(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        return new, ""


def moment(file: Path) -> datetime:
    """When the file was begun."""
    return datetime.strptime(file.name.removesuffix(".json.part")[-14:], _MOMENT)


def _written(file: Path, part: Part, after: str, advance: Callable[[int], object]) -> int:
    """Write all records behind one; gives how many the file has."""
    with file.open("ab") as out:
        for records in part.pages(after):
            out.write(b"".join(map(line, records)))
            out.flush()
            advance(len(records))
        os.fsync(out.fileno())
    with file.open("rb") as held:
        return sum(1 for _ in held)


def _last(file: Path, key: str) -> str:
    """The key of the last whole record, behind which all is taken away; nothing where there is
    none."""
    end, last = 0, b""
    with file.open("r+b") as held:
        for each in held:
            if not each.endswith(b"\n"):
                break
            end, last = end + len(each), each
        held.truncate(end)
    try:
        return str(json.loads(last)[key])
    except (ValueError, KeyError, TypeError):
        return ""
