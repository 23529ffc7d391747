"""Entering a decision: a line more in the form of decisions, loaded at once and by itself, so that
undoing its load takes back that line alone."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from libstats.errors import FileRefused, LibstatsError
from libstats.loading.load import load
from libstats.privacy import remarks
from libstats.readers.delimited import Delimited
from libstats.recognise.recognise import recognise
from libstats.workspace import forms
from libstats.workspace.workspace import Workspace

__all__ = ["decide", "form_of"]

SAME = ("process", "source", "case")
CLOSE = timedelta(minutes=1)


def form_of(place: Workspace) -> Path:
    """The form of decisions of a workspace."""
    return place.folder / "forms" / forms.file_of(forms.form("decisions"))


def decide(place: Workspace, line: Mapping[str, str], now: datetime, *, wait: float = 600) -> int:
    """Enter a decision and load it; gives the number of its load.

    `line` has the columns of the form, but for the time. Several people may do so at once. Raises
    LibstatsError if the form cannot be read, or the line not loaded; the form is then as it was.
    """
    path = form_of(place)
    line = {**line, "remark": remarks.passed(line.get("remark", ""))}
    try:
        with FileLock(place.store / "decisions.lock", timeout=wait):
            before = path.read_bytes() if path.exists() else b""
            entered, after = _with(path, before, line, now)
            _replace(path, after)
            try:
                return _load(place, {**line, "entered_at": entered})
            except BaseException:
                _replace(path, before)
                raise
    except Timeout:
        raise LibstatsError(
            "another libstats command is writing decisions", "Try again when it has finished."
        ) from None
    except PermissionError as error:
        raise LibstatsError(
            f"{path.name} could not be written: {error.strerror}",
            "Close it in the spreadsheet program; nothing was changed.",
        ) from None


def _with(path: Path, before: bytes, line: Mapping[str, str], now: datetime) -> tuple[str, bytes]:
    """When the line is entered, and the form with it below what is there: in the form's own
    columns, encoding, delimiter and ends of lines."""
    if not before.strip():
        entered = f"{now:%Y-%m-%d %H:%M:%S}"
        header = forms.headings(forms.form("decisions"))
        cells = [{**line, "entered_at": entered}.get(name, "") for name in header]
        return entered, _text([header, cells], ",", "\n").encode()
    part = _read(path)
    rows = [row for _, row in part.records()]
    header = [name.strip().lower() for name in part.header]
    _refuse_lacking(path, header)
    entered = _entered(header, rows, line, now)
    cells = [{**line, "entered_at": entered}.get(name, "") for name in header]
    return entered, before + _tail(part, before, cells)


def _read(path: Path) -> Delimited:
    """The form as it is to be read; LibstatsError for what cannot be written on."""
    try:
        source, part = recognise(path)
    except FileRefused as error:
        raise LibstatsError(
            f"{path.name} in the folder forms cannot be read: {error.problem}",
            "Move it away: libstats then begins a new one. What is loaded stays.",
        ) from None
    if source.name != "decisions" or not isinstance(part, Delimited):
        raise LibstatsError(
            f"{path.name} in the folder forms is no form of decisions as text with columns",
            "Save it as CSV, or move it away: libstats then begins a new one.",
        )
    return part


def _refuse_lacking(path: Path, header: Sequence[str]) -> None:
    lacking = [h for h in forms.form("decisions").vendor_headings if h not in header]
    if lacking:
        raise LibstatsError(
            f"{path.name} in the folder forms lacks the column {lacking[0]}",
            f"Add it to its first line; its columns are: {', '.join(header)}.",
        )


def _entered(
    header: Sequence[str], rows: Sequence[Sequence[str]], line: Mapping[str, str], now: datetime
) -> str:
    """The time of the line: a second after the newest about the same case, if that is not past."""
    now = now.replace(microsecond=0)
    for row in rows:
        there = dict(zip(header, row, strict=False))
        if any(there.get(name) != line[name] for name in SAME):
            continue
        try:
            at = datetime.fromisoformat(there["entered_at"])
        except (KeyError, ValueError):
            continue
        if now <= at < now + CLOSE:
            now = at.replace(microsecond=0) + timedelta(seconds=1)
    return f"{now:%Y-%m-%d %H:%M:%S}"


def _tail(part: Delimited, before: bytes, cells: Sequence[str]) -> bytes:
    """The bytes of a line that follows those that are there."""
    encoding = part.encoding if part.encoding.startswith("utf-16") else _of_bytes(before)
    text = before.decode(encoding, errors="replace")
    end = "\r\n" if "\r\n" in text else part.end.decode()
    begun = "" if text.endswith(end[-1]) else end
    told = begun + _text([cells], part.delimiter, end)
    try:
        return told.encode(encoding)
    except UnicodeEncodeError:  # each line is read as UTF-8, else as Windows-1252
        return told.encode()


def _of_bytes(before: bytes) -> str:
    try:
        before.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _text(rows: Sequence[Sequence[str]], delimiter: str, end: str) -> str:
    told = io.StringIO(newline="")
    csv.writer(told, delimiter=delimiter, lineterminator=end).writerows(rows)
    return told.getvalue()


def _replace(path: Path, content: bytes) -> None:
    """Put the content in the place of the form's: whoever reads it, or a crash, finds one of them
    whole. A form without content is taken away."""
    if not content:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _load(place: Workspace, line: Mapping[str, str]) -> int:
    """Load the line, without what is for people alone."""
    source = forms.form("decisions")
    with tempfile.TemporaryDirectory(prefix="libstats-", ignore_cleanup_errors=True) as scratch:
        file = Path(scratch) / forms.file_of(source)
        header = source.vendor_headings
        text = _text([header, [line.get(name, "") for name in header]], ",", "\n")
        file.write_bytes(text.encode())
        receipt = load(place, file)
    found = receipt.files[0]
    if found.outcome != "loaded" or found.seq is None or found.is_rejected:
        raise LibstatsError(
            f"the decision could not be loaded: {found.reason or 'its line was rejected'}",
            "Nothing was changed.",
        )
    return found.seq
