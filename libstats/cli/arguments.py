"""The words of the command line: its commands and their arguments."""

from __future__ import annotations

import argparse
from pathlib import Path

from libstats.cli.question_arguments import add_explain, add_sums
from libstats.cli.report_arguments import add_close, add_report
from libstats.cli.said import number as _number
from libstats.cli.said import path as _path
from libstats.cli.said import said as _said
from libstats.cli.snooze_arguments import add_check, add_snooze
from libstats.cli.wrong import Parser


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, every command with an example."""
    top = Parser(
        prog="libstats",
        description=(
            "Tells a library's staff how their work is going, from the exports that their "
            "systems already write."
        ),
    )
    top.add_argument(
        "-w",
        "--workspace",
        type=_said,
        metavar="FOLDER",
        help="the workspace, if it is not the current folder or one above it",
    )
    commands = top.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=Parser
    )
    for name, (what, example, add) in COMMANDS.items():
        command = commands.add_parser(
            name,
            help=what,
            description=f"{what[0].upper()}{what[1:]}.",
            epilog=f"Example:  {example}",
        )
        add(command)
    return top


def _add_init(p: argparse.ArgumentParser) -> None:
    p.add_argument("folder", type=_said, metavar="FOLDER", help="the folder to make")
    p.add_argument("--name", help="the library's name, for reports")


def _add_inspect(p: argparse.ArgumentParser) -> None:
    p.add_argument("files", type=_said, nargs="+", metavar="FILE")
    p.add_argument(
        "--write",
        type=_said,
        metavar="NAME",
        help=(
            "put what it proposes for an unknown file into libstats.toml under this name: "
            'the product and what it lists, as in "apollo items"'
        ),
    )
    p.add_argument(
        "--dates",
        choices=("day first", "month first"),
        help="what comes first in an unknown file's dates, where its values do not prove it",
    )


def _add_load(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "paths",
        type=_said,
        nargs="+",
        metavar="PATH",
        help="files, or folders with everything below them",
    )
    p.add_argument(
        "--source",
        type=_said,
        metavar="NAME",
        help="the source in libstats.toml, where several have the same system",
    )
    p.add_argument(
        "--exported-at",
        type=_said,
        metavar="TIME",
        help="when the files were exported, as in 2026-10-31 or 2026-10-31T06:00",
    )

    p.add_argument(
        "--quiet", action="store_true", help="say only what is new or wrong, for a schedule"
    )


def _add_pull(p: argparse.ArgumentParser) -> None:
    p.add_argument("system", type=_said, metavar="SYSTEM", help="the library system, as in koha")
    p.add_argument(
        "address",
        type=_said,
        metavar="ADDRESS",
        help="its database or services: mysql://reader@host/koha; the password is asked for",
    )
    p.add_argument(
        "--only",
        type=_said,
        metavar="PARTS",
        help="the parts to read, as in items,loans; else those of libstats.toml, or all",
    )
    p.add_argument(
        "--full",
        action="store_true",
        help="read all rows again, not only what came and changed since the last pull",
    )
    p.add_argument("--dry-run", action="store_true", help="only say what would be read")
    p.add_argument(
        "--source",
        type=_said,
        metavar="NAME",
        help="the source in libstats.toml, where several have the same system",
    )


def _add_harvest(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "names",
        type=_said,
        nargs="*",
        metavar="NAME",
        help="platforms, as [harvest.NAME] in libstats.toml; without any, all",
    )
    p.add_argument(
        "--since", type=_said, metavar="MONTH", help="the first month; without it a year is asked"
    )
    p.add_argument(
        "--until", type=_said, metavar="MONTH", help="the last one; without it the month before"
    )


def _add_seq(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "load", type=_number, metavar="LOAD", help="its number, as `libstats loads` lists it"
    )


def _add_rejects(p: argparse.ArgumentParser) -> None:
    p.add_argument("load", type=_number, nargs="?", metavar="LOAD", help="only this load's")
    p.add_argument(
        "--show",
        type=_said,
        metavar="FILE",
        help="read the original file again and show the rejected lines themselves, here only",
    )


def _add_coverage(p: argparse.ArgumentParser) -> None:
    p.add_argument("--html", type=Path, metavar="FILE", help="write it as a web page instead")


def _add_today(p: argparse.ArgumentParser) -> None:
    for flag, what, words in (
        ("--html", "FILE", "write it as a web page instead"),
        ("--xlsx", "FILE", "write it as a workbook instead, with every late and near case"),
        ("--sheets", "FOLDER", "write a sheet a desk to print, with boxes and barcodes"),
    ):
        p.add_argument(flag, type=_path, metavar=what, help=words)
    words = "needed to write any of these: they are for staff only, never to be published"
    p.add_argument("--internal", action="store_true", help=words)


def _add_forget(p: Parser) -> None:
    p.is_discreet = True
    whom = p.add_mutually_exclusive_group(required=True)
    whom.add_argument(
        "--before",
        type=_said,
        metavar="DAY",
        help="cases that closed before this day, as in 2026-01-01",
    )
    whom.add_argument(
        "--patron",
        action="store_true",
        help="one patron, whose number is asked for and not shown, or read from another program",
    )
    p.add_argument(
        "--show",
        action="store_true",
        help="with --patron: only say how many rows are kept, and change nothing",
    )
    p.add_argument(
        "--source",
        type=_said,
        action="append",
        metavar="NAME",
        help="with --patron: only in this source, where another has the same number",
    )


def _add_demo(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "folder",
        type=_said,
        nargs="?",
        default="libstats-demo",
        metavar="FOLDER",
        help="where to make it (libstats-demo)",
    )


def _add_nothing(p: argparse.ArgumentParser) -> None:
    """A command without arguments."""


COMMANDS = {
    "init": (
        "make a workspace: a folder for exports, the database, notebooks and reports",
        "libstats init mylibrary",
        _add_init,
    ),
    "inspect": (
        (
            "say what a file is, what of it would be loaded, and what is missing; "
            "of an unknown one, what it could be"
        ),
        "libstats inspect items.csv",
        _add_inspect,
    ),
    "load": ("load exports, and say what became of every row", "libstats load exports", _add_load),
    "pull": (
        "load straight from the library system's database or services, as a user who may only read",
        "libstats pull koha mysql://reader@host/koha",
        _add_pull,
    ),
    "loads": (
        "list the loads, their times and what became of their rows",
        "libstats loads",
        _add_nothing,
    ),
    "undo": ("take a load back", "libstats undo 12", _add_seq),
    "confirm": (
        "believe a list that is much shorter than the one before: what it lacks is gone",
        "libstats confirm 12",
        _add_seq,
    ),
    "rejects": (
        "list rejected rows: line, column, reason and the value's shape",
        "libstats rejects 12",
        _add_rejects,
    ),
    "check": (
        "look for what goes wrong with exports; exit status 1 if one is not accepted",
        "libstats check",
        add_check,
    ),
    "coverage": (
        (
            "say of which months the loaded exports tell all, a part or nothing, "
            "by source, event and branch"
        ),
        "libstats coverage --html coverage.html",
        _add_coverage,
    ),
    "forget": (
        "destroy the patron keys of cases that closed before a day, or of one patron",
        "libstats forget --before 2026-01-01",
        _add_forget,
    ),
    "rotate-key": ("take a new secret key for patron numbers", "libstats rotate-key", _add_nothing),
    "today": (
        "list what needs a hand: open cases that are late or near their goal, old exports, alarms",
        "libstats today --internal --html today.html",
        _add_today,
    ),
    "snooze": (
        "leave a case of today's list alone until a day, or until it moves, for a reason of a list",
        "libstats snooze hold 4711 --dismiss --reason duplicate",
        add_snooze,
    ),
    "explain": (
        (
            "say a figure and where it comes from: the files behind it, "
            "what was counted and what not, the method"
        ),
        "libstats explain worklist hold",
        add_explain,
    ),
    "sums": (
        (
            "write what the library adds up for an analysis, to be sent to who asks many "
            "libraries as one"
        ),
        "libstats sums collection_age --set as_of=2026-11-01 --out ash.parquet",
        add_sums,
    ),
    "report": (
        "make a report as an accessible web page that works offline",
        "libstats report circulation --month 2026-10",
        add_report,
    ),
    "harvest": (
        "fetch the reports of COUNTER's API that libstats.toml names into exports",
        "libstats harvest --since 2026-01 --until 2026-06",
        _add_harvest,
    ),
    "close": (
        "keep the reports of a month as they are published; later ones say what was revised",
        "libstats close 2026-10",
        add_close,
    ),
    "lab": (
        "choose questions in JupyterLab and see their answers, on this computer alone",
        "libstats lab",
        _add_nothing,
    ),
    "demo": (
        "make a workspace with a made-up library, load it and write a report",
        "libstats demo",
        _add_demo,
    ),
}
