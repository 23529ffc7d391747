"""Each part of a page has the command that says how its figures were counted."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from libstats.cli import main
from libstats.report.page.period import Period
from libstats.wording import MONTHS

PAGES = ("circulation", "digital", "ill", "technical_services")
# parts that say what to do with figures of other parts, or where they come from
WITHOUT = re.compile(
    r"What to do.*|Where these figures come from|Accuracy|What this page does not (judge|tell)"
)


def commands(page: Path) -> dict[str, str]:
    """The commands that a page tells, by the part of the page that each is of."""
    text = page.read_text(encoding="utf-8")
    table = text[text.index("The receipt of each part of this page") :].split("</table>")[0]
    cells = [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>.*?</t[hd]>", table)]
    told = [html.unescape(cell).strip() for cell in cells]
    return dict(zip(told[2::2], told[3::2], strict=True))


@pytest.mark.parametrize("name", PAGES)
def test_each_part_has_its_command(name: str, published: Callable[[str], Path]) -> None:
    page = published(name)
    headings = [
        html.unescape(re.sub("<[^>]+>", "", each)).rstrip("¶").strip()
        for each in re.findall(r"<h2[^>]*>(.*?)</h2>", page.read_text(encoding="utf-8"))
    ]
    assert [each for each in headings if not WITHOUT.fullmatch(each)] == list(commands(page))


@pytest.mark.parametrize("name", PAGES)
def test_each_command_gives_a_receipt(
    name: str, published: Callable[[str], Path], demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in dict.fromkeys(commands(published(name)).values()):
        program, *words = shlex.split(command)
        assert (program, main.main(["-w", str(demo), *words])) == ("libstats", 0), command
        assert capsys.readouterr().out


# the figures in the first lines that a command says: of waits, of what waits, of what was done
FIGURES = re.compile(
    r"(?:Half|Nine in ten) within ([\d.]+) days|([\d,]+) waiting at|([\d,]+) cases reached"
)
# Of these the command tells of the whole alone, and the part of what it is parted into: funds,
# branches, days, steps.
PARTED = {"Orders by fund", "Overdue loans", "How many had it after how many days?"}
PARTED |= {"Where does the time go?"}


@pytest.mark.parametrize("name", PAGES)
def test_each_figure_that_a_command_says_stands_in_its_part(
    name: str, published: Callable[[str], Path], demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts = re.split(r"<h2[^>]*>", published(name).read_text(encoding="utf-8"))
    for part, command in commands(published(name)).items():
        [told] = [each for each in parts if html.unescape(each).startswith(part)]
        assert main.main(["-w", str(demo), *shlex.split(command)[1:]]) == 0
        said = " ".join(capsys.readouterr().out.split())
        figures = {next(filter(None, each)) for each in FIGURES.findall(said)}
        shown = set(re.findall(r"[\d.,]*\d", re.sub("<[^>]+>", " ", told)))
        # of loans and copies apart, or of many lenders, a part may show some
        is_some = not figures or bool(figures & shown)
        is_there = is_some if "by=" in command else figures <= shown
        assert part in PARTED or is_there, (part, command, figures - shown)


RANGE = re.compile(rf"(?:{'|'.join(MONTHS)})(?: \d{{4}})? to (?:{'|'.join(MONTHS)}) \d{{4}}")


@pytest.mark.parametrize("name", PAGES)
def test_each_command_has_the_period_of_its_part(
    name: str, published: Callable[[str], Path]
) -> None:
    """Where a part names the months that it tells of, its command has these."""
    text = published(name).read_text(encoding="utf-8")
    parts = re.split(r"<h2[^>]*>", text)
    for part, command in commands(published(name)).items():
        days = dict(re.findall(r"--(since|until) (\S+)", command))
        [told] = [each for each in parts if html.unescape(each).startswith(part)]
        months = set(RANGE.findall(re.sub("<[^>]+>", " ", told)))
        if days and months:
            period = Period(*(date.fromisoformat(days[name]) for name in ("since", "until")))
            assert period.words in months, (part, command)
