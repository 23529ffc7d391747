"""What a file is: recognised as what, which headings map where, what is missing and what is
ignored."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from libstats.declaration.select import plans
from libstats.declaration.source import Source, fold_heading
from libstats.declaration.vocabulary import vocabulary
from libstats.errors import FileRefused, LibstatsError, NotLoadedYet, UnknownExport
from libstats.readers.edifact.part import Messages
from libstats.readers.edifact.summary import summary
from libstats.readers.file_names import legible, of_file, own_words
from libstats.readers.marc.part import Marc
from libstats.readers.part import Part
from libstats.readers.place import places, unreadable
from libstats.readers.placed import own_header
from libstats.readers.shown import shown as shown_heading
from libstats.recognise import marc_proposal
from libstats.recognise.known import Config, known
from libstats.recognise.proposal import as_toml, shown
from libstats.recognise.propose import Judged, judge
from libstats.recognise.recognise import likeliest, nearest, recognise_part
from libstats.recognise.sniff import parts
from libstats.recognise.undeclared import undeclared
from libstats.workspace.workspace import Workspace


def inspect(path: Path, config: Config | None = None, dates: str | None = None) -> str:
    """Text for a person: what libstats makes of a file, part by part, and what an unknown one could
    be. Nothing is loaded.

    `config` is the library's, which may declare more; `dates` says what of an unknown file's dates
    comes first (`day first`). Raises FileRefused where the file is not there.
    """
    _check(path)
    return "\n".join(_lines(path, config or {}, dates))


def declare(path: Path, workspace: Workspace, label: str, dates: str | None = None) -> str:
    """Write the mapping that `inspect` proposes for a file into the workspace's libstats.toml as
    [export.LABEL]; gives what was written.

    Raises FileRefused where there is no file, WorkspaceError where the label will not do,
    LibstatsError where nothing can be proposed.
    """
    _check(path)
    for place in places(path, own_words(workspace.config)):
        for part in parts(place, workspace.config):
            if isinstance(part, Marc):
                text = marc_proposal.proposed(*marc_proposal.looked_at(part), workspace.config)
                workspace.declare_map(label, text)
                return f'[marc]\nmap = "{label}.map"\n\nThat file says:\n\n{text}'
    with contextlib.closing(vocabulary()) as con:
        judged = [
            _judged(part, workspace.config, dates, con)
            for place in places(path, own_words(workspace.config))
            for part in parts(place, workspace.config)
        ]
    found = [each.proposal for each in judged if each.proposal]
    if len(found) != 1:
        why = next((f": {each.why}" for each in judged if each.why), "")
        problem = (
            f"nothing can be proposed for it{why}"
            if not found
            else "it holds several lists that libstats does not know"
        )
        raise LibstatsError(
            f"{legible(path.name)}: {problem}",
            (
                "`libstats inspect FILE` shows what is known of it; "
                "an entry can also be written by hand, as CONTRIBUTING.md shows."
            ),
        )
    if found[0].asks:
        raise LibstatsError(
            f"{legible(path.name)}: something has to be said first",
            f"{found[0].asks[0].upper()}{found[0].asks[1:]}.",
        )
    text = as_toml(
        label,
        found[0],
        f"Proposed by `libstats inspect` from {of_file(path, own_words(workspace.config))}",
    )
    workspace.declare(label, text)
    return text


def _check(path: Path) -> None:
    if path.is_dir():
        raise FileRefused(
            f"{legible(path.name)}: this is a folder", "Give the name of one file in it."
        )
    if not path.is_file():
        raise FileRefused(
            f"{legible(path.name)}: there is no such file", "Give the name of a file."
        )


def _lines(path: Path, config: Config, dates: str | None) -> Iterator[str]:
    name = legible(path.name)
    try:
        for place in places(path, own_words(config)):
            name = place.name
            for number, part in enumerate(parts(place, config)):
                held = summary(part) if not number and isinstance(part, Messages) else ""
                yield from [f"{name}: {held}"] if held else []
                yield _part(part, config, dates)
    except FileRefused as error:
        yield (
            f"{name}: {'left alone' if isinstance(error, NotLoadedYet) else 'not recognised'}\n"
            f"  {error}"
        )
    except OSError as error:
        yield f"{name}: not recognised\n  {unreadable(name, error)}"


def _part(part: Part, config: Config, dates: str | None) -> str:
    try:
        source, found = recognise_part(part, config)
        of_marc = (
            marc_proposal.shown(found, config)
            if isinstance(found, Marc) and not found.is_of_copies
            else []
        )
        codes = undeclared(source, found, config)
        return "\n".join([_recognised(source, found), *codes, *of_marc])
    except NotLoadedYet as error:
        return f"{part.name}: left alone\n  {error}"
    except FileRefused as error:
        lines = [
            f"{part.name}: not recognised",
            f"  {error}",
            *_nearest(part, config),
            *_proposed(part, config, dates),
        ]
        return "\n".join(lines)


def _proposed(part: Part, config: Config, dates: str | None) -> list[str]:
    with contextlib.closing(vocabulary()) as con:
        judged = _judged(part, config, dates, con)
        text = [f"  It looks like a list of {judged.looks}"] if judged.looks else []
        if judged.why:
            text.append(f"  Nothing is proposed: {judged.why}")
        return [*text, *([shown(judged.proposal, con)] if judged.proposal else [])]


def _judged(part: Part, config: Config, dates: str | None, con: Any) -> Judged:
    """What is made of a part that libstats does not know; nothing of one that it does."""
    try:
        recognise_part(part, config)
    except UnknownExport:
        with contextlib.suppress(FileRefused):  # where it cannot be read to its end
            return judge(part, config, dates, con)
    except FileRefused:
        pass
    return Judged()


def _columns(part: Part) -> str:
    count = len(own_header(part))
    return "1 column" if count == 1 else f"{count} columns"


def _recognised(source: Source, part: Part) -> str:
    found = plans(source, part.header)
    text = [f"{part.name}: {source.label} ({part.form}, {_columns(part)})"]
    if part.is_bare and not isinstance(part, Marc):  # fields of records are named below
        where = "libstats.toml, or its name, tells" if source.command else "the declaration gives"
        text.append(f"  it has no headings: its columns are those that {where} in order")
    if part.preamble:
        text.append(f"  lines above the headings, set aside: {part.preamble}")
    for plan in found:
        text.append(f"  to {plan.table.name}:")
        for line in plan.lines:
            if line.expression.startswith("null"):
                continue
            headings = [part.header[plan.positions[h]] for h in plan.present(line)]
            text.append(f"    {', '.join(headings) or '(constant)'} -> {line.column}")
    lacking = [h for h in source.vendor_headings if h not in found[0].positions]
    used = {
        p
        for plan in found
        for line in plan.lines
        for p in (plan.positions[h] for h in plan.present(line))
    }
    judges = " ".join(source.set_aside.values())  # what tells rows that are set aside is read too
    ignored = [
        h
        for i, h in enumerate(part.header)
        if i not in used and h.strip() and f'"{h}"' not in judges
    ]
    if lacking:
        text.append(f"  not in the file: {', '.join(lacking)}")
    if ignored:
        text.append(f"  never read: {', '.join(_before_rows(ignored))}")
    return "\n".join(text)


def _before_rows(headings: Sequence[str]) -> Iterator[str]:
    """The first line of each heading, to the one whose quote does not close: what stands in it and
    behind it are rows."""
    for heading in headings:
        yield shown_heading(heading)
        if "\n" in heading and '"' in heading:
            return


def _nearest(part: Part, config: Config) -> list[str]:
    guesses, all_known = list(part.headers()), known(config)
    header = likeliest(guesses, all_known).header if guesses else ()
    text = []
    for source, has, lacks in nearest(header, all_known):
        spelled = ", ".join(
            next(h for h in header if fold_heading(h) in source.names_of(x)) for x in has
        )
        text.append(
            f"  {source.label}: has {spelled}; lacks "
            f"{', '.join(lacks) or 'nothing, but holds headings of another list'}"
        )
    return text
