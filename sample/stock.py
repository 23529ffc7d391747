"""The titles and items that the library owns, and those it will buy."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from sample import names
from sample.dice import Dice, Urn
from sample.places import BRANCHES, CENTRAL, FIRST, LAST, MIGRATED, at
from sample.records import Item, Kind, Title

KINDS = (
    Kind("BK", "FIC", "GEN", "FIC", False, 21, 5, (899, 2899), 28),
    Kind("BK", "NFIC", "GEN", "", True, 21, 5, (1299, 4899), 28),
    Kind("JB", "JFIC", "CHILD", "J FIC", False, 21, 5, (599, 1899), 14),
    Kind("JB", "JNF", "CHILD", "J", True, 21, 5, (799, 2199), 9),
    Kind("DVD", "DVD", "AV", "DVD", False, 7, 3, (999, 2999), 9),
    Kind("CD", "AUDIO", "AV", "CD", False, 14, 3, (1499, 4499), 6),
    Kind("MAG", "MAG", "PERIOD", "MAG", False, 7, 1, (399, 999), 2),
    Kind("REF", "REF", "REF", "REF", True, 0, 0, (3999, 18999), 4),
)
HOMES = Urn(BRANCHES, [branch.share for branch in BRANCHES])
NEW_SHARE = 25
"""Titles bought after the migration, in percent."""
NEVER_SHARE = 22
"""Migrated titles that nobody ever borrows, in percent."""


@dataclass(slots=True)
class Stock:
    """Everything that is or will be in the catalogue, in order of number."""

    titles: list[Title]
    items: list[Item]


def make(dice: Dice, *, items: int) -> Stock:
    """Return a stock of about `items` items, most of them migrated, the rest arriving day by day."""
    stock = Stock([], [])
    kinds = Urn(KINDS, [kind.share for kind in KINDS])
    migrated = items * (100 - NEW_SHARE) // 100
    while len(stock.items) < migrated:
        _add(dice, stock, kinds.draw(dice), _created(dice))
    while len(stock.items) < items:
        arrived = FIRST + (LAST - FIRST) * (len(stock.items) - migrated) // (items - migrated)
        _add(dice, stock, kinds.draw(dice), CENTRAL.next_open(arrived))
    return stock


def _created(dice: Dice) -> date:
    """Return an accession day before the migration; the old system had kept it for two titles in
    five only."""
    if dice.chance(60):
        return MIGRATED
    return MIGRATED - timedelta(days=dice.between(30, 15 * 365))


def _add(dice: Dice, stock: Stock, kind: Kind, arrived: date) -> None:
    """Add one title and its copies."""
    title = _title(dice, len(stock.titles) + 1, kind, arrived)
    stock.titles.append(title)
    copies = (
        dice.pick((1, 1, 1, 1, 2, 3)) if title.weight > 40_000 else dice.pick((1, 1, 1, 1, 1, 2))
    )
    if kind.itype == "MAG":
        copies = 6
    for copy in range(copies):
        stock.items.append(_item(dice, len(stock.items) + 1, title, arrived, copy))


def _title(dice: Dice, number: int, kind: Kind, arrived: date) -> Title:
    """Return a title with a popularity that falls off like one over its rank."""
    is_new = arrived > MIGRATED
    weight = 1_000_000 // (dice.below(400) + 6) * (3 if is_new else 1)
    # Someone always asks for the first titles and the odd ones, so that what is planted in them is
    # never weeded.
    if number > 80 and number % 97 != 13 and not is_new and dice.chance(NEVER_SHARE):
        weight = 0
    author = (
        "" if kind.itype == "MAG" else f"{dice.pick(names.SURNAMES)}, {dice.pick(names.GIVEN)}."
    )
    subject = dice.pick(names.SUBJECTS)
    wording = _wording(dice, number, kind, subject[1])
    return Title(
        number=number,
        kind=kind,
        author=author,
        title=wording,
        year=_year(dice, kind, arrived),
        isbn="" if kind.itype in ("DVD", "MAG") or dice.chance(8) else _isbn(dice, number),
        publisher=dice.pick(names.PUBLISHERS),
        call_number=_call_number(kind, subject[0], author or wording[4:]),
        created=max(arrived, MIGRATED),
        changed=at(max(arrived, MIGRATED), dice.between(9, 16), dice.below(60), dice.below(60)),
        weight=weight,
    )


def _wording(dice: Dice, number: int, kind: Kind, subject: str) -> str:
    """Return a title with the punctuation that cataloguers leave at its end."""
    if number % 97 == 13 and number // 97 < len(names.ODD_TITLES):
        return names.ODD_TITLES[number // 97]
    phrase = f"The {dice.pick(names.ADJECTIVES)} {dice.pick(names.NOUNS)}"
    if kind.itype == "MAG":
        return f"{phrase} :"
    if kind.itype in ("DVD", "CD"):
        return f"{phrase} [{'videorecording' if kind.itype == 'DVD' else 'sound recording'}] /"
    if kind.subject:
        return f"{phrase} : {subject} in {dice.pick(names.PLACES)} /"
    return f"{phrase} of {dice.pick(names.PLACES)} /" if dice.chance(30) else f"{phrase} /"


def _year(dice: Dice, kind: Kind, arrived: date) -> str:
    """Return a year of publication; a magazine still coming out has 9999."""
    if kind.itype == "MAG":
        return "9999"
    return "" if dice.chance(5) else str(arrived.year - dice.pick((0, 0, 1, 1, 2, 4, 8, 15)))


def _isbn(dice: Dice, number: int) -> str:
    """Return an ISBN of a group that is given to no country, with its check digit, and what
    catalogues add."""
    body = f"9799{(number * 7919 + 12345) % 100_000_000:08d}"
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    return f"{body}{-total % 10}{dice.pick(('', '', ' (pbk.)', ' (hbk. : alk. paper)'))}"


def _item(dice: Dice, number: int, title: Title, arrived: date, copy: int) -> Item:
    """Return one copy, on the shelf if it was migrated, else still to come."""
    branch = HOMES.draw(dice)
    is_new = arrived > MIGRATED
    cents = dice.between(*title.kind.cents) // 100 * 100 + 99
    item = Item(
        number=number,
        title=title,
        barcode=barcode(number) if is_new or dice.chance(35) else f"Q{number:06d}",
        accessioned=arrived,
        home=branch,
        holding=branch,
        location="STACK" if not title.weight and dice.chance(40) else title.kind.location,
        cents=cents,
        replacement=cents + 500,
        seen=title.changed,
        changed=title.changed,
        copy=str(copy + 1) if copy and title.kind.itype != "MAG" else "",
        volume=f"no. {200 + number % 60}" if title.kind.itype == "MAG" else "",
        issues=0 if is_new else None,
        place="coming" if is_new else "shelf",
    )
    _remember(dice, item)
    return item


def _remember(dice: Dice, item: Item) -> None:
    """Give a migrated item the counters of its former life, if it ever had loans."""
    if item.place == "coming" or not item.title.weight or dice.chance(25):
        return
    item.issues = 1 + item.title.weight // 9000 + dice.below(4)
    item.renewals = dice.pick((None, item.issues // 3))
    item.borrowed = MIGRATED - timedelta(days=dice.between(5, 900))


def barcode(number: int) -> str:
    """Return the fourteen digits of this library's labels for `number`, with the check digit."""
    body = f"312345{number:07d}"
    total = 0
    for place, digit in enumerate(body):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{body}{-total % 10}"


def _call_number(kind: Kind, number: str, name: str) -> str:
    """Return a call number: a label, a class number where the kind has one, and three letters of
    `name`."""
    cutter = "".join(letter for letter in name if letter.isalpha())[:3].upper()
    return " ".join(part for part in (kind.label, number if kind.subject else "", cutter) if part)


def sort_key(call_number: str) -> str:
    """Return the key by which Koha sorts a Dewey call number; it pads the decimals to fifteen
    digits."""
    tokens = re.split(r"\.|\s+", call_number.upper())
    digits = [place for place, token in enumerate(tokens) if re.fullmatch("[0-9]+", token)]
    if len(digits) > 1 and digits[1] == digits[0] + 1:
        tokens[digits[1]] = tokens[digits[1]].ljust(15, "0")
    elif digits:
        tokens[digits[0]] += "_" + "0" * 15
    return re.sub(r"[^\w]", "", "_".join(tokens))
