"""What a file is: recognised as what, which headings map where, what is missing and what is ignored."""

from __future__ import annotations

from pathlib import Path

from libstats.errors import FileRefused, NotLoadedYet
from libstats.plan import plans
from libstats.readers import delimited
from libstats.recognise import nearest, recognise
from libstats.source import fold_heading


def inspect(path: Path) -> str:
    """Text for a person: what libstats makes of a file. Nothing is loaded. Raises FileRefused where it is not there."""
    if not path.is_file():
        raise FileRefused(f"{path}: there is no such file", "Give the name of a file.")
    try:
        source, file = recognise(path)
    except NotLoadedYet as error:
        return f"{path.name}: left alone\n  {error}"
    except FileRefused as error:
        return f"{path.name}: not recognised\n  {error}\n{_nearest(path)}".rstrip()
    found = plans(source, file.header)
    names = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar", "^": "caret"}
    encoding = {"by line": "UTF-8 or Windows-1252, line by line"}.get(file.encoding, file.encoding.upper())
    text = [f"{path.name}: {source.label} ({encoding}, {names[file.delimiter]} between columns, {len(file.header)} columns)"]
    for plan in found:
        text.append(f"  to {plan.table.name}:")
        text += [f"    {', '.join(file.header[plan.positions[h]] for h in line.headings) or '(constant)'} -> {line.column}" for line in plan.lines]
    lacking = [h for h in source.vendor_headings if h not in found[0].positions]
    used = {p for plan in found for line in plan.lines for p in (plan.positions[h] for h in line.headings)}
    ignored = [h for i, h in enumerate(file.header) if i not in used]
    if lacking:
        text.append(f"  not in the file: {', '.join(lacking)}")
    if ignored:
        text.append(f"  never read: {', '.join(ignored)}")
    return "\n".join(text)


def _nearest(path: Path) -> str:
    try:
        header = next(delimited.probe(path).headers()).header
    except FileRefused:
        return ""
    text = []
    for source, has, lacks in nearest(header):
        spelled = ", ".join(next(h for h in header if fold_heading(h) in {fold_heading(n) for n in (x, *source.headings.get(x, ()))}) for x in has)
        text.append(f"  {source.label}: has {spelled}; lacks {', '.join(lacks) or 'nothing, but holds headings of another list'}")
    return "\n".join(text)
