"""The sample library: a made-up system lived day by day, and the exports its Koha would have written."""

import json
from functools import partial
from pathlib import Path

from libstats.sample import readme, truth
from libstats.sample.exports import Exports
from libstats.sample.library import Library
from libstats.sample.loans import write_loans

__all__ = ["write", "write_loans"]


def write(folder: Path, *, seed: int = 2026, small: bool = True) -> Path:
    """Write the exports of the sample library, their truth and a README to `folder`, and return it.

    folder: made if it is not there; files of the same name are replaced.
    seed: another seed is another library; the same seed gives the same bytes on every machine.
    small: about 1,400 items and 15,000 events; else ten times as many of everything.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    library = Library(seed, size=1 if small else 10)
    exports = Exports(folder)
    library.live(partial(exports.present, library))
    exports.past(library)
    _put(folder / "truth.json", _json(truth.of(library, exports, seed)))
    _put(folder / "README.md", readme.text(exports.rows))
    return folder


def _json(found: dict[str, object]) -> str:
    """Return the truth as JSON, one value a line."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _put(path: Path, text: str) -> None:
    """Write `text` to `path`."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
