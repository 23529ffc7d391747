"""Why a request was not filled: one list over the codes and words of OCLC, ISO and DOCLINE, for
every ILL system.

WorldCat's menu of 2008 numbers the same reasons otherwise (17 is Other there): a bare number is
read only where the system is known.
"""

from __future__ import annotations

from libstats.declaration.raw import quoted

# Code of OCLC and ISO, code of DOCLINE: what both say. 3 and 10 are one answer in OCLC and two
# elsewhere. 24 was used for closed libraries from 2020 to 2022 (see `dated`). 21, 22, 26, 27 and 30
# differ from system to system and are not read.
CODES = {
    "in use": ("1", "USE"),
    "in process": ("2", "PRO"),
    "lost": ("3", "LOS"),
    "non-circulating": ("4", "NCR"),
    "not owned": ("5", "NOT"),
    "on order": ("6", "ORD"),
    "not yet available": ("7", "NYR"),
    "at bindery": ("8", "BDY"),
    "lacking volume or issue": ("9", "LAC"),
    "not on shelf": ("10", "NOS"),
    "on reserve": ("11",),
    "poor condition": ("12", "POR"),
    "cost exceeds limit": ("13", "14", "CST"),
    "prepayment required": ("15",),
    "copyright": ("16", "COP"),
    "not found as cited": ("17", "INC"),
    "no locations found": ("18",),
    "on hold": ("19",),
    "policy": ("20",),
    "delivery time": ("24",),
    "license restriction": ("LIC",),
}

# Typed or chosen from a list that sites make; compared in small letters, without a point at the
# end.
REASONS = {
    "in use": (
        "in use",
        "in use or on loan",
        "in use/on loan",
        "on loan",
        "checked out",
        "inuseonloan",
    ),
    "in process": ("in process",),
    "lost": ("lost", "missing"),
    "non-circulating": (
        "non circulating",
        "non-circulating",
        "noncirculating",
        "does not circulate",
    ),
    "not owned": ("not owned", "we do not own this item", "notowned"),
    "on order": ("on order", "onorder"),
    "not yet available": (
        "volume issue not yet available",
        "volume/issue not yet available",
        "not yet available",
        "not yet received",
        "not yet published",
        "volumeissuenotyetavailable",
    ),
    "at bindery": ("at bindery", "atbindery"),
    "lacking volume or issue": (
        "lacking",
        "lack volume/issue",
        "lacks volume/issue",
        "lacking volume/issue",
        "lacking (issue/volume)",
        "volume lacking",
        "issue lacking",
        "lackingvolumeissue",
    ),
    "not on shelf": ("not on shelf", "not on shelf/missing", "notonshelfmissing"),
    "on reserve": ("on reserve", "on course reserve", "onreserve"),
    "poor condition": ("poor condition", "poor", "too fragile", "poorcondition"),
    "cost exceeds limit": (
        "cost exceeds limit",
        "cost exceeds maxcost",
        "charges exceed limit",
        "costexceedslimit",
    ),
    "prepayment required": ("prepayment required", "prepaymentrequired"),
    "copyright": ("copyright", "lacks copyright compliance", "copyright compliance"),
    "not found as cited": (
        "not found as cited",
        "not as cited",
        "unable to verify your request as cited",
        "incorrect citation",
        "unable to verify",
    ),
    "no locations found": ("locations not found", "no locations found"),
    "on hold": ("on hold",),
    "policy": ("policy problem", "branch policy problem", "branchpolicyproblem"),
    "delivery time": ("preferred delivery time not possible", "preferreddeliverytimenotpossible"),
    "license restriction": ("license restriction", "licence restriction", "license restrictions"),
    "duplicate": ("this is a duplicate request", "duplicate", "duplicate request"),
    "cancelled by patron": (
        "cancelled by customer",
        "canceled by customer",
        "cancelled by patron",
        "no longer needed",
        "customer no longer needs this item",
    ),
    "cancelled during creation": ("cancelled during creation", "canceled during creation"),
    "sources exhausted": (
        "we have exhausted all possible sources",
        "exhausted all possible sources",
        "all sources exhausted",
    ),
    "not lent by any library": (
        "this item is not available to borrow from any library",
        "not available to borrow",
    ),
    "language": ("non english language item", "non-english language item"),
    "available online": (
        "this dissertation/thesis is available online",
        "available online",
        "open access",
        "freely available online",
    ),
    "available here": (
        "owned locally",
        "available in our library",
        "available locally",
        "we own this item",
    ),
}


def spoken(text: str, words: dict[str, tuple[str, ...]], otherwise: str = "null") -> str:
    """SQL: the common word for a text, `otherwise` where it is not listed, NULL where blank."""
    # not `case {text} when`: DuckDB writes the text out for each word, and took half a second a
    # file to plan that
    pairs = [(quoted(told), quoted(word)) for word, listed in words.items() for told in listed]
    known = (
        f"map([{', '.join(told for told, _ in pairs)}], [{', '.join(word for _, word in pairs)}])"
    )
    return f"coalesce({known}[{text}], case when {text} is not null then {otherwise} end)"


def dated(reason: str, day: str) -> str:
    """SQL: the reason, given on that day: OCLC had libraries answer with 24, delivery time, while
    they were closed from March 2020 to the end of 2022."""
    was_closed = f"{day} >= date '2020-03-01' and {day} < date '2023-01-01'"
    return (
        f"case when {reason} = 'delivery time' and {was_closed}"
        f" then 'library closed' else {reason} end"
    )


def reason(text: str, day: str) -> str:
    """SQL: the common word for a reason that stands as a code of OCLC or as words; `other` where
    neither is known, NULL where it is blank."""
    told = f"nullif(rtrim(lower(trim({text})), '. '), '')"
    known = f"{spoken(told, REASONS)}, {spoken(f'upper({told})', CODES)}"
    return dated(f"coalesce({known}, case when {told} is not null then 'other' end)", day)
