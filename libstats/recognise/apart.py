"""Which of several declarations with the same headings a file is: the words of a column tell, by
their roles."""

from __future__ import annotations

from collections.abc import Iterable

from libstats.declaration.source import Apart, Source
from libstats.definitions.roles import Line, fold, own_lines
from libstats.errors import FileRefused
from libstats.readers.part import Part
from libstats.recognise.known import Config, Known
from libstats.sources import roles

_REMEDY = (
    "Add Process Type to the report: it says of each request whether it is borrowed, lent or "
    "delivered. Nothing of it was loaded."
)
# what a patron did proves nothing: another library is a customer too
_BY_PATRON = "given up by the patron"


def told(source: Source, part: Part, known: Known, config: Config) -> Source:
    """The declaration that the words of a file tell, where they must be asked.

    FileRefused where they speak of several, or do not tell the one from the other.
    """
    if source.apart is None:
        return source
    meant = _meant(source, source.apart, part, config)
    proof = {w: found[0].role for w, found in meant.items() if len(found) == 1 and found[0].role}
    alike = {s.apart.role: s for s in known.sources if s.apart and s.system == source.system}
    if len(set(proof.values())) > 1 or set(proof.values()) - alike.keys():
        words = " and ".join(
            f"{role} ({min(_of(proof, role))})" for role in sorted({*proof.values()})
        )
        raise FileRefused(
            f"{part.name}: its statuses are of {words}, and no column tells which row is which",
            _REMEDY,
        )
    if proof:
        return alike[next(iter(proof.values()))]
    is_blank = not meant and any(True for _ in part.records())
    if source.apart.is_likely and (is_blank or not all(map(_is_of_any, meant.values()))):
        raise FileRefused(
            f"{part.name}: nothing tells whether its requests are borrowed or lent", _REMEDY
        )
    return source


def _meant(source: Source, apart: Apart, part: Part, config: Config) -> dict[str, list[Line]]:
    """The lines of each word of the column."""
    at = source.locate(part.header)[apart.heading]
    lines = [*map(Line._make, roles.of_system(source.system)), *own_lines(config, source.system)]
    found: dict[str, list[Line]] = {
        fold(row[at]): [] for _, row in part.records() if len(row) > at and row[at].strip()
    }
    for line in lines:
        if line.about == source.primary and fold(line.code) in found:
            found[fold(line.code)].append(line)
    return found


def _of(proof: dict[str, str], role: str) -> list[str]:
    return [word for word, proven in proof.items() if proven == role]


def _is_of_any(meant: Iterable[Line]) -> bool:
    """True for a word that every role has."""
    return any(not line.role and line.outcome != _BY_PATRON for line in meant)
