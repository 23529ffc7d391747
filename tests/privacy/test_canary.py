"""The canary: what is not on the list of wanted columns, and who a person is, lies nowhere after a
load.

The exports are made from every declared source and its golden pairs, so that a new source is tried
without new test code: each column that no SELECT names holds a canary, each identifier of a person
is one, one more row consists of canaries only, and one column more stands beside them. They come as
plain text and, a third of them each, as text that DuckDB cannot read itself, as workbooks and
compressed, and once without their headings.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats import report
from libstats.cli import main
from libstats.declaration.select import plans
from libstats.declaration.source import Source
from libstats.readers.part import Part
from libstats.readers.place import places
from libstats.readers.placed import Placed
from libstats.recognise.recognise import recognise, recognise_part
from libstats.recognise.sniff import parts
from libstats.store import generations, steps
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.sources.test_sources import TABLES, named
from tests.support.books import write_xlsx

CANARY = "canary"
Table = list[list[str]]


def _recognised(pair: Path) -> tuple[Source, Part]:
    """The part of a pair that its source reads: a file of messages has several."""
    found = recognise(pair)
    if found[0] == named(pair.parent):
        return found
    others = (recognise_part(part) for place in places(pair) for part in parts(place))
    return next(other for other in others if other[0] == named(pair.parent))


def planted(pair: Path) -> tuple[bool, Source, Table]:
    """A golden export with its canaries: whether a row that slipped is in it, its source, its
    headings and rows."""
    source, part = _recognised(pair)
    if isinstance(part, Placed):  # what it adds is in no file
        part = part.inner or part
    header = [re.sub(r"#\d+$", "", h) for h in part.header]
    people = {
        h
        for p in plans(source, source.vendor_headings)
        for line in p.lines
        if line.column in p.table.natured("person")
        for h in line.headings
    }
    found = {h: p for h, p in source.locate(part.header).items() if h in people}
    header += [h for h in people if h not in found]
    read = {p for plan in plans(source, part.header) for p in plan.texts} | {
        source.locate(part.header).get(source.exported or "", -1)
    }
    told = set(found.values()) | set(range(len(part.header), len(header)))
    rows = []
    for number, (_, cells) in enumerate(part.records()):
        row = (cells + [""] * len(header))[: len(header)]
        rows.append(
            [
                f"{CANARY} patron {number}"
                if i in told
                else cell
                if i in read
                else f"{CANARY} cell"
                for i, cell in enumerate(row)
            ]
            + [f"{CANARY} beside"]
        )
    # a row that slipped: whatever it is, one of its columns is no date or number then
    slipped = [f"{CANARY} slipped"] * (len(header) + 1)
    primary = plans(source, part.header)[0]
    is_typed = any(
        primary.table.column(line.column).type in ("date", "timestamp", "bigint", "integer")
        and line.column not in source.loose
        and line.headings
        for line in primary.lines
    )
    return (
        is_typed,
        source,
        [[*header, f"{CANARY} heading"], *rows, *([slipped] if is_typed else [])],
    )


def _delimited(table: Table) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(table)
    return text.getvalue().encode()


def _plain(path: Path, table: Table) -> Path:
    path.with_suffix(".csv").write_bytes(_delimited(table))
    return path.with_suffix(".csv")


def _uneven(path: Path, table: Table) -> Path:
    """With a line too many fields long, and one that is not UTF-8: read line by line."""
    width = len(table[0])
    data = (
        _delimited([*table, [f"{CANARY} ragged"] * (width + 1)])
        + b";".join([b"canary \xe9"] * (width + 2))
        + b"\n"
    )
    path.with_suffix(".txt").write_bytes(data)
    return path.with_suffix(".txt")


def _workbook(path: Path, table: Table) -> Path:
    return write_xlsx(path.with_suffix(".xlsx"), {"Sheet1": [list(row) for row in table]})


def _packed(path: Path, table: Table) -> Path:
    path.with_suffix(".csv.gz").write_bytes(gzip.compress(_delimited(table)))
    return path.with_suffix(".csv.gz")


def _headless(path: Path, table: Table) -> Path:
    return _plain(path, [[CANARY, *table[-1][1:]], *table[1:]])


FORMS: dict[str, Callable[[Path, Table], Path]] = {
    "plain": _plain,
    "uneven": _uneven,
    "workbook": _workbook,
    "packed": _packed,
    "headless": _headless,
}


@pytest.fixture
def legible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the database is compressed, so that text in its bytes can be seen."""
    sound = generations.connect

    def connect(path: Path, **given: Any) -> duckdb.DuckDBPyConnection:
        con = sound(path, **given)
        con.execute("set force_compression = 'uncompressed'")
        return con

    monkeypatch.setattr(generations, "connect", connect)


def canaries(path: Path, now: os.stat_result) -> set[bytes]:
    """The canaries in a file, which is read again when it has changed."""
    key = (path, now.st_ino, now.st_size, now.st_mtime_ns)
    if key not in LOOKED:
        held = path.read_bytes()
        LOOKED[key] = set(re.findall(rb"canary \w+", held)) if b"canary " in held else set()
    return LOOKED[key]


LOOKED: dict[tuple[Path, int, int, int], set[bytes]] = {}


def found_in(folder: Path) -> set[str]:
    """Files below a folder that hold a canary, and which; the exports apart. Scratch may hold a row
    that slipped, in columns that are wanted."""
    found = {
        (p, told)
        for top in folder.iterdir()
        if top.name != "exports"
        for p in (top, *top.rglob("*"))
        if p.is_file()
        for told in canaries(p, p.stat())
    }
    return {
        f"{p.relative_to(folder)}: {told.decode()}"
        for p, told in found
        if not p.name.startswith("normalised-") or told != b"canary slipped"
    }


