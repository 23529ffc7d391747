"""Valid exports for `python -m tests.campaigns.fuzz`: JSON of web services, and XML of Alma's."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.campaigns.fuzz_tables import SECRET, WORDS, Made

Record = dict[str, Any]
# what a field of JSON may hold beside text
ODD: list[Any] = [
    None,
    True,
    0,
    -7.50,
    990406703844702204,
    "\0",
    "\ud800",
    '{"[',
    "\\",
    [],
    ["a", 1, None],
    {},
    [{"id": "no record"}],
    {"a": {"b": [{"c": "}"}]}},
]
ENCODINGS = ["utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"]


def number_of(dice: random.Random) -> int:
    """How many records an export has."""
    return dice.choice([0, 1, 1, 3, 12, 40, 150])


def moment(dice: random.Random) -> str:
    """A time with its zone, now and then something else."""
    zone = dice.choice(["Z", ".000+00:00", "-04:00", "+0000"])
    return dice.choice(
        [
            *[
                f"2026-{dice.randint(1, 10):02}-{dice.randint(1, 28):02}T{dice.randint(0, 23):02}:30:00{zone}"
            ]
            * 9,
            dice.choice(WORDS),
        ]
    )


def folio_loan(number: int, dice: random.Random) -> Record:
    """A loan of FOLIO, with who borrowed in every place where it may stand."""
    return {
        "id": f"loan-{number}",
        "userId": f"{SECRET}{number}",
        "itemId": f"item-{dice.randint(1, 9)}",
        "status": {"name": dice.choice(["Open", "Closed"])},
        "loanDate": moment(dice),
        "dueDate": moment(dice),
        "returnDate": moment(dice),
        "renewalCount": dice.choice([0, 2, "1"]),
        "checkoutServicePointId": dice.choice(WORDS),
        "item": {
            "id": "another",
            "barcode": f"{number:04}",
            "contributors": [{"name": "Ng"}],
            "materialType": {"name": dice.choice(WORDS)},
        },
        "borrower": {"barcode": f"{SECRET}{number}", "lastName": f"{SECRET}{number}"},
        "metadata": {"createdDate": moment(dice), "updatedDate": moment(dice)},
    }


def folio_request(number: int, dice: random.Random) -> Record:
    """A request of FOLIO."""
    return {
        "id": f"request-{number}",
        "requestType": dice.choice(["Page", "Hold", "Recall"]),
        "requestDate": moment(dice),
        "requesterId": f"{SECRET}{number}",
        "requester": {"barcode": f"{SECRET}{number}"},
        "itemId": f"item-{dice.randint(1, 9)}",
        "instanceId": dice.choice(WORDS),
        "status": dice.choice(
            ["Open - Awaiting pickup", "Closed - Filled", "Closed - Cancelled", *WORDS]
        ),
        "cancelledDate": moment(dice),
        "position": dice.choice([1, 2, None]),
        "tags": {"tagList": ["urgent", dice.choice(WORDS)]},
    }


def alma_loan(number: int, dice: random.Random) -> Record:
    """A loan of Alma's REST service."""
    return {
        "loan_id": f"73782394{number:08}",
        "loan_date": moment(dice),
        "process_status": dice.choice(["NORMAL", "RENEW"]),
        "item_id": f"23{dice.randint(1, 9)}",
        "item_barcode": f"{number:04}",
        "user_id": f"{SECRET}{number}",
        "library": {"value": "100", "desc": dice.choice(WORDS)},
        "circ_desk": {"value": "DESK", "desc": dice.choice(WORDS)},
        "due_date": moment(dice),
        "title": dice.choice(WORDS),
    }


def alma_item(number: int, dice: random.Random) -> Record:
    """A copy of Alma's REST service."""
    return {
        "bib_data": {
            "mms_id": f"99{dice.randint(1, 9)}",
            "title": dice.choice(WORDS),
            "author": dice.choice(WORDS),
        },
        "holding_data": {
            "call_number": dice.choice(WORDS),
            "in_temp_location": dice.choice([True, False]),
            "temp_location": {"desc": dice.choice(WORDS)},
        },
        "item_data": {
            "pid": f"23{number}",
            "barcode": f"{number:04}",
            "creation_date": f"2015-11-{dice.randint(1, 28):02}Z",
            "library": {"value": "100", "desc": dice.choice(WORDS)},
            "po_line": dice.choice(["", f"POL-{dice.randint(1, 9)}"]),
            "internal_note_1": f"lent to {SECRET}{number}",
        },
    }


