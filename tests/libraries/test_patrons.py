"""Small counts of patrons are withheld in the answer of many, whatever each adds up."""

from __future__ import annotations

from pathlib import Path

from libstats.libraries.made import answered
from libstats.libraries.question import Question
from tests.support.tables import Rows, dicts, holding

ASKED = {"since": "2026-01-01", "until": "2026-02-01", "branch": "patron_branch"}


def test_small_counts_of_patrons_are_withheld_in_the_answer(tmp_path: Path) -> None:
    question = Question.of("circulation", ASKED)
    loan = {"checked_out_at": "2026-01-05 10:00", "checkout_branch": "MAIN"}
    for number in range(3):
        loans: Rows = [
            {**loan, "loan_id": f"{branch}{n}", "patron_branch": branch}
            for branch, count in (("EAST", 3), ("NORTH", 40), ("WEST", 50))
            for n in range(count)
        ]
        added = question.added_up(con := holding(loan=loans))
        con.sql(added.sql, params=added.params).write_parquet(str(tmp_path / f"{number}.parquet"))
    found = dicts(answered(question, tmp_path, {"0": "Ash", "1": "Birch", "2": "Cedar"}))
    of_ash = {row["patron_branch"]: row for row in found if row["library"] == "Ash"}
    # three are under ten; what is known of all, 93, would give them back beside 40 and 50
    assert of_ash["EAST"]["checkouts"] is None
    assert of_ash["NORTH"]["checkouts"] is None
    assert "checkouts" in of_ash["EAST"]["withheld"]
    assert of_ash["WEST"]["checkouts"] == 50
    assert "checkouts" not in of_ash["WEST"]["withheld"]
