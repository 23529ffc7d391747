"""Every key of libstats.toml is checked: its kind, its name, its section."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import libstats
from libstats.errors import WorkspaceError
from libstats.workspace.settings import SECTIONS, Setting
from libstats.workspace.workspace import CONFIG, find

# a name for each section that has names, so that there is a key to be wrong
NAMES = {
    "whole": '"koha items"',
    "exact": '"koha items"',
    "goals": "ill_borrowing",
    "claims": "weekly",
}
LABEL = '"koha items"'
WRONG = ("3", "-1", "2.5", "true", '"false"', '"7"', '""', "[]", "[[1]]", "2026-10-31", "{x = 1}")
OF_NO_KIND = ("12:30:00", "[3]", "{x = {y = 1}}", "[{}]")


def keys() -> Iterator[tuple[str, str, Setting]]:
    """The lines before each key of the table, the key, and what it wants."""
    for name, section in SECTIONS.items():
        for key, wanted in section.keys.items():
            if wanted.remedy:  # for what no value is right
                continue
            needed = {k: w for k, w in section.keys.items() if w.is_required and k != key}
            before = f"[[{name}]]\n" if section.is_repeated else f"[{name}]\n"
            yield before + "".join(f"{k} = {w.example}\n" for k, w in needed.items()), key, wanted
        for key, wanted in section.below.items():
            if not wanted.example:  # no value of it is right
                continue
            before = f"[{name}.{'koha' if name in ('sources', 'harvest') else LABEL}]\n"
            needed = {k: w for k, w in section.below.items() if w.is_required and k != key}
            yield before + "".join(f"{k} = {w.example}\n" for k, w in needed.items()), key, wanted
        if name in NAMES and section.each:
            yield f"[{name}]\n", NAMES[name], section.each


KEYS = [pytest.param(*each, id=f"{each[0].splitlines()[0]}{each[1]}") for each in keys()]


def test_the_third_change_is_told_by_its_line(tmp_path: Path) -> None:
    change = '[[change]]\non = 2025-11-03\nwhat = "daily"\n'
    said = refusal(tmp_path, change * 2 + change.replace("2025-11-03", '"yesterday"'))
    assert said.startswith(f"{CONFIG}, line 8, [[change]] on: is not a day"), said
    said = refusal(tmp_path, change + change + "[[change]]\non = 2025-11-03\n")
    assert said.startswith(f"{CONFIG}, line 7, [[change]]: lacks its what"), said
    said = refusal(tmp_path, change + change + 'process = "ill_borowing"\n')
    assert "line 7, [[change]] process: there is no such kind of work" in said, said
    assert "Did you mean ill_borrowing?" in said
    assert "[change]: is not a section\n  Write [[change]]" in refusal(
        tmp_path, '[change]\nwhat = "x"\n'
    )


def refusal(folder: Path, text: str) -> str:
    """What is said of a libstats.toml."""
    (folder / CONFIG).write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceError) as error:
        find(folder)
    return str(error.value)


def test_every_key_of_the_table_is_among_those_tried() -> None:
    assert {name for name, s in SECTIONS.items() if s.further} >= NAMES.keys()
    any_name = {
        "branches",
        "vendors",
    }  # whatever code a library has; tests of its own are elsewhere
    for name, section in SECTIONS.items():
        assert section.keys or section.each or name in ("export", "headings")
        assert not (section.each and section.each.example) or name in {*NAMES, *any_name}, name


@pytest.mark.parametrize(("before", "key", "wanted"), KEYS)
def test_a_key_takes_its_own_example(
    before: str, key: str, wanted: Setting, tmp_path: Path
) -> None:
    (tmp_path / CONFIG).write_text(f"{before}{key} = {wanted.example}\n", encoding="utf-8")
    find(tmp_path)


@pytest.mark.parametrize(("before", "key", "wanted"), KEYS)
def test_a_key_refuses_every_other_kind(
    before: str, key: str, wanted: Setting, tmp_path: Path
) -> None:
    right = type(tomllib.loads(f"x = {wanted.example}")["x"])
    line = before.count("\n") + 1
    for value in (*WRONG, *OF_NO_KIND):
        kind = type(tomllib.loads(f"x = {value}")["x"])
        # a number of these may have decimals, or none
        numbers = (NAMES["goals"], "percent", "amount", "days")
        is_number = key in numbers and value in ("3", "2.5")
        if is_number or (kind is right and value not in OF_NO_KIND):
            continue
        said = refusal(tmp_path, f"{before}{key} = {value}\n")
        bare = key.strip('"')
        assert said.startswith(f"{CONFIG}, line {line}, {before.partition(chr(10))[0]} {bare}: "), (
            said
        )
        assert said.endswith(f"\n  Write for example {key} = {wanted.example}."), said


@pytest.mark.parametrize(("before", "key", "wanted"), KEYS)
def test_a_misspelt_key_is_told_the_nearest(
    before: str, key: str, wanted: Setting, tmp_path: Path
) -> None:
    bare = key.strip('"')
    for misspelt in (f"{bare}s", bare[:-1], bare.upper(), bare[0] + bare[2:]):
        said = refusal(tmp_path, f'{before}"{misspelt}" = {wanted.example}\n')
        line = before.count("\n") + 1
        assert f"{CONFIG}, line {line}, {before.partition(chr(10))[0]} {misspelt}: " in said
        assert f"\n  Did you mean {bare}? " in said, said


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("value", ["3", '"x"', "true", "[]", "[{}]", "2026-10-31", "1.5"])
def test_what_is_no_section_is_refused(name: str, value: str, tmp_path: Path) -> None:
    said = refusal(tmp_path, f"\n{name} = {value}\n")
    if SECTIONS[name].is_repeated and value == "[{}]":
        assert said.startswith(f"{CONFIG}, line 2, [[{name}]]: lacks its on")
        return
    form = f"[[{name}" if SECTIONS[name].is_repeated else f"[{name}"
    assert said.startswith(f"{CONFIG}, line 2, [{name}]: is not a section\n  Write {form}")


@pytest.mark.parametrize(
    "name", ["sources", "coverage", "calendar", "process", "export", "headings"]
)
def test_what_has_a_name_is_a_section_too(name: str, tmp_path: Path) -> None:
    said = refusal(tmp_path, f"[{name}]\nx = 3\n")
    assert said.startswith(f"{CONFIG}, line 2, [{name}.x]: "), said
    assert "\n  " in said


@pytest.mark.parametrize("name", SECTIONS)
def test_a_misspelt_section_is_told_the_nearest(name: str, tmp_path: Path) -> None:
    said = refusal(tmp_path, f"[{name}x]\n")
    assert said.startswith(f"{CONFIG}, line 1, [{name}x]: is an unknown section\n  Did you mean")
    assert f"Did you mean {name}? The sections are: [library], " in said


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("purge_exports = true\n", "line 1, [purge_exports]: is an unknown section"),
        ("purge_exports = true\n", "purge_exports stands below [privacy]. "),
        ("[library]\nmemory_limit = '2GB'\n", "memory_limit stands below [duckdb]. "),
        ("[privacy]\nforget_after_days = -1\n", "is not a number of days"),
        ("[library]\nfiscal_year_starts = 13\n", "is not a month"),
        ("[library]\ntimezone = 'Mars'\n", "is no zone that is known"),
        ("[duckdb]\nmemory_limit = 'much'\n", "is not an amount of memory"),
        ("[duckdb]\nmemory_limit = '0GB'\n", "is not an amount of memory"),
        ("[duckdb]\nmemory_limit = '99999999GB'\n", "is not an amount of memory"),
        # two systems would be one
        ("[sources.polaris]\nsystem = 'koha'\n", "exports of that system go by it"),
        ('[sources.""]\nsystem = "koha"\n', "has no name"),
        (
            '[roles.koha.item.status]\n"Out " = "repair"\nout = "on shelf"\n',
            "out: is the same code as Out",
        ),
        ('[headings."koha items"]\nbarcode = ["Z"]\nitemnumber = ["Z"]\n', "Z is another heading"),
        ('[headings."koha items"]\nbarcode = [""]\n', "a name of it is blank"),
        # checked where the file is read, not only where they are made use of
        ("[calendar.default]\nopens = {mon = '09:00-20:00'}\n", "Did you mean open? "),
        ("[calendar.default]\nopen = {mon = '20:00-09:00'}\n", "open, mon is not in the form"),
        ("[calendar.default]\nopen = {mon = '09:00-24:30'}\n", "open, mon is not in the form"),
        ("[calendar.default]\nopen = {monday = '09:00-20:00'}\n", "open, monday is not in"),
        ("[calendar.x]\nopen = {}\nclosed = ['24/12/2026']\n", "closed is not in the form"),
        ("[calendar.x]\nopen = {}\nholidays = 'Atlantis'\n", "holidays is not in the form"),
        ("[process.hold]\nstars = 'placed'\n", "Did you mean starts? "),
        ("[process.mending]\nwhat = 'x'\n", "[process.mending]: lacks starts"),
        ("[process.hold.statuses]\nrecieved = ['x']\n", "recieved is not among its milestones"),
        ("[files]\nwords = ['Ann Reed']\n", "is not a list of words of letters alone"),
        ("[goals]\nill_borrowing = nan\n", "[goals] ill_borrowing: is no goal"),
        ("[roles.koho.item.status]\n", "[roles] koho: is no source\n  Did you mean koha? "),
        ("[roles.koha.itm.status]\n", "is no table of codes\n  Did you mean item? "),
        ("[roles.koha.item.lostcode]\n", "is no column of codes\n  Did you mean lost_code? "),
        (
            "[roles.koha.item.lost_code]\n9 = 'mising'\n",
            "line 2, [roles] koha item lost_code 9: means 'mising', which is no role\n"
            "  Did you mean missing? The roles are: ",
        ),
        ("[roles.koha.item.lost_code]\n9 = 3\n", "means 3, which is no role"),
        ("[roles.koha.item.lost_code]\n9 = 'done'\n", "means 'done', which is no role"),
        ("[roles.koha.hold.status_as_exported]\nX = 'on loan'\n", "which is no role"),
        ("[roles.koha.loan.card]\n9 = 'open'\n", "which is no role\n  The roles are: place"),
        (
            "[roles.koha.loan.patron_group]\nS = 'plce'\n",
            "Did you mean place? The roles are: place",
        ),
        ("[roles.koha.loan.status_as_exported]\nC = 'place'\n", "means 'place', which is no role"),
        ("[roles.koha]\nitem = 5\n", "[roles] koha item: is not a section"),
        ("[roles.koha.item]\nstatus = 5\n", "[roles] koha item status: is not a section"),
        ("[roles]\nkoha = 5\n", "[roles] koha: is not a section"),
        ("[goals]\nmending = 3\n", "[goals] mending: is no goal: there is no such kind of work"),
        ("[sources.x]\nsystem = 'Koha'\n", "Did you mean koha? The systems are: "),
        ("[sources.x]\n", "line 1, [sources.x]: lacks its system"),
        ('[sources."x y"]\nsystem = 1\n', 'line 2, [sources."x y"] system: is not a text'),
        (
            "[sources.x]\nsystem = 'symphony'\n[sources.x.columns]\nselitems = 'oI'\n",
            "line 4, [sources.x] columns selitems: there is no such program\n"
            "  Did you mean selitem? ",
        ),
    ],
)
def test_what_is_of_the_right_kind_can_be_wrong_too(text: str, told: str, tmp_path: Path) -> None:
    assert told in refusal(tmp_path, text)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    said = refusal(
        tmp_path, "calendar = 3\n[privacy]\npurge = true\n[export.x]\n[headings]\ny = 1\n"
    )
    assert re.findall(r"line (\d)", said) == ["1", "3", "4", "4", "4", "6"]


OWN = '[export."apollo items"]\nrecognise = ["No."]\n{more}columns = {{item = {{"No." = "item_id"}}}}\n'


@pytest.mark.parametrize("label", ["alma loans", "folio requests", "polaris transactions"])
def test_whole_is_refused_where_nothing_comes_of_it(label: str, tmp_path: Path) -> None:
    said = refusal(tmp_path, f'[whole]\n"{label}" = true\n')
    assert f"line 2, [whole] {label}: what is missing from a file of this export cannot" in said
    assert "it can be said of: " in said


def test_whole_is_taken_of_an_own_export_that_says_gone(tmp_path: Path) -> None:
    whole = '[whole]\n"apollo items" = true\n'
    said = refusal(tmp_path, OWN.format(more="") + whole)
    assert 'Write absence = "gone" below [export."apollo items"], or' in said
    text = OWN.format(more='absence = "gone"\n') + whole
    (tmp_path / CONFIG).write_text(text, encoding="utf-8")
    assert find(tmp_path).is_whole("apollo items", declared=False)


def test_every_example_of_the_template_is_right(tmp_path: Path) -> None:
    place = libstats.init(tmp_path / "w", name="Here")
    text = (place.folder / CONFIG).read_text(encoding="utf-8")
    (place.folder / CONFIG).write_text(
        re.sub(r'(?m)^# (?=\[|"?[\w .]+"? = )', "", text), encoding="utf-8"
    )
    assert find(place.folder).config.keys() == SECTIONS.keys()
