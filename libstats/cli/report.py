"""`libstats report`: a report is made, or one for each branch, and mailed where that is asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from tqdm import tqdm

from libstats.errors import MailError, ReportUnknown
from libstats.report.page import names, run
from libstats.report.page.each_branch import Outcome, branches, each_branch
from libstats.report.page.mail import Letter, Post
from libstats.report.page.pdf import Paper
from libstats.workspace.workspace import Workspace

__all__ = ["report"]

BOTH: tuple[run.Form, ...] = ("html", "xlsx")
FORMS: tuple[run.Form, ...] = (*BOTH, "pdf")


def report(
    place: Workspace,
    args: argparse.Namespace,
    given: Mapping[str, Any],
    say: Callable[[object], None],
) -> int:
    """Make what the command line asks for, and mail it; gives the exit status."""
    _refuse_beside(args)
    name = run.now_called(args.name)
    post = Post.of(place, name) if args.mail else None
    asked: list[run.Form] = [form for form in FORMS if getattr(args, form)]
    if args.each_branch:
        found = _each(place, name, given, asked or list(BOTH), args.paper)
        for outcome in found:
            say(_in_words(outcome))
        mailed = [_mailed(post, args, name, each.made, say) for each in found if each.made]
        return 0 if mailed and all(mailed) and not any(each.failed for each in found) else 1
    formats = asked or (list(BOTH) if post else ["html"])
    made = run.make(name, place, given, args.out, formats, paper=args.paper)
    say(f"The report is at {made.path}")
    return 0 if _mailed(post, args, name, made, say) else 1


def _refuse_beside(args: argparse.Namespace) -> None:
    """ReportUnknown for options that mean nothing beside one another."""
    pairs = [(args.each_branch, name) for name in ("branch", "out")]
    wrong = next((name for given, name in pairs if given and getattr(args, name)), None)
    if wrong:
        raise ReportUnknown(
            f"--each-branch makes a file for every branch, so it takes no --{wrong}",
            f"Leave out one of the two, as in: libstats report {args.name} --each-branch",
        )
    alone = next((name for name in ("internal", "again") if getattr(args, name)), None)
    if alone and not args.mail:
        raise ReportUnknown(
            f"--{alone} says how a report is mailed", "Add --mail, or leave it out."
        )


def _each(
    place: Workspace, name: str, given: Mapping[str, Any], formats: list[run.Form], paper: Paper
) -> list[Outcome]:
    listed = branches(name, place)
    outcomes = each_branch(name, place, given, formats, listed, paper=paper)
    return list(_watched(outcomes, len(listed)))


def _watched(outcomes: Iterable[Outcome], total: int) -> Iterable[Outcome]:
    """With a bar that shows how far it is, after two seconds, where somebody looks."""
    is_quiet = not sys.stderr.isatty()
    watched: Iterable[Outcome] = tqdm(
        outcomes, total=total, unit="branch", delay=2, disable=is_quiet, leave=False
    )
    return watched


def _in_words(outcome: Outcome) -> str:
    if outcome.made:
        name = outcome.made.about.get("branch") or outcome.branch
        return f"{name}: {' and '.join(map(str, outcome.made.files.values()))}"
    if outcome.failed:
        return f"{outcome.branch}: not made. {outcome.failed}"
    return f"{outcome.branch}: left out, {outcome.without}"


def _mailed(
    post: Post | None,
    args: argparse.Namespace,
    name: str,
    made: run.Made,
    say: Callable[[object], None],
) -> bool:
    """True if there is nothing to mail, or everybody has it."""
    if post is None:
        return True
    today = date.today()
    # what tells of no period is another thing each day
    about = {**made.about, "period": made.about.get("period") or str(today)}
    files = [made.files[form] for form in BOTH if form in made.files]
    letter = Letter(name, names.stem(name, about), made.title, about, files, made.is_internal)
    try:
        say(post.send(letter, today, internal=args.internal, again=args.again))
    except MailError as error:
        print(f"libstats: {error}", file=sys.stderr)
        return False
    return True
