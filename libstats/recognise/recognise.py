"""What a file is: recognised by its headings (or, where a declaration allows none, by its rows),
never by its name or place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from libstats.declaration.source import Source, fold_heading, folded
from libstats.errors import FileRefused, NotLoadedYet, UnknownExport
from libstats.readers.file_names import legible, own_words
from libstats.readers.marc.part import Marc
from libstats.readers.part import HEADER_WITHIN, Part
from libstats.readers.place import empty, places
from libstats.readers.placed import placed
from libstats.recognise import apart, marc
from libstats.recognise.headless import to_be_named, untold, written_by
from libstats.recognise.kinds import ISSUE, ISSUE_CAME
from libstats.recognise.known import Config, Known, known
from libstats.recognise.sniff import parts

VALUE = re.compile(r"[-+]?\d+([.,]\d+)*|\d{1,4}[-/.]\d\d?[-/.]\d{1,4}([ T].*)?|\S+@\S+[.]\S+")

# what may be the barcode of a copy, where it stands alone in its line
BARCODE = re.compile(r"[A-Za-z]{0,4}\d{6,20}")


def recognise(
    path: Path, entry: str | None = None, config: Config | None = None
) -> tuple[Source, Part]:
    """The declaration for a file, and the file as it is to be read: the part that the ledger calls
    `entry`, else the first one that is known.

    Raises NotLoadedYet for one that is known and left alone, FileRefused for one that is unknown or
    not there; OSError.
    """
    refusal: FileRefused | None = None
    wanted = entry.partition("#")[2] if entry else ""
    for place in places(path, own_words(config or {})):
        for part in parts(place, config):
            if wanted and wanted not in _names(part):
                continue
            try:
                return recognise_part(part, config)
            except FileRefused as error:
                refusal = refusal or error
    raise refusal or FileRefused(
        f"{legible(path.name)}: it has no part {wanted}", "Give the file that was loaded."
    )


def _names(part: Part) -> list[str]:
    """What the ledger may call a part within its file: as it is recorded, as it was before the
    library had words of its own, and as it is, in a store made before."""
    without = replace(part, place=replace(part.place, words=frozenset()))
    return [name.partition("#")[2] for name in (part.entry, without.entry, part.written)]


def recognise_part(part: Part, config: Config | None = None) -> tuple[Source, Part]:
    """The declaration for one part, and the part under the header by which it is known: one of its
    first records, or with the columns that tell each row its place.

    `config` is the library's, which may declare more. Raises NotLoadedYet for one that is known and
    left alone, FileRefused for one that is unknown or blank.
    """
    if isinstance(part, Marc):
        return marc.source_of(part, config or {}), part
    source, found = _by_headings(part, config)
    return source, placed(found) if source.is_placed else found


def _by_headings(part: Part, config: Config | None) -> tuple[Source, Part]:
    headers, seen, all_known = part.headers(), list[Part](), known(config)
    first = next(headers, None)
    if first is None:
        raise blank(part)
    written = written_by(part, config or {})
    if written is not None:
        return written
    for guess in chain((first,), headers):
        for found in all_known.recognising(guess.header):
            if isinstance(found, Source):
                _check_above(guess, seen)
                return apart.told(found, guess, all_known, config or {}), distinct(guess)
            if not guess.preamble or not found.is_pattern:
                raise NotLoadedYet(f"{found.label}: {found.why}")
        seen.append(guess)
    bare = _without_headings(part, all_known)
    if bare is not None:
        return bare
    header = likeliest(seen, all_known).header
    raise untold(part, config or {}) or unknown(part.name, header, all_known)


def _check_above(guess: Part, above: Sequence[Part]) -> None:
    """FileRefused if a record above the headings is as full as they are: a row would be set aside
    for a title."""
    alike = replace(guess, header=(), preamble=0)
    full = [
        r.preamble
        for r in above
        if r.preamble < guess.preamble
        and replace(r, header=(), preamble=0) == alike
        and _filled(r) >= max(3, _filled(guess))
    ]
    if full:
        problem = (
            f"{guess.name}: record {full[0] + 1} stands above the headings and is as full as "
            "they are: it looks like a row"
        )
        raise FileRefused(
            problem,
            (
                "Export it again with its headings first, or take out what stands above them. "
                "Nothing of it was loaded."
            ),
        )


def _filled(part: Part) -> int:
    return sum(1 for cell in part.header if cell.strip())


def _without_headings(part: Part, known: Known) -> tuple[Source, Part] | None:
    """The declaration whose columns and patterns every one of the first records fits, and the part
    as having those headings."""
    for source in (s for s in known.sources if s.bare):
        for guess, rows in part.firsts():
            if source.fits_bare(rows):
                return source, replace(guess, header=source.bare, is_bare=True)
    return None


def blank(part: Part) -> FileRefused:
    """What is said of a part without a record: an empty sheet is nothing to worry about, an empty
    file is."""
    if part.place.sheet is not None:
        return NotLoadedYet(f"{part.name}: the sheet is empty")
    return empty(f"{part.name}: the file is empty but for blank lines")


def distinct(part: Part) -> Part:
    """Repeated headings become name#1, name#2."""
    folded = [fold_heading(h) for h in part.header]
    return replace(
        part,
        header=tuple(
            f"{h}#{folded[: i + 1].count(f)}" if f and folded.count(f) > 1 else h
            for i, (h, f) in enumerate(zip(part.header, folded, strict=True))
        ),
    )