# the list in an answer, a record of it, and the keys without which it is not recognised
KINDS: dict[str, tuple[str, Callable[[int, random.Random], Record], tuple[str, ...]]] = {
    "folio loans": ("loans", folio_loan, ("id", "loanDate", "dueDate")),
    "folio requests": ("requests", folio_request, ("id", "requestType", "requestDate")),
    "alma loans": ("item_loan", alma_loan, ("loan_id", "loan_date", "process_status")),
    "alma items": ("item", alma_item, ("item_data", "bib_data")),
}


def records_of(kind: str, dice: random.Random, *, is_odd: bool) -> list[Record]:
    """Records of that kind, of which all but the first may lack fields; `is_odd`: fields of any
    kind, and others beside."""
    _, make, needed = KINDS[kind]
    made = [make(number, dice) for number in range(number_of(dice))]
    for record in made[1:]:
        for key in [key for key in record if dice.random() < 0.1]:
            del record[key]
    for record in made if is_odd else []:
        for key in [key for key in record if key not in needed and dice.random() < 0.05]:
            record[key] = dice.choice(ODD)
        if dice.random() < 0.1:
            record[
                dice.choice(["", "a.b", "a b", "?x", 'a "b"', "note#1", "status.name", "total"])
            ] = dice.choice(ODD)
    return made


def json_of(dice: random.Random) -> Made:
    """Records as JSON: a list, an answer that holds one, several answers, or a record a line."""
    kind = dice.choice(list(KINDS))
    name = KINDS[kind][0]
    made = records_of(kind, dice, is_odd=dice.random() < 0.5)
    shape = dice.choice(
        ["list", "answer", "answer", "answers", "lines"] if made else ["list", "answer"]
    )
    encoding = dice.choice(ENCODINGS)
    is_ascii = dice.random() < 0.5 or "\\ud800" in repr(made)

    def written(value: Any, *, indent: int | None) -> str:
        return json.dumps(
            value,
            ensure_ascii=is_ascii,
            indent=indent,
            separators=dice.choice([None, (",", ":"), (" , ", " : ")]),
        )

    indent = dice.choice([None, None, 1, 2])
    total = {
        dice.choice(["totalRecords", "total_record_count"]): dice.choice(
            [len(made), len(made) + 1000]
        )
    }
    if shape == "list":
        text = written(made, indent=indent)
    elif shape == "answer":
        text = written(
            dice.choice(
                [
                    {name: made, **total},
                    {**total, name: made},
                    {name: made},
                    {name: made, **total, "info": {"facets": [{"not": "a record"}]}},
                ]
            ),
            indent=indent,
        )
    elif shape == "answers":
        half = dice.randrange(len(made)) + 1
        text = dice.choice(["", "\n", "\r\n"]).join(
            written({name: part, **total}, indent=indent) for part in (made[:half], made[half:])
        )
    else:
        text = "".join(
            written(record, indent=None) + dice.choice(["\n", "\n", "\n", "\r\n", "\n\n"])
            for record in made
        )
    return Made(f"json {shape} {encoding}", text.encode(encoding), len(made))


COLUMNS = [
    ("Loan Details", "Item Loan Id"),
    ("Borrower Details", "User Primary Identifier"),
    ("Loan Date", "Loan Date"),
    ("Return Date", "Return Date"),
    ("Loan Circulation Desk", "Library Name"),
    ("Item Location at Time of Loan", "Library Name"),
    ("Loan Details", "In House Loan Indicator"),
    ("Bibliographic Details", "Title"),
]


