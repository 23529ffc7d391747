"""What a file is: recognised as what, which headings map where, what is missing and what is ignored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from libstats.commands import Given
from libstats.errors import FileRefused, NotLoadedYet
from libstats.plan import plans
from libstats.readers.part import Part
from libstats.readers.place import places, unreadable
from libstats.readers.sniff import parts
from libstats.recognise import likeliest, nearest, recognise_part
from libstats.source import Source, fold_heading


def inspect(path: Path, columns: Given | None = None) -> str:
    """Text for a person: what libstats makes of a file, part by part; `columns` as libstats.toml gives them. Nothing is loaded. Raises FileRefused where it is not there."""
    if path.is_dir():
        raise FileRefused(f"{path}: this is a folder", "Give the name of one file in it.")
    if not path.is_file():
        raise FileRefused(f"{path}: there is no such file", "Give the name of a file.")
    return "\n".join(_told(path, columns))


def _told(path: Path, columns: Given | None) -> Iterator[str]:
    name = path.name
    try:
        for place in places(path):
            name = place.name
            for part in parts(place):
                yield _part(part, columns)
    except FileRefused as error:
        yield f"{name}: not recognised\n  {error}"
    except OSError as error:
        yield f"{name}: not recognised\n  {unreadable(name, error)}"


def _part(part: Part, columns: Given | None) -> str:
    try:
        return _recognised(*recognise_part(part, columns))
    except NotLoadedYet as error:
        return f"{part.name}: left alone\n  {error}"
    except FileRefused as error:
        return f"{part.name}: not recognised\n  {error}\n{_nearest(part)}".rstrip()


def _recognised(source: Source, part: Part) -> str:
    found = plans(source, part.header)
    text = [f"{part.name}: {source.label} ({part.form}, {len(part.header)} columns)"]
    if part.is_bare and (source.bare or source.command):
        told = "libstats.toml, or its name, tells" if source.command else "the declaration gives"
        text.append(f"  it has no headings: its columns are those that {told} in order")
    if part.preamble:
        text.append(f"  lines above the headings, set aside: {part.preamble}")
    for plan in found:
        text.append(f"  to {plan.table.name}:")
        text += [f"    {', '.join(part.header[plan.positions[h]] for h in plan.present(line)) or '(constant)'} -> {line.column}" for line in plan.lines]
    lacking = [h for h in source.vendor_headings if h not in found[0].positions]
    used = {p for plan in found for line in plan.lines for p in (plan.positions[h] for h in plan.present(line))}
    ignored = [h for i, h in enumerate(part.header) if i not in used and h.strip()]
    if lacking:
        text.append(f"  not in the file: {', '.join(lacking)}")
    if ignored:
        text.append(f"  never read: {', '.join(ignored)}")
    return "\n".join(text)


def _nearest(part: Part) -> str:
    readings = list(part.headers())
    header = likeliest(readings).header if readings else ()
    text = []
    for source, has, lacks in nearest(header):
        spelled = ", ".join(next(h for h in header if fold_heading(h) in {fold_heading(n) for n in (x, *source.headings.get(x, ()))}) for x in has)
        text.append(f"  {source.label}: has {spelled}; lacks {', '.join(lacks) or 'nothing, but holds headings of another list'}")
    return "\n".join(text)
