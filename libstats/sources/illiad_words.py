"""ILLiad's words for how far a request is and why it was not filled, in the common words of schema.sql.

Statuses are made by each site and reasons typed by each member of staff: what is not listed is `other`.
"""

from __future__ import annotations

from libstats.plan import quoted

# Queues in which a request waits for staff are still `new`. A conditional answer is neither filled nor unfilled, so it is `other`.
STATUSES = {
    "new": (
        "submitted by customer",
        "request added through client",
        "request added through web platform",
        "imported from oclc",
        "imported from docline",
        "awaiting copyright clearance",
        "awaiting request processing",
        "awaiting lending request processing",
        "awaiting local request processing",
        "awaiting unfilled processing",
        "awaiting account validation",
        "awaiting stacks searching",
        "awaiting dd stacks searching",
        "awaiting rapid request sending",
        "duplicate request review",
        "request in processing",
    ),
    "requested": ("request sent", "request sent via email", "request sent via e-mail"),
    "shipped": ("item shipped",),
    "received": ("awaiting post receipt processing", "in electronic delivery processing", "awaiting odyssey processing", "item found"),
    "filled": ("delivered to web", "customer notified via e-mail", "customer notified via email"),
    "on loan": ("checked out to customer",),
    "returned": ("item checked in", "item returned", "awaiting return label printing"),
    "completed": ("request finished",),
    "cancelled": ("cancelled by ill staff", "cancelled by customer", "canceled by ill staff", "canceled by customer"),
}

# Code of OCLC and ISO, code of DOCLINE: what both say. 3 and 10 are one answer in OCLC and two elsewhere. 24 was used for closed
# libraries from 2020 to 2022. 21, 22, 26, 27 and 30 differ from system to system and are not read.
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

# Typed or chosen from a list that sites make; compared in small letters, without a point at the end.
REASONS = {
    "in use": ("in use", "in use or on loan", "in use/on loan", "on loan", "checked out"),
    "in process": ("in process",),
    "lost": ("lost", "missing"),
    "non-circulating": ("non circulating", "non-circulating", "noncirculating", "does not circulate"),
    "not owned": ("not owned", "we do not own this item"),
    "on order": ("on order",),
    "not yet available": ("volume issue not yet available", "volume/issue not yet available", "not yet available", "not yet received", "not yet published"),
    "at bindery": ("at bindery",),
    "lacking volume or issue": ("lacking", "lack volume/issue", "lacks volume/issue", "lacking volume/issue", "lacking (issue/volume)", "volume lacking", "issue lacking"),
    "not on shelf": ("not on shelf", "not on shelf/missing"),
    "on reserve": ("on reserve", "on course reserve"),
    "poor condition": ("poor condition", "poor", "too fragile"),
    "cost exceeds limit": ("cost exceeds limit", "cost exceeds maxcost", "charges exceed limit"),
    "prepayment required": ("prepayment required",),
    "copyright": ("copyright", "lacks copyright compliance", "copyright compliance"),
    "not found as cited": ("not found as cited", "not as cited", "unable to verify your request as cited", "incorrect citation", "unable to verify"),
    "no locations found": ("locations not found", "no locations found"),
    "on hold": ("on hold",),
    "policy": ("policy problem", "branch policy problem"),
    "license restriction": ("license restriction", "licence restriction", "license restrictions"),
    "duplicate": ("this is a duplicate request", "duplicate", "duplicate request"),
    "cancelled by patron": ("cancelled by customer", "canceled by customer", "cancelled by patron", "no longer needed", "customer no longer needs this item"),
    "cancelled during creation": ("cancelled during creation", "canceled during creation"),
    "sources exhausted": ("we have exhausted all possible sources", "exhausted all possible sources", "all sources exhausted"),
    "not lent by any library": ("this item is not available to borrow from any library", "not available to borrow"),
    "language": ("non english language item", "non-english language item"),
    "available online": ("this dissertation/thesis is available online", "available online", "open access", "freely available online"),
    "available here": ("owned locally", "available in our library", "available locally", "we own this item"),
}


def spoken(text: str, words: dict[str, tuple[str, ...]], otherwise: str = "null") -> str:
    """SQL: the common word for a text, `otherwise` where it is not listed, NULL where it is blank."""
    # not `case {text} when`: DuckDB writes the text out for each word, and took half a second a file to plan that
    known = "map {" + ", ".join(f"{quoted(told)}: {quoted(word)}" for word, listed in words.items() for told in listed) + "}"
    return f"coalesce({known}[{text}], case when {text} is not null then {otherwise} end)"


STATUS = spoken("""nullif(lower(trim("Transaction Status")), '')""", STATUSES, "'other'")
_TYPED = """nullif(rtrim(lower(trim("Reason For Cancellation")), '. '), '')"""
_CODE = """upper(trim("?Cancellation Code"))"""
# 9, LAC-lacking (issue/volume) or INC*-not found as cited. A bare number means something only where the system is known
_SAID = f"""case when {_CODE} similar to '[A-Z]{{3}}[*]?-.*' then left({_CODE}, 3) when upper(trim("?System ID")) in ('OCLC', 'ISO') then {_CODE} end"""
_BY_PATRON = """case when lower("Transaction Status") similar to 'cancell?ed by customer' then 'cancelled by patron' end"""
# what staff chose says more than the code sent to the other system, unless it is no more than "other"
REASON = f"""coalesce({spoken(_TYPED, REASONS)}, {spoken(_SAID, CODES)}, {_BY_PATRON}, case when coalesce({_TYPED}, {_CODE}) <> '' then 'other' end)"""
