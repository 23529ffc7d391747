"""What is planted in the neighbour's files."""

from sample.oddities import Oddity
from sample.polaris.holds import ODD
from sample.polaris.place import CARDS, CUT_ON, HOLD_LISTS, LACKED, LACKING, LISTED, MISSING

_CARDS = " and ".join(f"`{card}`" for card in CARDS)
ODDITIES = (
    Oddity(
        "month that nobody exported",
        f"`polaris/transactions-*`: {MISSING} has no file",
        "says that it is not known, and never 0",
    ),
    Oddity(
        "month exported before it was over",
        f"`polaris/transactions-{CUT_ON}.csv` ends with that day",
        "counts what is there as a part, and compares it with no whole month",
    ),
    Oddity(
        "branch left out of a month",
        f"`polaris/transactions-*` of {LACKING}: branch `{LACKED}` is in no row",
        "says that the branch's month is not known; the others' are whole",
    ),
    Oddity(
        "transactions of no role",
        "`polaris/transactions-*`: some have type `6999`",
        "names the type, and counts them as no circulation",
    ),
    Oddity(
        "cards of places",
        f"`polaris/transactions-*`: patrons {_CARDS} are the mending table and the window",
        "takes what goes there for no loan, and the cards for no patrons",
    ),
    Oddity(
        "one status in words and in numbers",
        f"`polaris/items-*`: words on {LISTED[0]}, numbers on {LISTED[1]}",
        "reads both alike",
    ),
    Oddity(
        "status of the library's own",
        "`polaris/items-*`: `24` (`Seed Library`), and `12`, which libraries rename",
        "names them as codes that nobody declared, and judges none of their copies",
    ),
    Oddity(
        "old copies that are not in their place",
        "`polaris/items-*`: one of each status: on order, in process, in repair, on interlibrary loan, waiting for a patron and so on, unused for years",
        "makes none of them a candidate, and counts none of those on order or lost as the one that stays",
    ),
    Oddity(
        "deleted records",
        f"`polaris/items-{LISTED[1]}.csv`: some have `RecordStatusID` 4",
        "sets them aside: they are no copies any more",
    ),
    Oddity(
        "list of open holds alone",
        f"`polaris/holds-open-{HOLD_LISTS[0]}.csv`: none that is over",
        "concludes nothing from what it lacks",
    ),
    Oddity(
        "holds that leave between two lists",
        "`polaris/holds-*`: what was fetched is put away at once",
        "says that they are over, between which two days, and not which way",
    ),
    Oddity(
        "holds that stood ready and were never fetched",
        "`polaris/holds-*`: `Unclaimed`",
        "counts them as filled and not fetched",
    ),
    Oddity(
        "holds that do not wait",
        "`polaris/holds-*`: `Inactive`, suspended or wanted from a day to come",
        "counts no day of theirs as waiting, and none as late",
    ),
    Oddity(
        "holds that no copy can fill",
        "`polaris/holds-*`: the only copy of their title is lost",
        "shows them as open, with no copy that could fill them",
    ),
    Oddity(
        "status of a hold that nobody declared",
        f"`polaris/holds-*`: `{ODD}`",
        "names it, and cannot tell what became of these holds",
    ),
)
