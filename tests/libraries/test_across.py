"""Many libraries answer as one, and whoever does not is named."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.cli.main import main
from libstats.errors import AnalysisError
from libstats.libraries import across as module
from libstats.libraries import ask, files
from libstats.libraries.parted_analyses import PARTED
from libstats.libraries.question import NOT_PARTED
from tests.support.libraries import ASKED, another, library, three

pytestmark = pytest.mark.slow

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return three(tmp_path_factory.mktemp("libraries"))


@pytest.fixture(scope="module")
def threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture(scope="module")
def mailed(libraries: list[Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A file of sums of each."""
    folder = tmp_path_factory.mktemp("mailed")
    return [sums(place, folder / f"{place.name}.parquet") for place in libraries]


def sums(place: Path, file: Path, until: str = "2026-03-01") -> Path:
    """A file that the command writes."""
    period = ["--since", ASKED["since"], "--until", until]
    assert (
        main(["-w", str(place), "sums", "throughput", "mending", *period, "--out", str(file)]) == 0
    )
    return file


def counts(found: module.Across) -> list[tuple[Any, ...]]:
    return found.answer.select("period, part, cases").fetchall()


def refused(stores: list[Path], **given: Any) -> str:
    """How it is refused; no message holds a path."""
    with pytest.raises(AnalysisError) as error:
        libstats.across(stores, given.pop("analysis", "throughput"), **{**ASKED, **given})
    for path in (*stores, *(path.resolve().parent for path in stores)):
        assert str(path) not in str(error.value)
    assert not set("/\\") & set(str(error.value).replace("n/a", ""))
    return str(error.value)


def test_libraries_answer_as_one(libraries: list[Path], threads: Executor) -> None:
    found = libstats.across(libraries, "throughput", ask=threads, **ASKED)
    # each mended one on 9 January, and one in February
    assert counts(found) == [(JANUARY, "all", 3), (FEBRUARY, "all", 3)]
    assert [(each.library, each.state, each.why) for each in found.stores] == [
        (name, "answered", "") for name in ("Ash", "Birch", "Cedar")
    ]


def test_a_branch_is_of_one_library(libraries: list[Path], threads: Executor) -> None:
    found = libstats.across(libraries, "throughput", ask=threads, by="branch", **ASKED)
    assert found.answer.select("library, part, period, cases").fetchall() == [
        (name, "Main", month, 1)
        for name in ("Ash", "Birch", "Cedar")
        for month in (JANUARY, FEBRUARY)
    ]


def test_files_that_were_mailed_answer_as_stores_do(
    libraries: list[Path], mailed: list[Path], threads: Executor
) -> None:
    live = libstats.across(libraries, "throughput", ask=threads, **ASKED)
    for stores in (mailed, [*mailed[:2], libraries[2]]):
        found = libstats.across(stores, "throughput", ask=threads, **ASKED)
        assert found.answer.fetchall() == live.answer.fetchall()


def test_who_does_not_answer_is_named_and_left_out_by_name_alone(
    libraries: list[Path], mailed: list[Path], tmp_path: Path, threads: Executor
) -> None:
    nowhere = tmp_path / "oak"
    assert "oak: " in refused([*libraries, nowhere], ask=threads)
    with pytest.raises(AnalysisError, match="no library is called Elm"):
        libstats.across(mailed, "throughput", without=["Elm"], **ASKED)
    found = libstats.across(
        [*libraries, nowhere], "throughput", ask=threads, without=["oak"], **ASKED
    )
    assert counts(found) == [(JANUARY, "all", 3), (FEBRUARY, "all", 3)]
    assert [each.library for each in found.stores if each.state == "left out"] == ["oak"]


def test_whose_mail_never_came_is_named(mailed: list[Path]) -> None:
    expected = ["Ash", "Birch", "Cedar", "Elm"]
    assert "Elm: nothing of it is among the stores" in refused(mailed, expected=expected)
    found = libstats.across(mailed, "throughput", expected=expected, without=["Elm"], **ASKED)
    assert counts(found) == [(JANUARY, "all", 3), (FEBRUARY, "all", 3)]
    assert found.stores[3][:3] == ("Elm", "", "left out")


@pytest.mark.parametrize("stores", ["mailed", Path("mailed")])
def test_one_name_in_place_of_several_is_refused(stores: Any) -> None:
    with pytest.raises(AnalysisError, match="stores is one name, and takes several"):
        libstats.across(stores, "throughput", **ASKED)


