"""The arguments of what leaves a case or an alarm alone."""

from __future__ import annotations

import argparse

from libstats.cli.said import said

__all__ = ["add_check", "add_snooze"]


def add_snooze(p: argparse.ArgumentParser) -> None:
    """Those of `libstats snooze`."""
    p.add_argument("process", type=said, nargs="?", metavar="PROCESS", help="as in hold")
    p.add_argument(
        "case", type=said, nargs="?", metavar="CASE", help="as `libstats today` names it"
    )
    p.add_argument("--until", type=said, metavar="DAY", help="when it comes back")
    p.add_argument("--dismiss", action="store_true", help="leave it alone until it moves")
    p.add_argument("--take-back", action="store_true", help="leave it alone no longer")
    p.add_argument(
        "--reason",
        type=said,
        metavar="WORDS",
        help="of the list that is shown without it; how it begins is enough",
    )
    _add_remark(p)
    p.add_argument(
        "--source",
        type=said,
        metavar="NAME",
        help="the configured source, where several have such a case",
    )
    p.add_argument("--list", action="store_true", help="name what is left alone, and until when")


def add_check(p: argparse.ArgumentParser) -> None:
    """Those of `libstats check`."""
    which = p.add_mutually_exclusive_group()
    which.add_argument(
        "--accept",
        type=said,
        nargs="+",
        metavar="NAME",
        help="be told no longer of these alarms; their names stand in brackets behind them",
    )
    which.add_argument(
        "--take-back", type=said, nargs="+", metavar="NAME", help="be told of them again"
    )
    p.add_argument(
        "--reason",
        type=said,
        metavar="WORDS",
        help="of the list that is shown without it; how it begins is enough",
    )
    p.add_argument("--until", type=said, metavar="DAY", help="from which day to be told again")
    _add_remark(p)


def _add_remark(p: argparse.ArgumentParser) -> None:
    p.add_argument(
        "--remark",
        type=said,
        metavar="TEXT",
        help="for colleagues who open the form: it is loaded and shown nowhere",
    )
