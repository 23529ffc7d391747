"""The command line: call, print; `arguments.py` parses.

A command imports what it uses, when it runs: most would else wait longer for what others use than
they take.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from libstats.cli.arguments import parser
from libstats.errors import LibstatsError
from libstats.workspace.workspace import Workspace, around, find, init, named


class _Unheard(Exception):
    """What a command did could not be said: nobody reads it, or the disk of the file it goes into
    is full."""


def _say(text: object) -> None:
    """Print what a command found or did."""
    try:
        print(text, flush=True)
    except OSError as error:
        raise _Unheard(error.strerror) from error


def _place(args: argparse.Namespace) -> Workspace:
    """The workspace that is named, else that of this folder or one above it. A name that is none is
    refused: what stands above it may be another library's."""
    return named(Path(args.workspace)) if args.workspace else find(Path())


def _near(args: argparse.Namespace) -> Workspace | None:
    return named(Path(args.workspace)) if args.workspace else around(Path())


def _init(args: argparse.Namespace) -> int:
    place = init(Path(args.folder), args.name)
    _say(
        f"{place.folder} is ready.\n"
        f"Put exports into {place.exports} and run:  libstats -w {args.folder} load "
        f"{Path(args.folder) / 'exports'}"
    )
    return 0


def _inspect(args: argparse.Namespace) -> int:
    from libstats.recognise import inspect

    if args.write:
        if len(args.files) > 1:
            raise LibstatsError("several files under one name", "Give --write with one file.")
        place = _place(args)
        _say(
            f"This is in {place.folder / 'libstats.toml'} now:\n"
            "\n"
            f"{inspect.declare(Path(args.files[0]), place, args.write, args.dates)}"
        )
        return 0
    near = _near(args)  # a file can be looked at before there is a workspace
    texts = [inspect.inspect(Path(f), near.config if near else {}, args.dates) for f in args.files]
    _say("\n\n".join(texts))
    return 0


def _load(args: argparse.Namespace) -> int:
    from libstats.cli import loaded
    from libstats.loading.load import load

    at = None
    if args.exported_at:
        try:
            at = datetime.fromisoformat(args.exported_at).replace(tzinfo=None)
        except ValueError:
            raise LibstatsError(
                f"--exported-at {args.exported_at} is not a time",
                "Write it as 2026-10-31 or 2026-10-31T06:00.",
            ) from None
    place = _place(args)
    receipt = load(place, args.paths, source=args.source, exported_at=at)
    if not receipt.files:
        raise LibstatsError("there is no file in what you named", "Put exports there first.")
    told = receipt.news() if args.quiet else str(receipt)
    if told:
        _say("\n".join([told, *loaded.beside(place, receipt)]))
    return 0 if receipt.is_clean else 1


def _pull(args: argparse.Namespace) -> int:
    from libstats.pull.pull import pull

    only = [part.strip() for part in args.only.split(",")] if args.only else []
    found = pull(
        _place(args),
        args.system,
        args.address,
        only=only,
        is_full=args.full,
        is_trial=args.dry_run,
        source=args.source,
    )
    _say(found)
    return 0 if found.is_clean else 1


def _loads(args: argparse.Namespace) -> int:
    from libstats.cli import listing

    _say(listing.loads(_place(args)))
    return 0


def _undo(args: argparse.Namespace) -> int:
    from libstats.loading.undo import undo

    undo(_place(args), args.load)
    _say(f"Load {args.load} is undone: the figures are as if it had never been loaded.")
    return 0


def _confirm(args: argparse.Namespace) -> int:
    from libstats.loading.undo import confirm

    confirm(_place(args), args.load)
    _say(f"Load {args.load} is confirmed: what it lacks is gone.")
    return 0


def _rejects(args: argparse.Namespace) -> int:
    from libstats.cli import listing

    _say(listing.rejects(_place(args), args.load, Path(args.show) if args.show else None))
    return 0


def _check(args: argparse.Namespace) -> int:
    from libstats.cli import accept, listing

    place, now = _place(args), datetime.now()
    if args.accept or args.take_back:
        said = accept.Acceptance(
            args.accept or [], args.take_back or [], args.reason, args.until, args.remark
        )
        _say(accept.accept(place, said, now))
    elif args.reason or args.until or args.remark:
        raise LibstatsError("no alarm is named", "Say which: libstats check --accept NAME ...")
    text, is_wrong = listing.alarms(place, now)
    _say(text)
    return 1 if is_wrong else 0


def _coverage(args: argparse.Namespace) -> int:
    from libstats.analysis import coverage_calendar
    from libstats.cli import coverage
    from libstats.workspace import open

    with contextlib.closing(open.open(_place(args))) as con:
        found = coverage_calendar.read(con)
    if args.html:
        from libstats.report import coverage as written
        from libstats.report.page import publish

        publish.write(args.html, written.page(found))
        _say(f"The page is at {args.html}")
    else:
        _say(coverage.text(found))
    return 0


def _forget(args: argparse.Namespace) -> int:
    from libstats.cli import forget

    place = _place(args)
    _say(forget.run(place, args))
    return _none_outlived(place)


def _rotate(args: argparse.Namespace) -> int:
    from libstats.loading import forget

    place = _place(args)
    patrons = forget.rotate(place)
    _say(
        f"A new secret key is in place. {patrons:,} patrons of before have other keys now; "
        "they cannot be told among those to come."
    )
    return _none_outlived(place)


def _none_outlived(place: Workspace) -> int:
    """Exit status 1, in words, if the database of before is still there."""
    from libstats.store import generations

    left = generations.outlived(place.store)
    if left:
        print(
            (
                f"libstats: {left[0].name} of before is still open somewhere and could not be "
                "removed\n"
                "  Close notebooks and reports and run the command again."
            ),
            file=sys.stderr,
        )
    return 1 if left else 0


