"""Other libraries: how fast each answers, how often it says no, and in which words."""

from dataclasses import dataclass

from sample.dice import Urn


@dataclass(frozen=True, slots=True)
class Lender:
    """A library that lends to us, or borrows from us. Symbols are made up."""

    symbol: str
    share: int
    """How often it is asked, beside the others."""
    pace: int
    """How long it takes, in percent of what is usual."""
    refuses: int
    """How often it says no, in percent."""


SLOW = "Z9SLO"
"""The lender that takes three times as long as the others."""
QUICK = "Z9ALD"
"""The quickest one."""
LENDERS = (
    Lender(QUICK, 24, 60, 15),
    Lender("Z9BRK", 18, 100, 25),
    Lender("Z9CRN", 14, 100, 20),
    Lender("Z9DUN", 12, 110, 30),
    Lender("Z9ELM", 10, 120, 35),
    Lender("Z9FEN", 8, 100, 40),
    Lender(SLOW, 14, 300, 10),
)
BY_SHARE = Urn(LENDERS, [lender.share for lender in LENDERS])

NO_LIBRARY = "OA"
"""What stands for the lender when the desk found an article openly on the web."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a request was given up: what staff chose, the code that went out, and what both mean."""

    text: str
    code: str
    means: str


IN_USE = Reason("In use/on loan", "1", "in use")
LACKING = Reason("Lack volume/issue", "9", "lacking volume or issue")
REASONS = (
    LACKING,
    LACKING,
    Reason("Not yet received", "7", "not yet available"),
    Reason("Not on shelf", "10", "not on shelf"),
    IN_USE,
    IN_USE,
    Reason("Non circulating", "4", "non-circulating"),
    Reason("See the note", "27", "other"),
    Reason("", "LAC-lacking (issue/volume)", "lacking volume or issue"),
    Reason("", "NYR-not yet received", "not yet available"),
)
"""Why a library says no: code numbers of OCLC and texts of DOCLINE in one column, what staff chose
in another."""
EXHAUSTED = (
    Reason("We have exhausted all possible sources", "", "sources exhausted"),
    Reason("All sources exhausted", "", "sources exhausted"),
    Reason("Locations not found", "18", "no locations found"),
    Reason("Not as cited", "17", "not found as cited"),
)
"""Why the desk gives up when nobody would lend."""
DUPLICATE = Reason("Duplicate request", "", "duplicate")
BY_PATRON = Reason("", "", "cancelled by patron")
"""Reasons that say nothing of whether it could have been had."""
