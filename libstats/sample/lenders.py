"""Other libraries: how fast each answers, how often it says no, and in which words."""

from dataclasses import dataclass

from libstats.sample.dice import Urn


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
LENDERS = (
    Lender("Z9ALD", 24, 80, 15),
    Lender("Z9BRK", 18, 90, 25),
    Lender("Z9CRN", 14, 100, 20),
    Lender("Z9DUN", 12, 110, 30),
    Lender("Z9ELM", 10, 120, 35),
    Lender("Z9FEN", 8, 100, 40),
    Lender(SLOW, 14, 300, 10),
)
BY_SHARE = Urn(LENDERS, [lender.share for lender in LENDERS])

NO_LIBRARY = "OA"
"""What stands for the lender when the desk found an article openly on the web."""

REASONS = ("9", "9", "7", "10", "1", "1", "4", "27", "LAC-lacking (issue/volume)", "NYR-not yet received")
"""Why a library says no: code numbers of OCLC and texts of DOCLINE in one column, as they come."""
EXHAUSTED = ("18", "9", "1", "Lack volume/issue")
"""What the desk enters when nobody would lend."""
DUPLICATE = "Duplicate request"
BY_PATRON = "Cancelled by customer"
"""Reasons that say nothing of whether it could have been had."""
