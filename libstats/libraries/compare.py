"""One library beside others: from their sums the figure of each, and how far chance may move it."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from libstats.analysis.chart.funnel import Funnel, of_median, of_share
from libstats.definitions.processes import processes
from libstats.errors import AnalysisError, NothingTold
from libstats.libraries import files
from libstats.libraries.across import FEWEST, Usable, usable
from libstats.libraries.ask import called
from libstats.libraries.files import SUFFIX, Metadata
from libstats.libraries.made import answered, curve
from libstats.libraries.question import Question
from libstats.wording import Row, records
from libstats.workspace import workspace as workspaces
from libstats.workspace.fault import CONFIG

FEW = 10  # cases or copies: the figure of fewer is nearly one of single people
UNTOLD = 0.1  # of copies held long, of which no export tells whether they were used
ASK = (
    "Ask each library for its sums, as in: libstats -w mylibrary sums turnaround ill_borrowing"
    " --since 2026-01-01 --until 2026-10-01 --set as_of=2026-11-01 --out lib07.parquet"
)


@dataclass(frozen=True)
class Counted:
    """What one library, or all together, tell: of how many cases or copies, the figure, and why it
    is compared with no other ("": it is), with more that tells of it alone. `usual`: what most
    reports show in its place, if that is another."""

    of: int
    value: float | None
    why: str = ""
    more: str = ""
    usual: float | None = None


@dataclass(frozen=True)
class Place:
    """A library beside others; its name, and more on why it is not compared, are told of the one
    that asks alone. `of` and `value` are None where it tells of fewer than ten."""

    is_you: bool
    of: int | None
    value: float | None
    why: str
    more: str = ""
    usual: float | None = None
    funnel: Funnel | None = None

    @property
    def side(self) -> int:
        """1 above the funnel, -1 below it, 0 within."""
        return self.funnel.side(self.value) if self.funnel and self.value is not None else 0


@dataclass(frozen=True)
class Comparison:
    """A question with the figure of all that are compared, the place of each library (the one that
    asks first, then the largest), the limits by how many a library has, and the files.

    `value` is None where fewer than three can be compared; `files` name no library. So many are
    `silent`: they mailed other sums, and none of this.
    """

    question: Question
    value: float | None
    places: Sequence[Place]
    limits: Callable[[int], Funnel]
    files: Sequence[Row]
    silent: int = 0

    @property
    def title(self) -> str:
        """The kind of work in words; "" of a question of the collection."""
        name = self.question.parameters.get("process")
        if name is None:
            return ""
        known = processes()
        return known[name].title if name in known else str(name).replace("_", " ")

    @property
    def you(self) -> Place:
        """The library that asks."""
        return self.places[0]

    @property
    def others(self) -> list[Place]:
        """The others that are compared."""
        return [each for each in self.places[1:] if not each.why]


class Compared(NamedTuple):
    """How one library stands beside others: its name, a comparison for each analysis and kind of
    work, and the analyses of files that are not compared. Of how many libraries all was left out by
    name, and how many files of the others."""

    you: str
    found: Sequence[Comparison]
    left: Sequence[str]
    left_out: int = 0
    files_left_out: int = 0


def compared(
    place: Path,
    stores: str,
    you: str,
    *,
    expected: Collection[str] = (),
    without: Collection[str] = (),
    stale_after_days: int = 7,
    ask: Executor | None = None,
) -> Compared:
    """How does one library stand beside others?

    Parameters
    ----------
    place : the workspace's folder, in which relative names lie
    stores : files of sums, folders of them, and workspaces, with commas between them; workspaces
        are asked what the files were asked
    you : the name of the library that asks ("": that of the workspace)
    expected, without, stale_after_days, ask : as for `across`, over all questions together

    Raises AnalysisError as `across` does, and NothingTold where no file can be compared.
    """
    you = you or files.library_name(workspaces.find(place))
    mailed, asked = _found(place, stores)
    live = {called(str(store)) for store in asked}
    known = live | {said.library for said in mailed.values()}
    _refuse_unknown(known, {file.name for file in mailed}, expected, without)
    found, compared_with = [], set[str]()
    for of in _by_question(mailed):
        here = live | {said.library for said in of.values()}
        question = _question([said.asked for said in of.values()])
        with usable(
            [*of, *asked],
            question,
            ask,
            without=(here | {file.name for file in of}).intersection(without),
            stale_after_days=stale_after_days,
        ) as sums:
            used = {each.library for each in sums.used.values()}
            compared_with |= used
            if you in used:
                silent = len(known - here - set(without))
                found.append(replace(_compared(question, sums, you), silent=silent))
    if not found and compared_with:
        raise AnalysisError(
            f"no library is called {you}",
            f"Say which is yours: --set you=NAME. There are: {', '.join(sorted(compared_with))}.",
        )
    if not found:
        raise NothingTold(f"no file of sums in {stores} can be compared", ASK)
    out = {said.library for file, said in mailed.items() if file.name in without}
    return Compared(
        you,
        found,
        sorted({json.loads(said.asked)["analysis"] for said in mailed.values()} - set(MEASURES)),
        len(known.intersection(without) | (out - compared_with)),
        sum(
            file.name in without and said.library in compared_with for file, said in mailed.items()
        ),
    )


def _by_question(mailed: Mapping[Path, Metadata]) -> list[dict[Path, Metadata]]:
    """The files that can be compared, those of one analysis and kind of work together."""
    groups: dict[tuple[int, str], dict[Path, Metadata]] = {}
    order = [*MEASURES]
    for file, said in mailed.items():
        told = json.loads(said.asked)
        if told["analysis"] in order:
            key = (order.index(told["analysis"]), told.get("process", ""))
            groups.setdefault(key, {})[file] = said
    return [groups[key] for key in sorted(groups)]


def _refuse_unknown(
    known: set[str], named: set[str], expected: Collection[str], without: Collection[str]
) -> None:
    """AnalysisError for who is expected and sent nothing, and for names that are none."""
    if lacking := sorted(set(expected) - known - set(without)):
        raise AnalysisError(
            f"nothing came of {', '.join(lacking)}",
            f"Ask for their sums, or leave them out of expected. There are: "
            f"{', '.join(sorted(known))}.",
        )
    if unknown := sorted(set(without) - known - named - set(expected)):
        raise AnalysisError(
            f"no library is called {' or '.join(unknown)}",
            f"There are: {', '.join(sorted(known))}.",
        )


def _found(place: Path, stores: str) -> tuple[dict[Path, Metadata], list[Path]]:
    """The files of sums, each with what it says of itself, and the workspaces."""
    mailed: dict[Path, Metadata] = {}
    asked = []
    for name in filter(None, map(str.strip, stores.split(","))):
        path = place / name
        if (path / CONFIG).is_file():
            asked.append(path)
            continue
        listed = sorted(path.glob(f"*{SUFFIX}")) if path.is_dir() else [path]
        if not path.exists() or not listed:
            raise NothingTold(f"there are no files of sums in {name}", ASK)
        with duckdb.connect() as con:
            for file in listed:
                said = files.read(con, file)
                if said is None:
                    raise AnalysisError(
                        f"{file.name} is no file that `libstats sums` wrote",
                        "Take it out of the folder, or ask for it again.",
                    )
                mailed[file] = said
    return mailed, asked


def _question(said: Collection[str]) -> Question:
    """What most of the files were asked; `usable` refuses the others."""
    counts = Counter(said)
    told = json.loads(min(counts, key=lambda each: (-counts[each], each)))
    question = Question.of(told.pop("analysis"), told)
    if question.analysis != "collection_use" and question.parameters.get("by"):
        raise AnalysisError(
            f"the sums of {question.analysis} are parted by {question.parameters['by']}",
            "Libraries are compared as a whole: ask for sums without --set by.",
        )
    return question


def _compared(question: Question, sums: Usable, you: str) -> Comparison:
    libraries = {number: of.library for number, of in sums.used.items()}
    apart = records(answered(question, sums.folder, libraries, is_apart=True))
    measure = MEASURES[question.analysis]
    each = {
        name: _judged(measure([row for row in apart if row["library"] == name]))
        for name in libraries.values()
    }
    left = {number: name for number, name in libraries.items() if not each[name].why}
    value, limits = None, partial(of_share, 0.5)
    if len(left) >= FEWEST:
        value = measure(records(answered(question, sums.folder, left))).value
    if value is not None:
        limits = _limits(question, sums.folder, left, value)
    places = [
        Place(
            name == you,
            of.of if of.of >= FEW else None,
            of.value if of.of >= FEW else None,
            of.why,
            of.more if name == you else "",
            of.usual if of.of >= FEW else None,
            limits(of.of) if value is not None and not of.why else None,
        )
        for name, of in each.items()
    ]
    places.sort(key=lambda at: (not at.is_you, -(at.of or 0), at.value or 0, at.why))
    return Comparison(question, value, places, limits, _files(sums, you))


def _limits(
    question: Question, folder: Path, left: Mapping[str, str], value: float
) -> partial[Funnel]:
    if question.analysis != "turnaround":
        return partial(of_share, value)
    is_late = question.parameters.get("observed_from") is not None
    return partial(of_median, curve(folder, left, is_late=is_late))


def _judged(counted: Counted) -> Counted:
    """With why it is compared with no other, too few before anything else."""
    if counted.of < FEW:
        return Counted(counted.of, counted.value, f"it tells of fewer than {FEW} cases")
    return counted


def _files(sums: Usable, you: str) -> list[Row]:
    """The files, by their fingerprints: their order and their names tell of no library."""
    rows = [
        {
            "file": hashlib.sha256((sums.folder / f"{number}{SUFFIX}").read_bytes()).hexdigest()[
                :12
            ],
            "is_yours": of.library == you,
            "exports_until": datetime.fromisoformat(of.exports_until),
            "made_at": datetime.fromisoformat(of.made_at),
        }
        for number, of in sums.used.items()
    ]
    return sorted(rows, key=lambda row: str(row["file"]))


def _whole(row: Row, of: int, value: float | None, lacks: str) -> Counted:
    """A figure of cases, unless the exports tell of a part of them alone."""
    if row["coverage"] != "whole":
        return Counted(of, value, "its exports tell of a part alone", row["reason"] or "")
    return Counted(of, value, "" if value is not None else lacks)


def _median(rows: Sequence[Row]) -> Counted:
    if not rows:
        return Counted(0, None)
    (row,) = rows
    told = _whole(row, row["reached"] or 0, row["p50"], "less than half of its cases have come")
    return replace(told, usual=row["naive_p50"])


def _filled(rows: Sequence[Row]) -> Counted:
    if not rows:
        return Counted(0, None)
    (row,) = rows
    of = (row["filled"] or 0) + (row["unfilled"] or 0)
    return _whole(row, of, row["rate"], "nothing of it is closed")


def _used(rows: Sequence[Row]) -> Counted:
    of, dusty, unknown = (
        sum(row[name] or 0 for row in rows)
        for name in ("items_held_long", "items_dusty", "items_dusty_unknown")
    )
    why = "of too many of its copies no export tells" if unknown > UNTOLD * (of + unknown) else ""
    return Counted(of, 1 - dusty / of if of else None, why)


# The figures in which libraries of any size are alike: a time, and shares of what they have.
MEASURES: dict[str, Callable[[Sequence[Row]], Counted]] = {
    "turnaround": _median,
    "fill_rate": _filled,
    "collection_use": _used,
}


def repeated(question: Question) -> str:
    """The command with which each library makes its sums."""
    given: dict[str, Any] = {k: v for k, v in question.parameters.items() if v is not None}
    words = ["libstats sums", question.analysis]
    if "process" in given:
        words.append(str(given.pop("process")))
    for name in ("since", "until"):
        words += [f"--{name} {str(given.pop(name))[:10]}"] if name in given else []
    words += [
        f"--set {name}={shlex.quote(str(value).removesuffix('T00:00:00'))}"
        for name, value in sorted(given.items())
    ]
    return " ".join([*words, "--out FILE.parquet"])
