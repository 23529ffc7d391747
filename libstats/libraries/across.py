"""Many libraries answer an analysis as one."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from libstats.errors import AnalysisError
from libstats.libraries import files
from libstats.libraries.ask import Told, asked
from libstats.libraries.files import SUFFIX, Metadata
from libstats.libraries.made import answered
from libstats.libraries.question import Question

FEWEST = 3  # libraries: of two each would know the other's figures
HOUR = 3600.0


class Library(NamedTuple):
    """A library that was asked: its name; how its file or workspace is called ("" where nothing of
    it is here); whether it `answered`, or was `left out`, and why; how many seconds it took, and up
    to when its exports tell."""

    library: str
    store: str
    state: str
    why: str
    seconds: float
    exports_until: datetime | None


class Across(NamedTuple):
    """The answer of many libraries, and who gave it."""

    answer: duckdb.DuckDBPyRelation
    stores: list[Library]


def across(
    stores: Iterable[Path | str],
    analysis: str,
    /,
    *,
    ask: Executor | None = None,
    expected: Collection[str] = (),
    without: Collection[str] = (),
    deadline: float = HOUR,
    stale_after_days: int = 7,
    **parameters: Any,
) -> Across:
    """What do many libraries answer together, as if they were one?

    Definition: each library adds up at home, and the analysis is made of all sums. Waits are in
    whole days, a begun one counted as one; days since a copy was added are in steps of 30. What
    each library names for itself (branches, places, sources) is told library by library, under
    `library`; shares are of that library then. Each judges what its own exports tell. Together they
    tell of a period as the sources of one library do. Small counts of patrons are withheld in the
    answer: they are NULL, and `withheld` names their columns.

    Parameters
    ----------
    stores : workspaces, files of `libstats sums`, or both
    analysis : an analysis that adds up; `parameters` are those it is called with
    ask : whatever has the `submit` of `concurrent.futures.Executor`, for workspaces (if not given:
        processes of this computer). Of Dask it is `client.get_executor(pure=False)`
    expected : names of the libraries that must be among them. One of which nothing came is named
    without : who may be left out: names of libraries, or of a file or workspace where a library has
        two. Any other that lacks, fails, dies, is late or stale is an error that names it
    deadline : seconds until which workspaces must have answered
    stale_after_days : how many days its newest export may be dated before what is asked ends. Its
        rows may end earlier: `coverage` and `reason` of the answer tell that

    Returns `.answer`, the analysis' own columns, and `.stores`, a `Library` each. Raises
    AnalysisError where a library lacks, where fewer than three are left, where sums are of another
    question or another libstats, and where an export is counted twice.
    """
    if isinstance(stores, (str, Path)):
        raise AnalysisError(
            "stores is one name, and takes several",
            'List them: sorted(Path("mailed").glob("*.parquet")), or ["ash", "birch", "cedar"].',
        )
    question = Question.of(analysis, parameters)
    expected, without = ([n] if isinstance(n, str) else n for n in (expected, without))
    with usable(
        stores,
        question,
        ask,
        expected=expected,
        without=without,
        deadline=deadline,
        stale_after_days=stale_after_days,
    ) as found:
        answer = answered(question, found.folder, {n: of.library for n, of in found.used.items()})
    return Across(answer, found.stores)


class Usable(NamedTuple):
    """Files of sums that may be put together, in a folder by number, what each says of itself, and
    who was asked."""

    folder: Path
    used: dict[str, Metadata]
    stores: list[Library]


@contextmanager
def usable(
    stores: Iterable[Path | str],
    question: Question,
    ask: Executor | None = None,
    *,
    expected: Collection[str] = (),
    without: Collection[str] = (),
    deadline: float = HOUR,
    stale_after_days: int = 7,
) -> Iterator[Usable]:
    """What each store tells, as long as it is asked for; it refuses what `across` does."""
    told = _told([str(store) for store in stores], question, ask, deadline)
    with tempfile.TemporaryDirectory() as folder:
        said = _said(told, Path(folder))
        judged = [_judged(each, of, question, stale_after_days) for each, of in said]
        lacking = _lacking(expected, judged)
        _refuse([*judged, *lacking], without)
        used = {
            str(number): of
            for number, (library, (_, of)) in enumerate(zip(judged, said, strict=True))
            if of is not None and not _is_left_out(library, without)
        }
        _refuse_together(list(used.values()))
        yield Usable(
            Path(folder),
            used,
            [
                each._replace(state="left out") if _is_left_out(each, without) else each
                for each in sorted([*judged, *lacking], key=lambda at: (at.library, at.store))
            ],
        )


def _lacking(expected: Collection[str], judged: Sequence[Library]) -> list[Library]:
    """The libraries that are expected, and of which nothing is here."""
    names = {each.library for each in judged}
    why = "nothing of it is among the stores"
    return [Library(name, "", "failed", why, 0.0, None) for name in sorted(set(expected) - names)]


def _is_left_out(library: Library, without: Collection[str]) -> bool:
    return library.library in without or library.store in without


def _told(
    stores: Sequence[str], question: Question, ask: Executor | None, deadline: float
) -> list[Told]:
    """Of each store, in their order, its file of sums; files are read here."""
    workspaces = [store for store in stores if not store.endswith(SUFFIX)]
    live = asked(workspaces, question, ask, deadline) if workspaces else []
    return [*live, *(_read(store) for store in stores if store.endswith(SUFFIX))]


def _read(file: str) -> Told:
    name = Path(file).name
    try:
        return Told(file, name, Path(file).read_bytes())
    except OSError as error:
        return Told(file, name, why=f"its file cannot be read: {error.strerror}")


def _said(told: Sequence[Told], folder: Path) -> list[tuple[Told, Metadata | None]]:
    """What each file says of itself; the file of number n is n.parquet in the folder."""
    found: list[tuple[Told, Metadata | None]] = []
    with duckdb.connect() as con:
        for number, each in enumerate(told):
            said, why = None, each.why
            if not why:
                file = folder / f"{number}{SUFFIX}"
                file.write_bytes(each.file)
                said = files.read(con, file)
                why = "" if said else "its file is none that `libstats sums` wrote"
            library = said.library if said else each.library
            found.append((each._replace(library=library, file=b"", why=why), said))
    return found


def _judged(
    told: Told, said: Metadata | None, question: Question, stale_after_days: int
) -> Library:
    """A library, and why its sums cannot be used: "" where they can."""
    until = datetime.fromisoformat(said.exports_until) if said else None
    why = told.why or (_otherwise(said, question) if said else "")
    if not why and until and until < question.until - timedelta(days=stale_after_days):
        why = (
            f"its exports end on {until:%Y-%m-%d}, more than {stale_after_days} days before"
            f" {question.until:%Y-%m-%d}"
        )
    state = "failed" if why else "answered"
    return Library(told.library, Path(told.store).name, state, why, told.seconds, until)


def _otherwise(said: Metadata, question: Question) -> str:
    if said.libstats != files.own_version():
        return f"its sums are of libstats {said.libstats}, and this is {files.own_version()}"
    if said.asked != question.said:
        return f"its sums answer another question: {question.unlike(said.asked)}"
    if said.code != files.own_code():
        return "its sums are of another libstats of the same version"
    return ""


def _refuse(judged: Sequence[Library], without: Collection[str]) -> None:
    """AnalysisError for names that are none, libraries that lack, and too few that are left."""
    names = {each.library for each in judged}
    if unknown := sorted(set(without) - names - {each.store for each in judged}):
        raise AnalysisError(
            f"no library is called {' or '.join(unknown)}",
            f"There are: {', '.join(sorted(names))}.",
        )
    left = [each for each in judged if not _is_left_out(each, without)]
    _refuse_lacking(left)
    _refuse_twice(left)
    if len(left) < FEWEST:
        raise AnalysisError(
            f"an answer of {len(left)} libraries would tell each the figures of another",
            f"Ask at least {FEWEST}.",
        )


def _refuse_lacking(left: Sequence[Library]) -> None:
    """AnalysisError for those that cannot be used."""
    whys: dict[str, list[str]] = {}
    for each in left:
        if each.why:
            whys.setdefault(each.why, []).append(each.library)
    if whys:
        raise AnalysisError(
            "; ".join(f"{', '.join(sorted(of))}: {why}" for why, of in sorted(whys.items())),
            "Mend that, or leave them out: `without` takes their names.",
        )


def _refuse_twice(left: Sequence[Library]) -> None:
    """AnalysisError for libraries of which there are two."""
    stores: dict[str, list[str]] = {}
    for each in left:
        stores.setdefault(each.library, []).append(each.store)
    if twice := {name: sorted(of) for name, of in sorted(stores.items()) if of[1:]}:
        several = (f"{name} ({' and '.join(of)})" for name, of in twice.items())
        raise AnalysisError(
            f"two of the stores are of one library: {', '.join(several)}",
            f"Leave one out: `without` takes the name of a file: {next(iter(twice.values()))[-1]}. "
            "Are they two libraries? The name stands in libstats.toml, as name of [library].",
        )


def _refuse_together(said: Sequence[Metadata]) -> None:
    """AnalysisError where two count one export, or mean different things by a kind of work."""
    holders: dict[str, list[str]] = {}
    for each in said:
        for load in each.loads.split():
            holders.setdefault(load, []).append(each.library)
    if shared := sorted({" and ".join(sorted(names)) for names in holders.values() if names[1:]}):
        raise AnalysisError(
            f"one export is loaded by two libraries: {'; '.join(shared)}",
            "Name each library once, and no copy of one. An export of several belongs to one.",
        )
    if len({each.work for each in said}) > 1:
        usual, _ = Counter(each.work for each in said).most_common(1)[0]
        others = sorted(each.library for each in said if each.work != usual)
        raise AnalysisError(
            f"this kind of work begins or ends otherwise at: {', '.join(others)}",
            "Its [process] in libstats.toml must be the same everywhere.",
        )