def analytics_of(dice: random.Random) -> Made:
    """An answer of Alma's Analytics in one to four pages, perhaps each in a string of JSON. The
    first page alone must say its columns."""
    colon, repeats = dice.choice(["", "", "rs:"]), dice.random() < 0.3
    order = dice.sample(range(1, len(COLUMNS) + 1), len(COLUMNS))
    pages, records = [], 0
    last = dice.choice([1, 1, 2, 4])
    for page in range(1, last + 1):
        rows = []
        for _ in range(number_of(dice)):
            records += 1
            day = f"2026-{dice.randint(1, 10):02}-{dice.randint(1, 28):02}T00:00:00"
            values = [
                "0",
                str(records),
                f"{SECRET}{records}",
                dice.choice([*[day] * 9, "31.10.2026"]),
                day,
                *dice.choices(WORDS, k=2),
                dice.choice(["N", "Y"]),
                dice.choice(WORDS),
            ]
            cells = [
                f"<{colon}Column{at}>{escape(values[at])}</{colon}Column{at}>"
                for at in (0, *order)
                if values[at] and (at < 2 or dice.random() < 0.9)
            ]
            rows.append(f"<{colon}Row>{dice.choice(['', chr(10)]).join(cells)}</{colon}Row>")
        told = "".join(
            f'<xsd:element name="Column{at}" type="xsd:string" minOccurs="0" saw-sql:tableHeading="{COLUMNS[at - 1][0]}" saw-sql:columnHeading="{COLUMNS[at - 1][1]}"/>'
            for at in order
        )
        zero = '<xsd:element name="Column0" type="xsd:int" saw-sql:tableHeading="" saw-sql:columnHeading="0"/>'
        schema = f'<xsd:schema xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:saw-sql="urn:saw-sql"><xsd:complexType name="Row">{zero}{told}</xsd:complexType></xsd:schema>'
        ends = dice.choice(["", "\n", "\r\n"])
        finished = "false" if page < last or dice.random() < 0.1 else "true"
        rowset = f'<{colon}rowset xmlns{":rs" if colon else ""}="urn:rowset">{schema if page == 1 or repeats else ""}{ends.join(rows)}</{colon}rowset>'
        body = f"<report><QueryResult><ResumptionToken>token</ResumptionToken><IsFinished>{finished}</IsFinished><ResultXml>{rowset}</ResultXml></QueryResult></report>"
        pages.append(f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{ends}{body}{ends}')
    encoding = dice.choice(ENCODINGS)
    if dice.random() < 0.3:
        text = json.dumps(
            {"anies": [dice.choice([page, page.partition("?>")[2].strip()]) for page in pages]},
            ensure_ascii=dice.random() < 0.5,
        )
        return Made(f"xml in-json {encoding}", text.encode(encoding), records)
    return Made(f"xml pages {encoding}", "".join(pages).encode(encoding), records)


def list_of(dice: random.Random) -> Made:
    """Loans or copies of Alma's REST services as XML."""
    kind = dice.choice(["alma loans", "alma items"])
    made = records_of(kind, dice, is_odd=False)
    name = KINDS[kind][0]
    ends = dice.choice(["", "\n", "\r\n"])
    rows = ends.join(
        element(name, record, dice, f' link="https://alma.example/{number}"')
        for number, record in enumerate(made)
    )
    start = dice.choice(
        ["", '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>', '<?xml version="1.0"?>\n']
    )
    encoding = dice.choice(ENCODINGS)
    text = f'{start}<{name}s total_record_count="{len(made)}">{ends}{rows}</{name}s>{ends}'
    return Made(f"xml list {encoding}", text.encode(encoding), len(made))


def element(name: str, value: Any, dice: random.Random, attributes: str = "") -> str:
    """A value as an element: what has a description bears it as an attribute, what is blank may be
    an empty element."""
    if isinstance(value, dict) and "desc" in value:
        return f"<{name} desc={quoteattr(value['desc'])}>{escape(value.get('value', ''))}</{name}>"
    if isinstance(value, dict):
        return f"<{name}{attributes}>{''.join(element(key, inner, dice) for key, inner in value.items())}</{name}>"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    if not text and dice.random() < 0.5:
        return f"<{name}/>"
    return f"<{name}>{f'<![CDATA[{text}]]>' if dice.random() < 0.02 else escape(text)}</{name}>"


def xml_of(dice: random.Random) -> Made:
    """An answer of Analytics, or a list of another service."""
    return (analytics_of if dice.random() < 0.6 else list_of)(dice)
