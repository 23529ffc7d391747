"""docs/coverage.md says what each source fills, which pairs prove it, and whether real rows ever
went
through it.

python -m tests.docs.test_coverage > docs/coverage.md
"""

from __future__ import annotations

from libstats import sources
from libstats.declaration.source import LeftAlone, Source
from tests.support.files import ROOT

SAMPLE = "yes: files of a Koha sample database"
PACIFIC = "yes: workbooks of a university's ILLiad, 2016-17"
OSLO = "yes: reports of a university's Alma, 2016"
SERVICE = "yes: two answers of a university's Alma"
EXAMPLES = "yes: the example answers of FOLIO's own documentation"
RECORDS = "yes: MARC records of a university's catalogue and of a Koha sample database"
HEADINGS_ONLY = "unexercised on real data: a real file's headings, without rows"
EVERGREEN = "yes: reports on Evergreen's sample data, in the reporter's own bytes"
SAMPLES = "yes: COUNTER's own sample reports, in three forms; release 4 after published tables"
VENDORS = "yes: messages of vendors, from the test files of Koha and FOLIO"
LINES = "a few lines quoted in public documentation"
UNEXERCISED = "unexercised on real data"
OURS = "a form of our own: there are no files of others"
# what tests/sources/test_real.py loads; a source that is not named here has met no row that a
# library system wrote
EXERCISED = {
    "koha items": SAMPLE,
    "koha weeding report": SAMPLE,
    "koha LibraryIQ items": SAMPLE,
    "koha bibliographic records": SAMPLE,
    "koha MARC records": f"{RECORDS}, 435 of them",
    "symphony MARC records": f"{RECORDS}, 728 of them",
    "symphony MARC copies": f"{RECORDS}, 10,887 of them",
    "koha loans": HEADINGS_ONLY,
    "koha statistics": HEADINGS_ONLY,
    "koha order lines with invoices": HEADINGS_ONLY,
    "koha ILL requests": HEADINGS_ONLY,
    "illiad requests": f"{PACIFIC}, a sheet without headings",
    "illiad borrowing requests": PACIFIC,
    "illiad lending requests": f"{PACIFIC}, without numbers",
    "alma order lines": OSLO,
    **{
        f"own {name}": OURS
        for name in (
            "milestones",
            "manual counts",
            "access problems",
            "licences",
            "reserve requests",
            "serial issues",
            "subscriptions",
            "purchase requests",
            "notices",
            "decisions",
            "payments",
        )
    },
    "alma items of the REST service": f"{SERVICE} (9 items)",
    "alma loans of the REST service": f"{SERVICE} (2 loans)",
    "folio loans": f"{EXAMPLES} (2 loans)",
    "folio check-ins": f"{EXAMPLES} (1 check-in)",
    "folio requests": f"{EXAMPLES} (2 requests)",
    **dict.fromkeys(
        ("wms item inventories", "wms items added and deleted", "wms checked-out items"),
        f"documented: headings of OCLC's files in published programs; {UNEXERCISED}",
    ),
    **dict.fromkeys(
        (
            "folio requests of the app",
            "folio in transit of the app",
            "folio circulation log of the app",
        ),
        f"documented: the apps' own code; {UNEXERCISED}",
    ),
    **dict.fromkeys(
        ("koha ILL lending requests", "koha ILL lending messages"),
        f"documented: Koha's own tables; {UNEXERCISED}",
    ),
    "ares course reserves": f"documented: a real file's description; {UNEXERCISED}",
    "polaris collections": f"documented: a program that reads it; {UNEXERCISED}",
    "scanner ShelfReader": f"documented: a real file's description; {UNEXERCISED}",
    "sierra item lists by letter": f"documented: a real file's description; {UNEXERCISED}",
    "sierra item lists": "yes: a list of a large public library (1,251 rows)",
    "sierra order lists": "yes: one order of a large public library",
    "evergreen circulations": EVERGREEN,
    "evergreen holds": EVERGREEN,
    "evergreen items": EVERGREEN,
    "evergreen order lines": EVERGREEN,
    "counter report items": SAMPLES,
    "counter report months": SAMPLES,
    "counter usage": SAMPLES,
    "ezproxy log": "yes: 2,000 lines of a proxy, made anonymous",
    **dict.fromkeys(
        ("ezproxy audit", "ezproxy starts"),
        f"documented: OCLC's pages, and programs that read them; {UNEXERCISED}",
    ),
    **dict.fromkeys(
        (
            *("hoopla months", "hoopla titles", "overdrive checkouts"),
            *("overdrive purchase orders", "overdrive titles"),
        ),
        "*unproven on real files*: headings of a public program that reads them",
    ),
    "sip2 messages": "messages of public programs' tests; the lines around them documented alone",
    "edifact answers to orders": VENDORS,
    "edifact copies of orders": f"{VENDORS} (of a quote)",
    "edifact invoice charges": VENDORS,
    "edifact invoice lines": VENDORS,
    "edifact invoices": VENDORS,
    "edifact quotes": VENDORS,
    "symphony history log": LINES,
    "symphony selitem": LINES,
}
# a table of which the real files lacked the columns
UNSEEN = {
    ("koha order lines with invoices", table)
    for table in ("order_copy", "invoice", "fund", "vendor")
} | {("alma items of the REST service", "order_copy"), ("edifact invoices", "invoice_line")}


def pairs(source: Source, table: str) -> list[str]:
    """The pairs that show rows of the table."""
    folder = ROOT / "tests" / "sources" / source.label.replace(" ", "-")
    end = ".expected.csv" if table == source.primary else f".{table}.expected.csv"
    return sorted(
        p.name for p in folder.glob(f"*{end}") if p.name.removesuffix(end).count(".") == 0
    )


def coverage() -> str:
    """The coverage table as Markdown."""
    lines = [
        "# Coverage",
        "",
        "Made from the declarations in `libstats/sources` by `python -m tests.docs.test_coverage > docs/coverage.md`.",
        "",
    ]
    lines += [
        "Every pair is an export of our own invention and the rows that must come of it, in `tests/sources`.",
        "",
    ]
    lines += ["| source | table | pairs | real data |", "|---|---|---|---|"]
    for source in sorted(sources.sources(), key=lambda s: s.label.casefold()):
        for table in source.fills:
            shown = ", ".join(f"`{name.split('.')[0]}`" for name in pairs(source, table)) or "none"
            real = (
                UNEXERCISED
                if (source.label, table) in UNSEEN
                else EXERCISED.get(source.label, UNEXERCISED)
            )
            lines.append(f"| {source.label} | `{table}` | {shown} | {real} |")
    lines += ["", "## Known and left alone", "", "| export | why |", "|---|---|"]
    lines += [
        f"| {d.label} | {d.why} |"
        for d in sorted(
            (d for d in sources.declared() if isinstance(d, LeftAlone)),
            key=lambda d: d.label.casefold(),
        )
    ]
    return "\n".join(lines) + "\n"


def test_the_coverage_is_that_of_the_declarations() -> None:
    told = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert told == coverage(), "run: python -m tests.docs.test_coverage > docs/coverage.md"


def test_what_is_said_of_real_data_is_said_of_a_source() -> None:
    known = {(s.label, table) for s in sources.sources() for table in s.fills}
    assert set(EXERCISED) <= {label for label, _ in known}
    assert known >= UNSEEN


if __name__ == "__main__":
    print(coverage(), end="")
