"""The page that shows one library beside others, from the sums that they mailed."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from libstats.definitions.parameters import as_moment
from libstats.libraries.compare import FEW, Compared, Comparison, compared, repeated
from libstats.report import sections
from libstats.report.charts.funnel import Dot, funnel
from libstats.report.compare_words import HEADINGS, LEFT, PEOPLE, SAME, WORDS
from libstats.report.page.html import items, notice, paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, folded, joined, table, tabled
from libstats.wording import capital, day_name, listed, many, number, percent, tenths

__all__ = ["answer", "not_compared", "origin", "read", "section"]


def read(
    workspace: str,
    *,
    stores: str,
    you: str = "",
    expected: str = "",
    without: str = "",
    stale_after_days: int = 7,
) -> Compared:
    """How one library stands beside others; parameters as for `compared`, names of libraries with
    commas between them."""
    awaited, left_out = (
        [name.strip() for name in names.split(",") if name.strip()] for names in (expected, without)
    )
    return compared(
        Path(workspace),
        stores,
        you,
        expected=awaited,
        without=left_out,
        stale_after_days=stale_after_days,
    )


def answer(report: Compared) -> Html:
    """Where the library stands in each question, in a sentence or two each."""
    names = listed(list(dict.fromkeys(period(each).words for each in report.found)))
    about = {"period": period(report.found[0]).name, "branch": report.you}
    cards = [_card(each) for each in report.found if each.value is not None and not each.you.why]
    return sections.answer(
        f"{report.you} beside other libraries, {names}",
        " ".join(verdict(each) for each in report.found),
        cards,
        about=about,
        before=_before(report),
    )


def _before(report: Compared) -> list[str]:
    told = []
    if report.left_out:
        told.append(f"Left out by name: {_libraries(report.left_out)}.")
    if report.files_left_out:
        files = many(report.files_left_out, "file")
        told.append(f"Left out by name: {files} of libraries that have another.")
    for each in report.found:
        ends = {row["exports_until"].date() for row in each.files}
        if len(ends) > 1:
            told.append(
                f"{HEADINGS[each.question.analysis]} The newest export of the one is of "
                f"{day_name(min(ends))}, that of another of {day_name(max(ends))}. All were asked "
                "for the same days."
            )
    if len({period(each) for each in report.found}) > 1:
        told.append("The questions are of several periods: each part says which.")
    return told


def period(of: Comparison) -> Period:
    """The days that a question is of."""
    since, until = (as_moment(of.question.parameters[name]) for name in ("since", "until"))
    return Period(
        date(since.year, since.month, since.day), date(until.year, until.month, until.day)
    )


def verdict(of: Comparison) -> str:
    """Whether the library differs from others, and whether chance alone does that."""
    words, about = WORDS[of.question.analysis], _about(of)
    if of.value is None:
        return f"{capital(about)}: fewer than three libraries can be compared."
    if of.you.why or of.you.value is None:
        more = f" ({of.you.more})" if of.you.more else ""
        why = of.you.why.replace("it tells", "its sums tell")
        asked = HEADINGS[of.question.analysis]
        return f"{capital(about)}: {asked} Your library is not compared, since {why}{more}."
    values = [each.value for each in of.others if each.value is not None]
    under, over = (
        sum(value < of.you.value for value in values),
        sum(value > of.you.value for value in values),
    )
    which, count = (words.more, under) if under >= over else (words.less, over)
    beside = which.format(count, len(values)) if count else SAME.format(len(values))
    alike = len(values) - under - over
    beside += f", the same as at {number(alike)}" if count and alike else ""
    return (
        f"{capital(about)}: {words.yours.format(beside)}. Yours: {_said(of, of.you.value)}; the "
        f"{number(len(values) + 1)} compared together: {_said(of, of.value)}. {_chance(of)}"
    )


def _chance(of: Comparison) -> str:
    if of.you.side and _most_outside(of):
        return (
            "That is more than chance does, as at most libraries: they differ in what they lend and"
            " to whom."
        )
    if of.you.side:
        return "That is more than chance does."
    if of.you.funnel is None or of.you.funnel.low is None:
        return "Your cases are so few that chance may do that."
    return "Chance alone may do that."


def _most_outside(of: Comparison) -> bool:
    """True where libraries differ by more than chance as a rule: then a place outside tells little
    of one."""
    inside = [each for each in of.places if not each.why]
    return 2 * sum(each.side != 0 for each in inside) > len(inside)


def _about(of: Comparison) -> str:
    return of.title or "the collection"


def _unit(of: Comparison) -> str:
    return str(of.question.parameters.get("unit") or "days")


def _said(of: Comparison, value: float) -> str:
    """A figure in words."""
    if of.question.analysis != "turnaround":
        return percent(value)
    return f"half within {_time(value)} {_unit(of)}"


def _time(value: float) -> str:
    """A time; most are whole, as waits are mailed."""
    return number(value) if value == int(value) else tenths(value)


def _card(of: Comparison) -> sections.Card:
    words = WORDS[of.question.analysis]
    value, together = of.you.value or 0, of.value or 0
    shown = percent if words.scale > 1 else lambda each: f"{_time(each)} {_unit(of)}"
    what = f"{words.card}: {_about(of)}" if of.title else words.card
    beside = ("below what chance does", "as chance may do", "above what chance does")[
        of.you.side + 1
    ]
    return sections.Card(
        shown(value),
        what,
        f"All compared together {shown(together)}; yours is {beside}.",
        name=f"{of.question.analysis} {of.title}".strip(),
        value=value,
    )


def section(report: Compared, analysis: str) -> Html:
    """All that was asked by one analysis: of each kind of work the picture and its table."""
    found = [each for each in report.found if each.question.analysis == analysis]
    if not found:
        return Html(paragraph("Your library mailed nothing that tells of it."))
    return joined(*(piece for each in found for piece in _shown(each)))


def _shown(of: Comparison) -> list[Any]:
    said = paragraph(f"{period(of).words}. {verdict(of)}")
    inside = [each for each in of.places if not each.why and each.value is not None]
    if of.value is None or not inside:
        return [said, sections.unjudged(_left_out(of))]
    words = WORDS[of.question.analysis]
    what = f"{capital(_about(of))}: {words.axis.format(_unit(of))}"
    picture = funnel(
        [Dot(at.of or 0, (at.value or 0) * words.scale, at.is_you) for at in inside],
        of.value * words.scale,
        lambda n: _scaled(of, n),
        (what, words.of),
        _finding(of),
    )
    note = paragraph(words.note) if words.note else ""
    return [said, picture._repr_html_(), note, _listed(of, what), sections.unjudged(_left_out(of))]


def _scaled(of: Comparison, n: int) -> tuple[float | None, float | None]:
    scale = WORDS[of.question.analysis].scale
    low, high = of.limits(n)
    return (None if low is None else low * scale, None if high is None else high * scale)


def _finding(of: Comparison) -> str:
    """What the picture shows."""
    inside = [each for each in of.places if not each.why]
    outside = sum(each.side != 0 for each in inside)
    lie = "lies" if outside == 1 else "lie"
    return (
        f"{number(outside)} of {_libraries(len(inside))} {lie} outside the dashed lines. "
        "Chance alone puts 998 of 1,000 between them."
    )


def _listed(of: Comparison, caption: str) -> Html:
    """The picture as a table: you first, then the largest."""
    words = WORDS[of.question.analysis]
    shown = percent if words.scale > 1 else _time
    rows = [
        {
            "library": "you" if at.is_you else "another",
            "of": at.of,
            "value": at.value,
            **({"usual": at.usual} if words.note else {}),
            "low": at.funnel.low if at.funnel else None,
            "high": at.funnel.high if at.funnel else None,
            "beside": ("below", "within", "above")[at.side + 1],
        }
        for at in of.places
        if not at.why
    ]
    headings = {
        "library": "Library",
        "of": capital(words.of),
        "value": "Figure",
        "usual": "The usual figure",
        "low": "By chance from",
        "high": "By chance to",
        "beside": "The limits",
    }
    made = table(
        rows,
        f"{caption}; of all compared together {shown(of.value or 0)}",
        headings=headings,
        formats=dict.fromkeys(("value", "usual", "low", "high"), shown),
        sheet=capital(f"{of.title} {of.question.analysis}".strip().replace("_", " ")),
    )
    return tabled(sections.shortened(made))


def _left_out(of: Comparison) -> list[str]:
    """How many libraries are in no figure here, and why; which of them is said of yours alone."""
    counts = Counter(each.why for each in of.places if each.why)
    counts["it mailed other sums, and none of this"] = of.silent
    return [f"{_libraries(count)}: {why}." for why, count in sorted(counts.items()) if count]


def _libraries(count: int) -> str:
    return "1 library" if count == 1 else f"{number(count)} libraries"


def not_compared(report: Compared) -> Html:
    """Which analyses are not compared, and why; which of them somebody mailed."""
    told = [f"{capital(name.replace('_', ' '))}: {why}" for name, why in LEFT.items()]
    mailed = [name.replace("_", " ") for name in report.left]
    more = paragraph(f"Sums were mailed of {listed(mailed)}, and are not used.") if mailed else ""
    return joined(Html(items([*told, PEOPLE])), more)


def origin(report: Compared) -> Html:
    """The files behind each question by fingerprint, the commands that repeat all, and who is
    named."""
    rows = [
        {"of": f"{of.question.analysis} {of.title}".strip().replace("_", " "), **row}
        for of in report.found
        for row in of.files
    ]
    listing = table(
        rows,
        "The files of sums behind these figures",
        headings={
            "of": "Question",
            "file": "SHA-256 begins with",
            "is_yours": "Yours",
            "exports_until": "Its exports tell up to",
            "made_at": "Added up",
        },
        sheet="Files",
    )
    # names of others, and of their files, stand on no page
    without = ' --set without="…"' if report.left_out or report.files_left_out else ""
    commands = {
        f"{HEADINGS[of.question.analysis]} {of.title}".strip(): repeated(of.question)
        for of in report.found
    }
    return joined(
        notice(
            "Only the library that asks is named. Others stand by how much they have, in no order "
            f"of their figures. One with fewer than {FEW} cases is in no figure. Who knows how "
            "much another lends may still know it here: keep the page among those who mailed."
        ),
        paragraph(
            "This makes the page again, with your own words for each …: libstats report compare "
            f'--set stores="…" --set you="{report.you}"{without}'
        ),
        sections.receipts(commands),
        folded("The files of sums", sections.shortened(listing)),
    )
