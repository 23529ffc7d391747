"""What a file is: recognised by its headings, never by its name or place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from libstats.errors import FileRefused, NotLoadedYet
from libstats.readers import delimited
from libstats.source import LeftAlone, Source, fold_heading
from libstats.sources import declared, sources


def candidates(header: Sequence[str]) -> list[Source | LeftAlone]:
    """The declarations that recognise the header, the most specific first."""
    found = [d for d in declared() if d.recognises(header)]
    return sorted(found, key=lambda d: (-len(d.recognise), isinstance(d, Source)))


def recognise(path: Path) -> tuple[Source, delimited.Delimited]:
    """The declaration for a file, and the file as it is to be read.

    Raises NotLoadedYet for one that is known and left alone, FileRefused for one that is unknown.
    """
    file = delimited.probe(path)
    for reading in file.headers():
        for found in candidates(reading.header)[:1]:
            if isinstance(found, LeftAlone):
                raise NotLoadedYet(f"{found.label}: {found.why}")
            return found, _distinct(reading)
    raise unknown(next(file.headers()))


def _distinct(file: delimited.Delimited) -> delimited.Delimited:
    """Repeated headings become name#1, name#2."""
    folded = [fold_heading(h) for h in file.header]
    header = tuple(f"{h}#{folded[: i + 1].count(f)}" if folded.count(f) > 1 else h for i, (h, f) in enumerate(zip(file.header, folded, strict=True)))
    return delimited.Delimited(file.path, file.encoding, file.head, file.delimiter, header)


def nearest(header: Sequence[str]) -> list[tuple[Source, list[str], list[str]]]:
    """The sources that share most headings with the header: (source, headings it has, headings it would need)."""
    found = []
    for source in sources():
        has = list(source.locate(header))
        names = {fold_heading(h) for h in header}
        lacks = [h for h in source.recognise if not any(fold_heading(n) in names for n in (h, *source.headings.get(h, ())))]
        if has:
            found.append((source, has, lacks))
    return sorted(found, key=lambda f: (-len(f[1]) / len(f[0].vendor_headings), len(f[2])))[:3]


def unknown(file: delimited.Delimited) -> FileRefused:
    """The refusal of a file that no source recognises. Its first line may hold data, so only known headings are repeated."""
    known = {fold_heading(h): h for source in sources() for h in source.vendor_headings}
    seen = [known[fold_heading(h)] for h in file.header if fold_heading(h) in known]
    others = len(file.header) - len(seen)
    told = f"of its {len(file.header)} headings libstats knows {', '.join(seen)}" if seen else f"libstats knows none of its {others} headings"
    near = nearest(file.header)
    if near:
        remedy = "; ".join(f"{s.label} would need {', '.join(lacks) or 'other headings to be absent'}" for s, _, lacks in near)
        remedy = f"Nearest: {remedy}."
    else:
        remedy = "The first line must be the headings. `libstats inspect FILE` shows what libstats knows."
    return FileRefused(f"{file.path.name}: not an export that libstats knows; {told}. Nothing was changed", remedy)