def test_two_libraries_are_too_few(mailed: list[Path]) -> None:
    assert "2 libraries would tell each the figures of another" in refused(mailed[:2])
    assert "2 libraries" in refused(mailed, without=["Ash"])


def test_sums_of_another_question_or_another_libstats_are_refused(
    libraries: list[Path],
    mailed: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = sums(libraries[0], tmp_path / "other.parquet", "2026-02-01")
    why = "until 2026-02-01T00:00:00 in place of 2026-03-01T00:00:00"
    assert f"Ash: its sums answer another question: {why}" in refused([other, *mailed[1:]])
    strange = tmp_path / "strange.parquet"
    strange.write_bytes(b"PAR1 is how it begins")
    why = "strange.parquet: its file is none that `libstats sums` wrote"
    assert why in refused([strange, *mailed])
    with monkeypatch.context() as changed:
        changed.setattr(files, "own_code", lambda: "0")
        assert "its sums are of another libstats of the same version" in refused(mailed)
    monkeypatch.setattr(files, "own_version", lambda: "9.9")
    assert "Ash, Birch, Cedar: its sums are of libstats" in refused(mailed)


def test_one_library_twice_and_one_export_twice_are_refused(
    libraries: list[Path], mailed: list[Path], tmp_path: Path
) -> None:
    twice = shutil.copy(mailed[0], tmp_path / "twice.parquet")
    why = "two of the stores are of one library: Ash (ash.parquet and twice.parquet)"
    assert why in refused([*mailed, Path(twice)])
    assert "takes the name of a file: twice.parquet" in refused([*mailed, Path(twice)])
    found = libstats.across([*mailed, twice], "throughput", without=["twice.parquet"], **ASKED)
    assert counts(found) == [(JANUARY, "all", 3), (FEBRUARY, "all", 3)]
    assert [(each.library, each.store, each.state) for each in found.stores] == [
        ("Ash", "ash.parquet", "answered"),
        ("Ash", "twice.parquet", "left out"),
        ("Birch", "birch.parquet", "answered"),
        ("Cedar", "cedar.parquet", "answered"),
    ]
    copy = tmp_path / "yew"
    shutil.copytree(libraries[0], copy)
    config = copy / "libstats.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("Ash", "Yew"), encoding="utf-8")
    again = sums(copy, tmp_path / "yew.parquet")
    assert "one export is loaded by two libraries: Ash and Yew" in refused([*mailed, again])


def test_what_is_stale_is_named(mailed: list[Path], tmp_path: Path) -> None:
    old = library(
        tmp_path, "Dogwood", ["9,brought,2026-01-05,Main", "9,mended,2026-01-08,Main"], "2026-02-01"
    )
    stores = [*mailed, sums(old, tmp_path / "dogwood.parquet")]
    assert "Dogwood: its exports end on 2026-02-01, more than 7 days before" in refused(stores)
    found = libstats.across(stores, "throughput", stale_after_days=31, **ASKED)
    # the fourth mended one too; what it did in February is not told
    assert found.answer.select("cases, coverage").fetchall() == [(4, "partly"), (3, "partly")]


def test_a_changed_store_is_asked_again(tmp_path: Path, threads: Executor) -> None:
    stores = three(tmp_path)
    before = libstats.across(stores, "throughput", ask=threads, **ASKED)
    another(stores[0], "3,mended,2026-02-11,Main")
    after = libstats.across(stores, "throughput", ask=threads, **ASKED)
    assert (counts(before)[1], counts(after)[1]) == ((FEBRUARY, "all", 3), (FEBRUARY, "all", 4))


def test_an_absent_worker_ends_at_the_deadline(libraries: list[Path]) -> None:
    class Absent(Executor):
        def submit(self, *_: Any, **__: Any) -> Future[Any]:
            return Future()

    why = "Ash, Birch, Cedar: it had not answered by the deadline"
    assert why in refused(libraries, ask=Absent(), deadline=0.1)


@contextlib.contextmanager
def children(act: Callable[[int], None], most: int) -> Iterator[list[int]]:
    """Meanwhile, do something to the first processes that are started, once each."""
    found: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.is_set() and len(found) < most:
            for child in multiprocessing.active_children()[: most - len(found)]:
                if child.pid and child.pid not in found:
                    found.append(child.pid)
                    act(child.pid)
            time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield found
    finally:
        over.set()
        thread.join()


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_process_that_is_killed_changes_no_answer(libraries: list[Path]) -> None:
    with children(lambda pid: os.kill(pid, signal.SIGKILL), 1) as killed:
        found = libstats.across(libraries, "throughput", **ASKED)
    assert len(killed) == 1
    assert counts(found) == [(JANUARY, "all", 3), (FEBRUARY, "all", 3)]


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_processes_that_are_stopped_end_at_the_deadline_and_are_not_left_behind(
    libraries: list[Path],
) -> None:
    with children(lambda pid: os.kill(pid, signal.SIGSTOP), 99) as stopped:
        began = time.monotonic()
        assert "it had not answered by the deadline" in refused(libraries, deadline=3)
        assert time.monotonic() - began < 10
    assert stopped
    assert not any(map(is_there, stopped))


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_process_that_is_stopped_is_not_waited_for_when_the_others_have_answered() -> None:
    """It may have nothing to do by then."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    pid = pool.submit(os.getpid).result()
    os.kill(pid, signal.SIGSTOP)
    began = time.monotonic()
    ask._end(pool, began + 1)
    assert time.monotonic() - began < 5
    assert not is_there(pid)


def is_there(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


@pytest.mark.parametrize(
    "analysis",
    sorted({n for n in libstats._PLACES if "analysis" in libstats._PLACES[n]} - set(PARTED)),
)
def test_what_does_not_add_up_is_refused_in_words(analysis: str) -> None:
    with pytest.raises(AnalysisError) as error:
        libstats.across([], analysis)
    assert NOT_PARTED.get(analysis, "nothing says how") in str(error.value)


def test_no_case_and_no_path_leaves_the_library(tmp_path: Path) -> None:
    rows = ["CANARY1,brought,2026-01-02,Main", "CANARY1,mended,2026-01-09,Main"]
    place = library(tmp_path, "Canary Wharf", rows)
    file = sums(place, tmp_path / "canary.parquet")
    cells = str(libstats.open(place).sql(f"from '{file}'").fetchall())
    said = str(
        libstats.open(place)
        .sql(f"select decode(value) from parquet_kv_metadata('{file}')")
        .fetchall()
    )
    for secret in ("CANARY", str(tmp_path), "mending-2026"):
        assert secret not in cells + said
        assert secret.encode() not in file.read_bytes()


def test_a_damaged_store_is_named_without_its_path(
    libraries: list[Path], tmp_path: Path, threads: Executor
) -> None:
    broken = tmp_path / "rowan"
    shutil.copytree(libraries[0], broken)
    for file in (broken / "store").rglob("*.duckdb"):
        file.write_bytes(b"no database" * 1000)
    assert "Ash: " in refused([broken, *libraries[1:]], ask=threads)
    assert ask.called(str(tmp_path / "none")) == "none"


def test_a_script_that_asks_at_once_is_told_what_it_lacks(
    libraries: list[Path], tmp_path: Path
) -> None:
    """Each process that is started reads the script once more, and would ask without end."""
    script = tmp_path / "ask.py"
    stores = [str(place) for place in libraries]
    script.write_text(
        f"import libstats\nlibstats.across({stores!r}, 'throughput', **{ASKED!r})\n", "utf-8"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'below a line: if __name__ == "__main__":' in done.stderr
    assert done.stderr.count("Traceback") == 1  # that of the script itself


def test_libstats_never_imports_dask() -> None:
    program = "import sys, libstats; libstats.across; libstats.sums; print('dask' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_command_says_what_it_wrote_and_refuses_in_words(
    libraries: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sums(libraries[0], tmp_path / "ash.parquet")
    assert "ash.parquet holds what Ash adds up for throughput" in capsys.readouterr().out
    asked = ["-w", str(libraries[0]), "sums", "throughput", "mending", "--since", "2026-01-01"]
    assert main([*asked, "--until", "2026-03-01", "--out", str(tmp_path / "ash.csv")]) == 1
    assert "ash.csv is no name for a file of sums" in capsys.readouterr().err
    assert main([*asked, "--out", str(tmp_path / "none.parquet")]) == 1
    assert "throughput needs until" in capsys.readouterr().err
    assert not (tmp_path / "none.parquet").exists()
