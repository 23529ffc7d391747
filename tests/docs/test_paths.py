"""Every path that a page names is there, and every decision stands under the file that embodies it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.files import DOCS, ROOT

DECISIONS = DOCS / "decisions"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
OURS = r"(?:libstats|tests|sample|docs|benchmarks|notebooks|data)/[\w./-]+"
# pages of which not every decision has a file
OF_NO_FILE = {"README.md", "attacks.md", "dependencies.md"}


def file_of(name: str) -> str:
    """The path of a file that a page names so, or by its module."""
    if not re.fullmatch(r"libstats\.analysis(?:\.\w+)+", name):
        return name
    path = name.replace(".", "/")
    return path if (ROOT / path).is_dir() else f"{path}.py"


def named(text: str) -> Iterator[str]:
    """The paths of the project that a page names: in code, run as modules, and behind its links."""
    code = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^ {4}(.+)$", text, re.M)
    for words in " ".join(code).split():
        if re.fullmatch(OURS, file_of(words)):
            yield file_of(words)
    for module in re.findall(r"python -m ((?:tests|benchmarks|sample)[\w.]*)", text):
        path = module.replace(".", "/")
        yield path if (ROOT / path).is_dir() else f"{path}.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_what_a_page_names_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:\s]+)(?:#[\w-]+)?\)", text)
    assert sorted({path for path in named(text) if not (ROOT / path).exists()}) == []
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_what_a_page_names_of_a_file_is_in_it(page: Path) -> None:
    """Written as `path`: `name`, or several names."""
    text = page.read_text(encoding="utf-8")
    for path, names in re.findall(r"`([\w./]+)`: (`\w+`(?:, `\w+`)*)", text):
        if not file_of(path).endswith(".py"):
            continue
        code = (ROOT / file_of(path)).read_text(encoding="utf-8")
        for name in re.findall(r"\w+", names):
            assert re.search(rf"^\s*(?:def|class) {name}\b|^{name}\b", code, re.M), (
                f"{path}: {name}"
            )


def test_every_page_of_decisions_is_in_its_index() -> None:
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| \[[^\]]+\]\((.+?)\)", index, re.M)
    assert sorted(listed) == sorted(p.name for p in DECISIONS.glob("*.md") if p.name != "README.md")


@pytest.mark.parametrize(
    "page",
    [p for p in sorted(DECISIONS.glob("*.md")) if p.name not in OF_NO_FILE],
    ids=lambda p: p.stem,
)
def test_a_decision_stands_under_its_file(page: Path) -> None:
    before, *parts = re.split(r"^## (.+)\n", page.read_text(encoding="utf-8"), flags=re.M)
    assert "\n* " not in before
    files = [file_of(heading.strip("`")) for heading in parts[::2]]
    assert [file for file in files if not (ROOT / file).is_file()] == []
    assert len(files) == len(set(files))
    assert [f for f, told in zip(files, parts[1::2], strict=True) if "\n* **" not in told] == []
