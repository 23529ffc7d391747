"""What the rows of an unknown export are about, told by its headings: the vocabulary of kinds, each
with the table that could take it, if one does.

A kind is told by what only it says: a list of loans has a day of lending, one of fees what is owed.
Copies are what is left, and claimed only where nothing speaks for another kind; a list that speaks
for two is neither.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_OUT = r"(check(ed)? ?outs?|loan(ed)?|lent|issued?|borrow(ed)?|charged?|lending|out)"
_BACK = r"(check(ed)? ?ins?|return(ed)?|discharged?|in)"
_WHEN = r"(date|time|day|on|at|date ?time|timestamp|stamp)"
_GONE = (
    r"(deleted?|withdrawn|withdrawal|weeded|discard(ed)?|removed|deletion|suppress(ed)?"
    r"|dispos(ed( of)?|al)|de ?accession(ed)?|written off|purged)"
)
_LOST = r"(item ?)?(lost|missing|stolen|not found|claim(s|ed)? (returned|never had))"


@dataclass(frozen=True)
class Kind:
    """What the rows of a list may be.

    name    in words, as in "it looks like a list of loans"
    table   the table that could take it; None where no list of that kind is to be guessed
    marks   patterns over the words of a heading that only such a list has
    fewest  how many headings must be marks
    plain   words that other lists have too: they make a line one of headings, and tell nothing
    """

    name: str
    table: str | None
    marks: tuple[str, ...]
    fewest: int = 1
    plain: tuple[str, ...] = ()


# headings of a check-in list of serials, for which there is a form: which issue, and when it came
ISSUE = re.compile(
    r"(serial )?issues?( ?(no\.?|number|#))?|enumeration|vol(ume)?\b.*\bno\b.*", re.I
)
ISSUE_CAME = re.compile(
    r"\b(received?|rec'?d|recvd|expected|arrived|arrival|check(ed)? ?in)\b", re.I
)
COURSES = "courses or their reading lists"
# the first ones leave the least doubt; of two that are told both are named
KINDS = (
    Kind(
        "fields of catalogue records",
        None,
        (r"^(tag )?\d{3} ?\$? ?\w?$|^\d{3} (ind\w* )?subfield|^leader$",),
        fewest=2,
    ),
    Kind(
        "requests of a link resolver",
        "link_resolver_usage",
        (
            r"\bopen ?urls?\b|\bclick ?throughs?\b|\bclicked requests?\b|\blink resolver\b",
            r"\brequests? (without|with no) (services?|full ?text|targets?)\b|\brfr id\b",
            r"^(source )?sid$|^source sid$|\bsource id\b|\breferr(er|ing source)\b",
        ),
        fewest=2,
    ),
    Kind(
        "digital titles",
        "digital_title",
        (
            r"\blending model\b|\blicence model\b|\blicense model\b|\bmetered\b|\bcpc\b",
            r"\blicen[cs]es? (left|used|owned|purchased|remaining|expir\w+)\b",
            r"\b(checkouts?|circs?|loans?) (left|remaining)\b|\bcopy expires\b",
            r"\b(overdrive|libby|hoopla|cloudlibrary|palace|kanopy)\b|\breserve number\b",
        ),
    ),
    Kind(
        "electronic resources or their use",
        None,
        (
            r"\b(platform|metric|portfolio|embargo|e ?resource|openurl|proxy|downloads?|doi)\b",
            r"\b(coverage|package|database|searches|url|publisher number)\b",
        ),
        fewest=2,
    ),
    Kind(
        "interlibrary requests",
        "ill_request",
        (
            r"\b(ill|lender|lenders|interbranch loan|inter branch|oclc symbol|interlibrary)\b",
            r"\b(lending|borrowing|supplying|requesting|partner) (branch|library|institution)\b",
            r"\b(transaction status|cancellation reason|lending string)\b",
        ),
    ),
    Kind(
        COURSES,
        None,
        (
            r"\b(courses?|instructors?|professors?|lecturers?|teachers?|syllabus|crn)\b",
            r"\b(reading list|course reserves?|semester|reserve desk|academic (term|unit))\b",
            r"\bsection number\b|\benrol(l|led|lment|ments?)\b",
        ),
    ),
    Kind(
        "programmes, visits or rooms",
        None,
        (
            r"\b(attend\w*|visits?|visitors|door ?count|gate ?count|gate|programs?|programmes?)\b",
            r"\b(bookings?|room|workstation|computer|session|sessions|volunteers?|shift|staff)\b",
            r"\b(start|end) time\b|\b(event|audience)\b|\breference (questions?|transactions?)\b",
        ),
    ),
    Kind(
        "transfers between branches",
        None,
        (
            r"\btransit\b|\bdate ?(sent|arrived)\b|\b(sent|arrived|received) (from|to|at)\b",
            r"^(from|to|frm|source|destination|origin) ?branch$|\btransfer (date|reason)\b",
        ),
    ),
    Kind(
        "deleted or withdrawn copies",
        None,
        (rf"\b{_GONE} ({_WHEN}|since)\b|\b{_WHEN} {_GONE}\b|\b{_GONE} (reason|by)\b|^{_GONE}$",),
    ),
    Kind(
        "lost or missing copies",
        None,
        (
            rf"\b{_LOST} ({_WHEN}|since|reason|by|status)\b|^{_LOST}$|\b(days|months) {_LOST}\b",
            rf"\b({_WHEN}|since|marked|declared|reported|presumed) {_LOST}\b",
            r"\btrac(e|ing) (date|started|since|on)\b|\b(date|searched) (traced|since)\b",
        ),
    ),
    Kind(
        "a log of transactions",
        None,
        (
            r"\b(transaction|event|action|activity|operation|statistic) ?(type|code|kind)\b",
            rf"^(transaction|event|action|activity|operation)( {_WHEN})?$|\btype of transaction\b",
            rf"\b(transaction|event|action|activity) {_WHEN}\b|\b{_WHEN} (?:of )?transaction\b",
        ),
    ),
    Kind(
        "fees or payments",
        "charge",
        (
            r"\b(fines?|fees?|penalt(y|ies)|owed|owes|owing|balance|outstanding|bill(s|ed|ing)?)\b",
            r"\b(waived?|forgiven|refund(ed)?|payments?|paid|debit|credit|overdue charges?)\b",
            r"\b(account ?lines?|charge amount|amount (due|charged|remaining))\b",
        ),
        plain=(r"\bamount\b", rf"\bassessed\b|\b{_WHEN} assessed\b", r"\bdescription\b"),
    ),
    Kind(
        "invoices",
        None,
        (r"\binvoices?\b|\binvoiced\b|\bvoucher\b|\bshipment (cost|date)\b",),
    ),
    Kind(
        "order lines",
        "order_line",
        (
            r"(?<!shelving )(?<!sort )(?<!display )(?<!alphabetic )\borders?\b|\bordered\b",
            r"\b(po|purchase orders?|basket|line ?item|aqorders|standing order|encumb\w*)\b",
            r"\b(list price|quantity|copies ordered|acquisition method|selector|claimed?)\b",
        ),
        plain=(
            r"\b(vendors?|suppliers?|booksellers?|funds?|ledger|budget|discount|fiscal)\b",
            r"\breceived\b|\breceipt\b|\bcurrency\b|\bcancel(l?ed|lation)\b",
        ),
    ),
    Kind(
        "vendors, funds or budgets",
        None,
        (
            r"\b(vendors?|suppliers?|booksellers?|funds?|ledger|budget|discount|fiscal)\b",
            r"\b(allocat\w+|expend\w+|spent|available balance)\b",
        ),
        fewest=2,
    ),
    Kind(
        "subscriptions or their issues",
        None,
        (
            r"\b(subscriptions?|frequency|periodicity|serial ?seq|predict\w+|routing)\b",
            r"\b(expected|next) (date|on|issue)\b|\bissue number\b|\bdate expected\b|\bplanned\b",
        ),
    ),
    Kind(
        "holds",
        "hold",
        (
            rf"\b(holds?|reserves?|reservations?|requests?|requested|reserved|placed) {_WHEN}\b",
            r"\b(date|time|day) (of )?(holds?|reserv(es?|ations?)|requests?|requested|placed)\b",
            r"\b(hold|reserve|reservation|request) (number|status|expir\w*|type|queue|position)\b",
            r"\bpick ?up\b|^placed$|\bqueue\b|\bwaiting date\b|\bhold ?shelf\b|\bhold ratio\b",
            r"\b(unfilled|holds? per|copies needed|title holds|hold count|priority)\b",
        ),
    ),
    Kind(
        "loans",
        "loan",
        (
            rf"^(item |transaction )?{_OUT} ?{_WHEN}\b|^{_WHEN} {_OUT}\b|^(issues?|loan) due\b",
            rf"^(item |transaction )?{_BACK} ?{_WHEN}\b|^{_WHEN} {_BACK}\b|^returned$",
            r"\b(loan|circ|circulation|checkout|issue|charge) (transaction )?number\b",
            r"^days? (over ?due|late|out)\b|^over ?due|\bdays overdue$",
            r"\b(check ?out|loan|issuing|check ?in|return) (branch|location|desk)\b",
            r"^borrowed$|^loaned$|^(auto )?renewed( on)?$|\brenewal date\b|\brenewals left\b",
        ),
        plain=(r"\bdue\b",),
    ),
    Kind(
        "holdings",
        None,
        (
            r"\bholdings? (number|record|statement|summary|note|type|location)\b|\bmfhds?\b",
            r"\b(summary|textual|branch has|marc) holdings?\b|^holdings$|\bbound with\b",
        ),
    ),
)
PATRONS, COUNTS, CROSSTAB = (
    "patrons",
    "counts that are added up already",
    "counts across (a crosstab)",
)
BOUGHT = {"order lines", "invoices"}
# kinds whose rows the library has no longer
GONE = ("deleted or withdrawn copies", "lost or missing copies")
# what tells of digital titles and of a day of lending
DIGITAL, DIGITAL_LOANS = "digital titles", Kind("digital checkouts", "digital_loan", ())
COPIES = Kind("copies", "item", ())
TITLES = Kind("titles", "title", ())
# words of a count over many things, which a list of things does not have
THINGS = re.compile(
    r"\bcounts?\b|\b(total|number of) (items|copies|titles|holds)\b|^(items|copies|titles)$"
)
COUNTED = re.compile(
    r"^(counts?|total|sum|avg|average|median|percent\w*|share|ratio|turnover)\b|"
    r"\b(count|total|percent|average)$|\bnumber of (items|titles|copies|loans|checkouts|holds)\b|"
    r"^(items|titles|copies|holds|circs?|circulations?|checkouts?|issues|renewals|loans|uses)$|"
    r"\bcount\b.*|^(adult|juvenile|child\w*|teen|young adult)\b.*"
)
LAST = re.compile(r"\b(last|latest|most recent|previous|prior|newest|oldest|first|final)\b")
OF_ALL = re.compile(r"\b(total|number of|count|counts|lifetime|ytd|times|sum|average|avg)\b")
ACROSS = re.compile(
    r"(19|20)\d\d([-/ .]?(0?[1-9]|1[0-2]|q[1-4]))?|q[1-4]|(mon|tue|wed|thu|fri|sat|sun)[a-z]*|"
    r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*([-/ .']*\d{2,4})?|"
    r"\d{1,2}(:\d\d)?( ?[ap]m)?|fy ?\d{2,4}|(19|20)\d\d[-/]\d{2,4}"
)
# what a list of copies says and one of loans need not
SHELVED = re.compile(
    r"\b(call number|location|collection|ccode|status|(item|circulation|material) type|itype|"
    r"accession\w*|added|acquired|price|shelf|sublocation)\b"
)
WHO = re.compile(
    r"(?<!last )(?<!previous )\b(patrons?|borrowers?|users?|members?|students?|customers?|readers?|"
    r"borrowernumber|cardnumber|card|surname|firstname|lastname|first name|last name|e ?mail|"
    r"phone|birth\w*|address|guardian|homeroom|grade|requester|cardholder|"
    r"expir(es|y|ation)|registered|registration|joined|barred)\b"
)
ITS_GROUP = re.compile(r"\b(group|type|category|branch|class|count|status)\b|\bnumber of\b|\btotal")