def _today(args: argparse.Namespace) -> int:
    from libstats.analysis.today import lists
    from libstats.cli import today
    from libstats.workspace import open

    place, now = _place(args), datetime.now()
    if wanted := [name for name in ("html", "xlsx", "sheets") if getattr(args, name)]:
        today.refuse_published(wanted, args.internal)
    with contextlib.ExitStack() as stack:
        con = stack.enter_context(contextlib.closing(open.open(place)))
        before = today.before(con, place, stack)
        if not wanted:
            _say(today.text(lists.read(con, now, before=before)))
        for line in today.write(args, lambda most: lists.read(con, now, most, before)):
            _say(line)
    return 0


def _snooze(args: argparse.Namespace) -> int:
    from libstats.cli import snooze

    place, now = _place(args), datetime.now()
    if args.list:
        _say(snooze.listed(place, now))
        return 0
    if not (args.process and args.case):
        raise LibstatsError(
            "no case is named", "Say which: libstats snooze hold 4711 --until DAY --reason ..."
        )
    options = ("reason", "until", "source", "remark")
    said = {name: text for name in options if (text := getattr(args, name)) is not None}
    wish = snooze.Wish(args.process, args.case, args.dismiss, args.take_back, **said)
    _say(snooze.snooze(place, wish, now))
    return 0


def _explain(args: argparse.Namespace) -> int:
    from libstats.cli import explain
    from libstats.workspace import open

    given = {"process": args.process, "since": args.since, "until": args.until, **_pairs(args.set)}
    with contextlib.closing(open.open(_place(args))) as con:
        _say(
            explain.explain(
                con,
                args.analysis,
                {name: text for name, text in given.items() if text is not None},
                with_files=args.files,
            )
        )
    return 0


def _sums(args: argparse.Namespace) -> int:
    from libstats.cli import sums

    given = {"process": args.process, "since": args.since, "until": args.until, **_pairs(args.set)}
    told = {name: text for name, text in given.items() if text is not None}
    _say(sums.write(_place(args), args.analysis, told, args.out, datetime.now()))
    return 0


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    return dict(text.partition("=")[::2] for text in texts)


def _report(args: argparse.Namespace) -> int:
    from libstats.cli import report

    place = _place(args)
    options = ("month", "quarter", "year", "since", "until", "branch")
    said = {name: text for name in options if (text := getattr(args, name)) is not None}
    given = _pairs(args.set) | said
    return report.report(place, args, given, _say)


def _harvest(args: argparse.Namespace) -> int:
    from libstats.cli import harvest

    return harvest.fetch(_place(args), args, datetime.now(), _say)


def _close(args: argparse.Namespace) -> int:
    from libstats.cli import close

    _say(close.close(_place(args), args.month, datetime.now()))
    return 0


def _lab(args: argparse.Namespace) -> int:
    from libstats.cli import lab

    folder = lab.prepare(_place(args))
    _say(
        "JupyterLab opens in your web browser. Take Run All Cells from its menu Run, and choose.\n"
        "Press Ctrl-C here when you are done."
    )
    lab.run(folder)
    _say("JupyterLab is closed.")
    return 0


def _demo(args: argparse.Namespace) -> int:
    from libstats.cli import demo

    _say(demo.run(Path(args.folder)))
    return 0


_RUN = {
    "init": _init,
    "inspect": _inspect,
    "load": _load,
    "pull": _pull,
    "loads": _loads,
    "undo": _undo,
    "confirm": _confirm,
    "rejects": _rejects,
    "check": _check,
    "coverage": _coverage,
    "forget": _forget,
    "rotate-key": _rotate,
    "today": _today,
    "snooze": _snooze,
    "sums": _sums,
    "explain": _explain,
    "report": _report,
    "close": _close,
    "harvest": _harvest,
    "lab": _lab,
    "demo": _demo,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit status: 0 done, 1 something was refused or failed, 2 the command line
    was wrong."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # a file's name may hold what the terminal's code page lacks
            stream.reconfigure(errors="backslashreplace")
    args = parser().parse_args(arguments)
    try:
        return _RUN[args.command](args)
    except _Unheard as error:
        _close_output(error)
        return 1
    except (LibstatsError, duckdb.Error, OSError) as error:
        print(f"libstats: {_in_words(error)}", file=sys.stderr)
        return error.exit_status if isinstance(error, LibstatsError) else 1
    except (KeyboardInterrupt, RuntimeError) as error:
        # in the middle of a query DuckDB tells of Ctrl-C by an error that has no type of its own
        if isinstance(error, RuntimeError) and str(error) != "Query interrupted":
            raise
        print("libstats: stopped; nothing was changed", file=sys.stderr)
        return 130


def _close_output(error: _Unheard) -> None:
    """Say that nobody could be told what was done, and let Python not try once more at its end."""
    with contextlib.suppress(OSError):
        if not isinstance(error.__cause__, BrokenPipeError):  # whoever read it has seen enough
            print(
                f"libstats: it is done, but its output could not be written: {error}",
                file=sys.stderr,
            )
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _in_words(error: LibstatsError | duckdb.Error | OSError) -> str:
    if isinstance(error, duckdb.Error):
        # its own words may hold a row's value: only its kind is told
        return (
            f"the database stopped with {type(error).__name__}; nothing was changed\n"
            "  Is the disk full, or a file in the store folder damaged? If not, please report it."
        )
    if isinstance(error, OSError):
        return f"{error.strerror or error}: {error.filename or ''}\n  Nothing was changed."
    return str(error)


if __name__ == "__main__":
    sys.exit(main())
