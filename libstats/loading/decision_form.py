"""The form of decisions as a file: a line more, in the form's own columns, encoding, delimiter and
ends of lines; and remarks that have expired taken out."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from libstats.errors import FileRefused, LibstatsError
from libstats.readers.delimited import Delimited
from libstats.recognise.recognise import recognise
from libstats.workspace import forms
from libstats.workspace.workspace import Workspace

__all__ = ["forget_remarks", "form_of", "locked", "replace", "with_line"]

SAME = ("process", "source", "case")
CLOSE = timedelta(minutes=1)
REMARK = "remark"


def form_of(place: Workspace) -> Path:
    """The form of decisions of a workspace."""
    return place.folder / "forms" / forms.file_of(forms.form("decisions"))


@contextmanager
def locked(place: Workspace, *, wait: float = 600) -> Iterator[Path]:
    """The form, for one command alone; LibstatsError where another goes on writing it, or a program
    holds it open."""
    path = form_of(place)
    try:
        with FileLock(place.store / "decisions.lock", timeout=wait):
            yield path
    except Timeout:
        raise LibstatsError(
            "another libstats command is writing decisions", "Try again when it has finished."
        ) from None
    except PermissionError as error:
        raise LibstatsError(
            f"{path.name} could not be written: {error.strerror}",
            "Close it in the spreadsheet program; nothing was changed.",
        ) from None


def with_line(
    path: Path, before: bytes, line: Mapping[str, str], now: datetime
) -> tuple[str, bytes]:
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
    encoding, end = _encoding(part, before), _end(part, before)
    begun = "" if before.decode(encoding, errors="replace").endswith(end[-1]) else end
    return _encoded(begun + _text([cells], part.delimiter, end), encoding)


def _encoding(part: Delimited, content: bytes) -> str:
    if part.encoding.startswith("utf-16"):
        return part.encoding
    try:
        content.decode()
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _encoded(line: str, encoding: str) -> bytes:
    try:
        return line.encode(encoding)
    except UnicodeEncodeError:  # each line is read as UTF-8, else as Windows-1252
        return line.encode()


def _end(part: Delimited, content: bytes) -> str:
    """What ends the lines of a form."""
    text = content.decode(_encoding(part, content), errors="replace")
    return "\r\n" if "\r\n" in text else part.end.decode()


def _text(rows: Sequence[Sequence[str]], delimiter: str, end: str) -> str:
    told = io.StringIO(newline="")
    csv.writer(told, delimiter=delimiter, lineterminator=end).writerows(rows)
    return told.getvalue()


def replace(path: Path, content: bytes) -> None:
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


def forget_remarks(place: Workspace, before: date) -> None:
    """Take the remarks out of the form that were entered before a day, or nobody knows when: its
    lines stay."""
    with locked(place) as path:
        if path.exists() and path.read_bytes().strip():
            replace(path, without_remarks(path, path.read_bytes(), before))


def without_remarks(path: Path, content: bytes, before: date) -> bytes:
    """The form without the remarks of lines that were entered before a day."""
    part = _read(path)
    header = [name.strip().lower() for name in part.header]
    if REMARK not in header or "entered_at" not in header:
        return content
    at, entered = header.index(REMARK), header.index("entered_at")
    rows = [row for _, row in part.records()]
    kept = [
        [*row[:at], "", *row[at + 1 :]]
        if len(row) > at and row[at] and _is_older(row[entered : entered + 1], before)
        else row
        for row in rows
    ]
    return content if kept == rows else _bytes(part, content, [list(part.header), *kept])


def _is_older(entered: Sequence[str], before: date) -> bool:
    try:
        return datetime.fromisoformat(entered[0].strip()).date() < before
    except (IndexError, ValueError):
        return True


def _bytes(part: Delimited, content: bytes, rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as the bytes of a form that is written as its content is."""
    encoding = _encoding(part, content)
    marked = content.decode(encoding, errors="replace").startswith("\ufeff")
    text = ("\ufeff" if marked else "") + _text(rows, part.delimiter, _end(part, content))
    return b"".join(_encoded(line, encoding) for line in text.splitlines(keepends=True))
