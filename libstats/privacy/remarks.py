"""The gate for what people type beside a decision: colleagues read it, and it must tell of no
person. Nothing can know every name; what surely is a person's is refused."""

from __future__ import annotations

import re

from libstats.errors import LibstatsError

__all__ = ["KEPT_DAYS", "passed"]

KEPT_DAYS = 365  # where the library has not said after how many days patrons are forgotten
LONGEST = 300
_PERSONS = {
    "an e-mail address": re.compile(r"\S@\S"),
    # numbers of cards, telephones and persons; a day in it, or a case of few digits, is none
    "a long number": re.compile(r"(?<!\d)(?!20\d\d-\d\d-\d\d(?!\d))\d(?:[ ()./-]?\d){6,}"),
}


def passed(remark: str) -> str:
    """The remark in one line; LibstatsError for one that holds what may be a person's.

    >>> passed("asked the  vendor on 2026-11-30")
    'asked the vendor on 2026-11-30'
    """
    text = " ".join(remark.split())
    for what, pattern in _PERSONS.items():
        if pattern.search(text):
            raise LibstatsError(
                f"the remark holds {what}, which may be a person's",
                "Leave it out: the case itself says what it is about.",
            )
    if len(text) > LONGEST:
        raise LibstatsError(
            f"the remark has {len(text)} signs; {LONGEST} are the most",
            "Say it in a sentence: a remark is for colleagues who open the form.",
        )
    return text
