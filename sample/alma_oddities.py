"""What is planted in Alma's files and in the cataloguers' own log, and what a correct loader does
with it."""

from sample.oddities import Oddity
from sample.orders import ABSENT, RELIEF

ODDITIES = (
    Oddity(
        "three forms of file",
        "`alma/`: saved from the screen (UTF-16, tabs, CRLF), to a file (UTF-8 with a mark, tabs, no end of the last line), sent by itself (UTF-8 with a mark, commas)",
        "reads all three, whatever their names end in",
    ),
    Oddity(
        "line over two funds",
        "`alma/`: some order lines have two rows, one a fund",
        "counts one line and its copies once",
    ),
    Oddity(
        "line not yet sent",
        "`alma/`: the newest lines have `PO Creation Date` `0-00-00 00:00:00` and no `Sent Date`",
        "keeps them as requested, not as ordered",
    ),
    Oddity(
        "heading with three spaces",
        "`alma/`: `Receiving   Date`",
        "takes it for the same as with one",
    ),
    Oddity(
        "copies without a place",
        "`alma/`: what is on order or in process has the call number `Unknown` and the location `UNASSIGNED location`",
        "keeps no call number and no location for them",
    ),
    Oddity(
        "reference of minus one",
        "`alma/`: `Additional Order Reference` is `-1` or blank where there is none",
        "reads both as nothing",
    ),
    Oddity(
        "years of publication",
        "`alma/`: `2024`, `[2024]`, `c2024`, `cop. 2024`; in the weeding report `[n.d.]` and 9999",
        "takes the year where there is one, and doubts 9999",
    ),
    Oddity(
        "notes about people",
        "`alma/`: some `Receiving Note` name a person; `PO Creator` and others are staff",
        "never reads them",
    ),
    Oddity(
        "shelf-ready copies",
        "`alma/`: some copies are catalogued by their vendor before they arrive; they are not in the cataloguers' log",
        "counts them among the orders, not among the pile",
    ),
    Oddity(
        "a pile that grows",
        f"`cataloguing/`: from {ABSENT[0]} to {ABSENT[1]} the cataloguer is away, from {RELIEF[0]} to {RELIEF[1]} two work it off",
        "shows how much waited at the end of each month",
    ),
    Oddity(
        "copies to leave alone",
        "`alma/weeding_*`: copies that nobody used but that are protected, on loan, missing, new or cannot be judged",
        "gives the verdicts of `weeding` in `truth.json`",
    ),
)
