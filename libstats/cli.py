"""The command line: parse, call, print."""

from __future__ import annotations

import argparse
import contextlib
import difflib
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from libstats import demo, explanation, forgetting, inspection, listing, opening, store, today
from libstats.errors import LibstatsError
from libstats.load import confirm, load, undo
from libstats.workspace import Workspace, around, find, init


class _Parser(argparse.ArgumentParser):
    """Errors in one line, with the nearest word where a word is wrong."""

    def error(self, message: str) -> None:  # type: ignore[override]
        wrong, known = _choices(message)
        near = difflib.get_close_matches(wrong, known, 1) if wrong else []
        told = f"there is no command {wrong!r}" if wrong else message
        hint = f"Did you mean: libstats {near[0]}" if near else f"See: {self.prog} --help"
        print(f"libstats: {told}\n  {hint}", file=sys.stderr)
        raise SystemExit(2)


def _choices(message: str) -> tuple[str, list[str]]:
    if "invalid choice: " not in message or "choose from" not in message:
        return "", []
    wrong = message.split("invalid choice: ")[1].split(" (")[0].strip("'")
    return wrong, [c.strip(" ')") for c in message.split("choose from ")[1].split(",")]


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, every command with an example."""
    top = _Parser(prog="libstats", description="Tells a library's staff how their work is going, from the exports that their systems already write.")
    top.add_argument("-w", "--workspace", default=".", metavar="FOLDER", help="the workspace, if it is not the current folder")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for name, (what, example, add) in COMMANDS.items():
        command = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.", epilog=f"Example:  {example}")
        add(command)
    return top


def _add_init(p: argparse.ArgumentParser) -> None:
    p.add_argument("folder", metavar="FOLDER", help="the folder to make")
    p.add_argument("--name", help="the library's name, for reports")


def _add_inspect(p: argparse.ArgumentParser) -> None:
    p.add_argument("files", nargs="+", metavar="FILE")
    p.add_argument(
        "--write", metavar="NAME", help='put what it proposes for an unknown file into libstats.toml under this name: the product and what it lists, as in "apollo items"'
    )
    p.add_argument("--dates", choices=("day first", "month first"), help="what comes first in an unknown file's dates, where its values do not prove it")


def _add_load(p: argparse.ArgumentParser) -> None:
    p.add_argument("paths", nargs="+", metavar="PATH", help="files, or folders with everything below them")
    p.add_argument("--source", metavar="NAME", help="the source in libstats.toml, where several have the same system")
    p.add_argument("--exported-at", metavar="TIME", help="when the files were exported, as in 2026-10-31 or 2026-10-31T06:00")


def _add_seq(p: argparse.ArgumentParser) -> None:
    p.add_argument("load", type=int, metavar="LOAD", help="its number, as `libstats loads` lists it")


def _add_rejects(p: argparse.ArgumentParser) -> None:
    p.add_argument("load", type=int, nargs="?", metavar="LOAD", help="only this load's")
    p.add_argument("--show", metavar="FILE", help="read the original file again and show the rejected lines themselves, here only")


def _add_today(p: argparse.ArgumentParser) -> None:
    p.add_argument("--html", type=Path, metavar="FILE", help="write it as a web page instead")
    p.add_argument("--xlsx", type=Path, metavar="FILE", help="write it as a workbook instead, with every late and near case")


def _add_explain(p: argparse.ArgumentParser) -> None:
    p.add_argument("analysis", metavar="ANALYSIS", help="as in turnaround, throughput, backlog, worklist or circulation")
    p.add_argument("process", nargs="?", metavar="PROCESS", help="the kind of work, where the analysis is of one, as in hold")
    p.add_argument("--since", metavar="DAY", help="the period's first day")
    p.add_argument("--until", metavar="DAY", help="the first day after the period")
    p.add_argument("--files", action="store_true", help="list the files behind the figure")
    p.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any other parameter of the analysis")


def _add_report(p: argparse.ArgumentParser) -> None:
    p.add_argument("name", metavar="NAME", help="a notebook's name, as in monthly_operations")
    p.add_argument("--month", help="the month to report, as in 2026-10 (if not given: the last whole one)")
    p.add_argument("--branch", help="only this branch")
    p.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="any other parameter of the notebook")
    p.add_argument("--html", action="store_true", help="write it as a web page (so too if nothing is said)")
    p.add_argument("--xlsx", action="store_true", help="write its tables as a workbook")
    p.add_argument("--out", type=Path, metavar="FILE", help="where to write it (if not given: the workspace's reports folder)")


def _add_forget(p: argparse.ArgumentParser) -> None:
    p.add_argument("--before", required=True, metavar="DAY", help="cases that closed before this day, as in 2026-01-01")


def _add_demo(p: argparse.ArgumentParser) -> None:
    p.add_argument("folder", nargs="?", default="libstats-demo", metavar="FOLDER", help="where to make it (libstats-demo)")


def _add_nothing(p: argparse.ArgumentParser) -> None:
    """A command without arguments."""


def _add_sample(p: argparse.ArgumentParser) -> None:
    p.add_argument("folder", type=Path, metavar="FOLDER")
    p.add_argument("--size", type=int, default=1, metavar="N", help="N times as large a library, its truth beside it")
    p.add_argument("--loans", type=int, metavar="N", help="instead: one export of that many loans, to try sizes")


def _init(args: argparse.Namespace) -> int:
    place = init(Path(args.folder), args.name)
    print(f"{place.folder} is ready.\nPut exports into {place.exports} and run:  libstats -w {args.folder} load {Path(args.folder) / 'exports'}")
    return 0


def _inspect(args: argparse.Namespace) -> int:
    if args.write:
        if len(args.files) > 1:
            raise LibstatsError("several files under one name", "Give --write with one file.")
        place = find(Path(args.workspace))
        print(f"This is in {place.folder / 'libstats.toml'} now:\n\n{inspection.declare(Path(args.files[0]), place, args.write, args.dates)}")
        return 0
    near = around(Path(args.workspace))  # a file can be looked at before there is a workspace
    texts = [inspection.inspect(Path(f), near.config if near else {}, args.dates) for f in args.files]
    print("\n\n".join(texts))
    return 0


def _load(args: argparse.Namespace) -> int:
    at = None
    if args.exported_at:
        try:
            at = datetime.fromisoformat(args.exported_at).replace(tzinfo=None)
        except ValueError:
            raise LibstatsError(f"--exported-at {args.exported_at} is not a time", "Write it as 2026-10-31 or 2026-10-31T06:00.") from None
    receipt = load(find(Path(args.workspace)), args.paths, source=args.source, exported_at=at)
    if not receipt.files:
        raise LibstatsError("there is no file in what you named", "Put exports there first.")
    print(receipt)
    return 0 if receipt.is_clean else 1


def _loads(args: argparse.Namespace) -> int:
    print(listing.loads(find(Path(args.workspace))))
    return 0


def _undo(args: argparse.Namespace) -> int:
    undo(find(Path(args.workspace)), args.load)
    print(f"Load {args.load} is undone: the figures are as if it had never been loaded.")
    return 0


def _confirm(args: argparse.Namespace) -> int:
    confirm(find(Path(args.workspace)), args.load)
    print(f"Load {args.load} is confirmed: what it lacks is gone.")
    return 0


def _rejects(args: argparse.Namespace) -> int:
    print(listing.rejects(find(Path(args.workspace)), args.load, Path(args.show) if args.show else None))
    return 0


def _check(args: argparse.Namespace) -> int:
    text = listing.alarms(find(Path(args.workspace)))
    print(text or "Nothing looks wrong.")
    return 1 if text else 0


def _forget(args: argparse.Namespace) -> int:
    try:
        day = date.fromisoformat(args.before)
    except ValueError:
        raise LibstatsError(f"--before {args.before} is not a day", "Write it as 2026-01-01.") from None
    place = find(Path(args.workspace))
    print(f"{forgetting.forget(place, day):,} rows lost their patron, for good.")
    return _none_outlived(place)


def _rotate(args: argparse.Namespace) -> int:
    place = find(Path(args.workspace))
    patrons = forgetting.rotate(place)
    print(f"A new secret key is in place. {patrons:,} patrons of before have other keys now; they cannot be told among those to come.")
    return _none_outlived(place)


def _none_outlived(place: Workspace) -> int:
    """Exit status 1, in words, if the database of before is still there."""
    left = store.outlived(place.store)
    if left:
        print(f"libstats: {left[0].name} of before is still open somewhere and could not be removed\n  Close notebooks and reports and run the command again.", file=sys.stderr)
    return 1 if left else 0


def _today(args: argparse.Namespace) -> int:
    with contextlib.closing(opening.open(find(Path(args.workspace)))) as con:
        if args.html or args.xlsx:
            from libstats.report import publish
            from libstats.report import today as written

            for path, make, most in ((args.html, written.page, 100), (args.xlsx, written.sheets, None)):
                if path:
                    publish.write(path, make(today.read(con, datetime.now(), most)))
                    print(f"The list is at {path}")
        else:
            print(today.text(today.read(con, datetime.now())))
    return 0


def _explain(args: argparse.Namespace) -> int:
    given = {"process": args.process, "since": args.since, "until": args.until, **_pairs(args.set)}
    with contextlib.closing(opening.open(find(Path(args.workspace)))) as con:
        print(explanation.explain(con, args.analysis, {name: text for name, text in given.items() if text is not None}, with_files=args.files))
    return 0


def _pairs(texts: Sequence[str]) -> dict[str, str]:
    return dict(text.partition("=")[::2] for text in texts)


def _report(args: argparse.Namespace) -> int:
    from libstats import report

    place = find(Path(args.workspace))
    given = _pairs(args.set) | {k: v for k, v in (("month", args.month), ("branch", args.branch)) if v is not None}
    formats: list[report.Form] = ["html"] if args.html or not args.xlsx else []
    if args.xlsx:
        formats.append("xlsx")
    path = report.run(args.name, place.folder, given, args.out, formats)
    print(f"The report is at {path}")
    return 0


def _demo(args: argparse.Namespace) -> int:
    print(demo.run(Path(args.folder)))
    return 0


def _sample(args: argparse.Namespace) -> int:
    from libstats import sample

    if args.size < 1 or (args.loans is not None and args.loans < 1):
        raise LibstatsError("a sample of no size cannot be written", "Give --size or --loans a whole number from 1.")
    path = sample.write_loans(args.folder, loans=args.loans) if args.loans else sample.write(args.folder, size=args.size)
    print(f"The sample is at {path}")
    return 0


COMMANDS = {
    "init": ("make a workspace: a folder for exports, the database, notebooks and reports", "libstats init mylibrary", _add_init),
    "inspect": ("say what a file is, what of it would be loaded, and what is missing; of an unknown one, what it could be", "libstats inspect items.csv", _add_inspect),
    "load": ("load exports, and say what became of every row", "libstats load exports", _add_load),
    "loads": ("list the loads, their times and what became of their rows", "libstats loads", _add_nothing),
    "undo": ("take a load back", "libstats undo 12", _add_seq),
    "confirm": ("believe a list that is much shorter than the one before: what it lacks is gone", "libstats confirm 12", _add_seq),
    "rejects": ("list rejected rows: line, column, reason and the value's shape", "libstats rejects 12", _add_rejects),
    "check": ("look for what goes wrong with exports; exit status 1 if something does", "libstats check", _add_nothing),
    "forget": ("destroy the patron keys of cases that closed before a day", "libstats forget --before 2026-01-01", _add_forget),
    "rotate-key": ("take a new secret key for patron numbers", "libstats rotate-key", _add_nothing),
    "today": ("list what needs a hand: open cases that are late or near their goal, old exports, alarms", "libstats today --html today.html", _add_today),
    "explain": (
        "say a figure and where it comes from: the files behind it, what was counted and what not, the method",
        "libstats explain worklist hold",
        _add_explain,
    ),
    "report": ("make a report as an accessible web page that works offline", "libstats report monthly_operations --month 2026-10", _add_report),
    "demo": ("make a workspace with a made-up library, load it and write a report", "libstats demo", _add_demo),
    "sample": ("write the made-up library's exports, or a big export to try sizes", "libstats sample big --loans 1000000", _add_sample),
}
_RUN = {
    "init": _init,
    "inspect": _inspect,
    "load": _load,
    "loads": _loads,
    "undo": _undo,
    "confirm": _confirm,
    "rejects": _rejects,
    "check": _check,
    "forget": _forget,
    "rotate-key": _rotate,
    "today": _today,
    "explain": _explain,
    "report": _report,
    "demo": _demo,
    "sample": _sample,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Exit status: 0 done, 1 something was refused or failed, 2 the command line was wrong."""
    args = parser().parse_args(arguments)
    try:
        return _RUN[args.command](args)
    except LibstatsError as error:
        print(f"libstats: {error}", file=sys.stderr)
        return error.exit_status
    except duckdb.Error as error:
        # its own words may hold a row's value: only its kind is told
        print(
            f"libstats: the database stopped with {type(error).__name__}; nothing was changed\n  Is the disk full, or a file in the store folder damaged? If not, please report it.",
            file=sys.stderr,
        )
        return 1
    except (KeyboardInterrupt, RuntimeError) as error:
        # in the middle of a query DuckDB tells of Ctrl-C by an error that has no type of its own
        if isinstance(error, RuntimeError) and str(error) != "Query interrupted":
            raise
        print("libstats: stopped; nothing was changed", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"libstats: {error.strerror or error}: {error.filename or ''}\n  Nothing was changed.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
