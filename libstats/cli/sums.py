"""What a library adds up, written into a file that it can send."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from libstats.analysis.receipts import ANALYSES
from libstats.definitions.parameters import typed
from libstats.errors import LibstatsError
from libstats.libraries import files
from libstats.libraries.question import Question
from libstats.workspace import open
from libstats.workspace.workspace import Workspace


def write(
    place: Workspace, analysis: str, given: Mapping[str, str], file: Path, now: datetime
) -> str:
    """Write the sums of an analysis, and say what the file holds."""
    if file.suffix != files.SUFFIX:
        raise LibstatsError(
            f"{file.name} is no name for a file of sums", f"Let it end in {files.SUFFIX}."
        )
    function = ANALYSES[analysis].function if analysis in ANALYSES else None
    question = Question.of(
        analysis,
        {name: typed(function, name, text) if function else text for name, text in given.items()},
    )
    library = files.library_name(place)
    with contextlib.closing(open.opened(place)) as con:
        said = files.write(con, question, library, file, now)
    return (
        f"{file.name} holds what {library} adds up for {analysis}: "
        f"{file.stat().st_size / 1000:,.0f} kB.\n"
        f"Its newest export is of {datetime.fromisoformat(said.exports_until):%Y-%m-%d %H:%M}. "
        "No copy or patron stands in it, but a figure may be of one case: mail it to nobody else."
    )