def likeliest(guesses: Sequence[Part], known: Known) -> Part:
    """The guess with most headings that are known, the first of several."""
    return max(guesses, key=lambda guess: len(known.named(guess.header)))


def nearest(header: Sequence[str], known: Known) -> list[tuple[Source, list[str], list[str]]]:
    """The sources that share most headings with the header: (source, headings it has, headings it
    would need)."""
    found = []
    names = folded(header)
    for source in known.sources:
        has = list(source.locate(header))
        lacks = [
            h
            for h, any_of in zip(source.recognise, source.wanted, strict=True)
            if not names & any_of
        ]
        if has:
            found.append((source, has, lacks))
    return sorted(found, key=lambda f: (-len(f[1]) / len(f[0].vendor_headings), len(f[2])))[:3]


def _are_issues(header: Sequence[str]) -> bool:
    """True for headings that say which issue of a serial it is, and when it came or should."""
    names = [" ".join(re.split(r"[\s_]+", h.strip())) for h in header]
    return any(map(ISSUE.fullmatch, names)) and any(map(ISSUE_CAME.search, names))


def unknown(name: str, header: Sequence[str], known: Known) -> UnknownExport:
    """The refusal of a part that no source recognises. Its first line may hold data, so only known
    headings are repeated."""
    read = (known.headings.get(fold_heading(h)) for h in header)
    seen = [heading for heading in read if heading is not None]
    count = sum(1 for h in header if h.strip())
    familiar = (
        f"of its {count} headings libstats knows {', '.join(seen)}"
        if seen
        else f"libstats knows none of its {count} headings"
    )
    if renamed := to_be_named(header, known):
        remedy = renamed
    elif _are_issues(header):
        remedy = (
            "It looks like a list of issues of serials: write it into the form serial-issues.csv, "
            "and how often each serial comes into subscriptions.csv. `libstats init` puts both "
            "into the folder forms; docs/serials.md has an example line of each."
        )
    elif near := nearest(header, known):
        remedy = "; ".join(
            f"{s.label} would need {', '.join(lacks) or 'other headings to be absent'}"
            for s, _, lacks in near
        )
        remedy = f"Nearest: {remedy}."
    elif len(header) == 1 and BARCODE.fullmatch(header[0].strip()):
        remedy = (
            "If these are barcodes that were scanned along a shelf, put that and the day into its "
            "name: shelfscan_oB_2026-10-31.txt."
        )
    elif any(VALUE.fullmatch(h.strip()) for h in header):
        remedy = "Its first line looks like a row: export it again with its headings."
    else:
        remedy = (
            f"One of the first {HEADER_WITHIN} lines must be the headings. "
            "`libstats inspect FILE` shows what libstats knows."
        )
    return UnknownExport(
        f"{name}: not an export that libstats knows; {familiar}. Nothing was changed", remedy
    )
