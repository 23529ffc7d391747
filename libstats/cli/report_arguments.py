"""The arguments of what makes reports and keeps them."""

from __future__ import annotations

import argparse

from libstats.cli.said import path, said

__all__ = ["add_close", "add_report"]


def add_report(p: argparse.ArgumentParser) -> None:
    """Those of `libstats report`."""
    p.add_argument("name", metavar="NAME", help="a notebook's name, as in circulation")
    p.add_argument(
        "--month", help="the month to report, as in 2026-10 (if not given: the last whole one)"
    )
    p.add_argument("--quarter", help="the quarter to report, as in 2026-Q3")
    p.add_argument("--year", help="the library's own year to report, as in 2026")
    p.add_argument("--since", metavar="DAY", help="the first day to report, as in 2026-10-05")
    p.add_argument("--until", metavar="DAY", help="the first day after those, as in 2026-10-19")
    p.add_argument("--branch", help="only this branch, by its code or its name")
    p.add_argument(
        "--each-branch",
        action="store_true",
        help="a web page and a workbook for every branch, in one run",
    )
    p.add_argument(
        "--set",
        action="append",
        default=[],
        type=said,
        metavar="NAME=VALUE",
        help="any other parameter of the notebook",
    )
    p.add_argument(
        "--html", action="store_true", help="write it as a web page (so too if nothing is said)"
    )
    p.add_argument("--xlsx", action="store_true", help="write its tables as a workbook")
    p.add_argument("--pdf", action="store_true", help="write it as a PDF that screen readers read")
    p.add_argument(
        "--paper", choices=("letter", "A4"), default="letter", help="the paper of a PDF (letter)"
    )
    p.add_argument(
        "--mail",
        action="store_true",
        help="mail it, as a page and a workbook, to whom [mail.to] in libstats.toml names, once",
    )
    p.add_argument(
        "--internal",
        action="store_true",
        help="with --mail: only staff get it, so it may list single copies by their barcodes",
    )
    p.add_argument(
        "--again", action="store_true", help="with --mail: also to those who have got it already"
    )
    p.add_argument(
        "--out",
        type=path,
        metavar="FILE",
        help="where to write it (if not given: the workspace's reports folder)",
    )


def add_close(p: argparse.ArgumentParser) -> None:
    """Those of `libstats close`."""
    p.add_argument("month", type=said, metavar="MONTH", help="the month, as in 2026-10")