def exports(folder: Path, form: str) -> list[tuple[bool, Source, Path]]:
    """Golden exports, planted, in a form: whether a row that slipped is in it, its source, its
    file. Plain and headless are all; the other forms differ in how they are read, not in what the
    sources make of it."""
    made = []
    others = ("uneven", "workbook", "packed")
    for pair in TABLES[others.index(form) :: len(others)] if form in others else TABLES:
        is_typed, source, table = planted(pair)
        place = folder / f"{pair.parent.name}-{pair.stem}"
        place.mkdir(parents=True)
        made.append((is_typed, source, FORMS[form](place / "export-2026-11-02", table)))
    return made


@pytest.mark.slow
@pytest.mark.usefixtures("legible")
@pytest.mark.parametrize("form", FORMS)
def test_the_canary_is_nowhere(
    form: str,
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = (
        workspace.folder / CONFIG
    )  # some systems write GMT, and are refused while the zone is not told
    config.write_text(
        config.read_text(encoding="utf-8").replace(
            "[library]", '[library]\ntimezone = "America/New_York"', 1
        ),
        encoding="utf-8",
        newline="\n",
    )
    workspace = find(workspace.folder)
    made = exports(workspace.exports, form)
    seen: set[str] = set()

    def looked(name: str) -> None:
        seen.update(f"{name}: {f}" for f in found_in(workspace.folder))

    with steps.watched(looked):
        receipts = libstats.load(workspace, [path for *_, path in made]).files
    if form == "headless":
        assert {r.outcome for r in receipts} <= {"refused", "left alone"}
    else:
        _were_planted(workspace, made, receipts)
    if form == "plain":
        _is_in_no_report(workspace)
        capsys.readouterr()  # the paths of the reports, which have this test's name
    told = "\n".join(line for r in receipts for line in r.lines())
    for command in (
        ["load", *(str(p) for *_, p in made)],
        ["loads"],
        ["rejects"],
        ["check"],
        ["undo", "1"],
        ["forget", "--before", "2026-10-01"],
        ["rotate-key"],
    ):
        main.main(["-w", str(workspace.folder), *command])
    out = capsys.readouterr()
    assert [
        line
        for line in [
            *told.splitlines(),
            *out.out.splitlines(),
            *out.err.splitlines(),
            *caplog.text.splitlines(),
        ]
        if CANARY in line
    ] == []
    assert seen == set()
    assert found_in(workspace.folder) == set()


def _is_in_no_report(workspace: Workspace) -> None:
    """The pages and workbooks of what is loaded, and all else in the workspace."""
    assert "checkout" in report.run(
        "circulation", workspace.folder, {"month": "2026-10"}, None, ["html", "xlsx"]
    ).read_text(encoding="utf-8")
    assert "patron" in report.run(
        "ill", workspace.folder, {"month": "2026-10"}, None, ["html", "xlsx"]
    ).read_text(encoding="utf-8")
    chosen = {"question": "worklist", "process": "hold"}
    assert "Open work: hold" in report.run(
        "explore", workspace.folder, chosen, None, ["html", "xlsx"]
    ).read_text(encoding="utf-8")
    page, book = (str(workspace.reports / f"today.{form}") for form in ("html", "xlsx"))
    main.main(["-w", str(workspace.folder), "today", "--internal", "--html", page, "--xlsx", book])
    books = sorted(workspace.reports.glob("*.xlsx"))
    assert len(books) == 4
    for packed in books:  # unpacked for the eye
        with zipfile.ZipFile(packed) as opened:
            opened.extractall(packed.with_suffix(".unpacked"))
    assert found_in(workspace.folder) == set()


def test_what_is_spilled_to_disk_is_not_legible(tmp_path: Path) -> None:
    """Half a million long texts in eighty megabytes of memory: the rest of them goes to the scratch
    folder."""
    with generations.writing(tmp_path) as writer:
        writer.con.execute("set memory_limit = '80MB'")
        writer.con.execute(
            f"create temp table told as select '{CANARY} ' || repeat(md5(i::varchar), 10) as t from range(500000) r(i)"
        )
        spilled = [p for p in writer.scratch.glob("duckdb_temp*") if p.stat().st_size]
        assert sum(p.stat().st_size for p in spilled) > 1 << 20
        assert not any(CANARY.encode() in p.read_bytes() for p in spilled)


def _were_planted(
    workspace: Workspace,
    made: list[tuple[bool, Source, Path]],
    receipts: list[libstats.FileReceipt],
) -> None:
    """The canaries got as far as they may: every file is loaded, persons' keys are made of them,
    rows that slipped are rejected."""
    # a list of canaries cannot tell its direction, and says so
    assert {r.outcome for r in receipts if "Process Type" not in r.reason} == {"loaded"}, [
        r.lines() for r in receipts if r.outcome != "loaded"
    ]
    assert all(
        r.outcome == "refused" or r.dispositions["rejected"] + r.dispositions["set aside"]
        for (is_typed, *_), r in zip(made, receipts, strict=True)
        if is_typed
    )
    assert sum(is_typed for is_typed, *_ in made) > 0.8 * len(made)
    with libstats.open(workspace) as con:
        for plan in [p for _, source, _ in made for p in plans(source, source.vendor_headings)]:
            for column in plan.people:
                assert con.execute(
                    f"select count({column}) > 0 from {plan.table.name}"
                ).fetchall() == [(True,)], (plan.source.label, column)
