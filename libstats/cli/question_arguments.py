"""The arguments of commands that ask an analysis."""

from __future__ import annotations

import argparse

from libstats.cli.said import path, said


def _add_question(p: argparse.ArgumentParser) -> None:
    """An analysis and its parameters."""
    p.add_argument(
        "analysis",
        metavar="ANALYSIS",
        help="as in turnaround, throughput, backlog, worklist or circulation",
    )
    p.add_argument(
        "process",
        nargs="?",
        metavar="PROCESS",
        help="the kind of work, where the analysis is of one, as in hold",
    )
    p.add_argument("--since", metavar="DAY", help="the period's first day")
    p.add_argument("--until", metavar="DAY", help="the first day after the period")
    p.add_argument(
        "--set",
        action="append",
        default=[],
        type=said,
        metavar="NAME=VALUE",
        help="any other parameter of the analysis",
    )


def add_explain(p: argparse.ArgumentParser) -> None:
    _add_question(p)
    p.add_argument("--files", action="store_true", help="list the files behind the figure")


def add_sums(p: argparse.ArgumentParser) -> None:
    _add_question(p)
    p.add_argument(
        "--out",
        type=path,
        required=True,
        metavar="FILE",
        help="the file to write, as in lib07.parquet",
    )
