"""What each analysis of the digital desk and of machines says, in one sentence."""

from __future__ import annotations

from collections.abc import Callable

from libstats.wording import Row, capital, many, number, percent

__all__ = ["DIGITAL"]


def _sums(rows: list[Row], *names: str) -> list[int]:
    """The sums of some figures; what is not known is no part of them."""
    return [sum(row[name] or 0 for row in rows) for name in names]


def _proxy_visits(rows: list[Row]) -> str:
    visits, unopened = _sums(rows, "visits", "asked_not_opened")
    return f"{number(visits)} visits through the proxy, {number(unopened)} asked for in vain"


def _proxy_starts(rows: list[Row]) -> str:
    starts, beside = _sums(rows, "starts", "not_proxied")
    return f"{number(starts)} starts, {number(beside)} of them without the proxy"


def _proxy_logins(rows: list[Row]) -> str:
    names = ("troubles", "let_in", "locked_out", "not_let_in")
    troubles, let_in, locked_out, not_let_in = _sums(rows, *names)
    return (
        f"{number(troubles)} times somebody failed to log in: {number(let_in)} got in by trying"
        f" again, {number(locked_out)} were locked out, {number(not_let_in)} gave up"
    )


def _machine_use(rows: list[Row]) -> str:
    done, refused = _sums(rows, "done", "refused")
    return f"{number(done)} done at machines, {number(refused)} refused"


def _machine_refusals(rows: list[Row]) -> str:
    """How many, and the commonest reason; no count of it, which may be of one person."""
    told: dict[str, int] = {}
    for row in rows:
        if row["refused_for"] and row["refused"]:
            told[row["refused_for"]] = told.get(row["refused_for"], 0) + row["refused"]
    (refused,) = _sums(rows, "refused")
    most = min(told, key=lambda why: (-told[why], why), default="")
    return f"{number(refused)} refused at machines" + (f", most often for: {most}" if most else "")


def _self_service(rows: list[Row], parameters: Row) -> list[str]:
    """The share at branches with a machine, of what is told, and why it is not more."""
    is_by_branch = parameters.get("by", "branch") == "branch"
    known = [row for row in rows if row["share"] is not None]
    told = [row for row in known if row["self_checkouts"] or not is_by_branch]
    own, checkouts = _sums(told, "self_checkouts", "checkouts")
    words = "Nothing that is loaded tells what share of checkouts was self-service"
    if checkouts:
        words = (
            f"{percent(own / checkouts)} of {number(checkouts)} checkouts at branches with a"
            f" machine were self-service ({number(own)})"
        )
    elif known:
        words = "No patron did a checkout at a machine"
    without = [row for row in rows if row not in known and row["reason"]]
    whys = {row["reason"]: None for row in told if row["reason"]} | {
        (
            f"no share is known at {row['part'] or 'a branch that is not told'}: "
            if is_by_branch
            else ""
        )
        + row["reason"]: None
        for row in without
    }
    return [words, *map(capital, whys)]


def _resolver_requests(rows: list[Row]) -> str:
    requests, without = _sums(rows, "requests", "without_services")
    return (
        f"{number(requests)} requests of the link resolver, nothing to offer for {number(without)}"
    )


def _told(say: Callable[[list[Row]], str]) -> Callable[[list[Row], Row], list[str]]:
    """An answer that first says where nothing, or not all, is told of what is asked."""

    def answer(rows: list[Row], _: Row) -> list[str]:
        if rows and all(row["coverage"] == "outside" for row in rows):
            return [f"Not known: {rows[0]['reason']}"]
        why = next((row["reason"] for row in rows if row["coverage"] != "whole"), None)
        return [say(rows), *([f"There may be more: {why}"] if why else [])]

    return answer


def _technology_uses(rows: list[Row], _: Row) -> list[str]:
    told: dict[str, int] = {}
    for row in rows:
        told[row["measure"]] = told.get(row["measure"], 0) + int(row["uses"] or 0)
    counted = ", ".join(f"{number(count)} {measure}" for measure, count in told.items())
    return [counted or "No count tells of public computers, wifi or microfilm"]


def _digital_endings(rows: list[Row], _: Row) -> list[str]:
    over = sum(row["standing"] in ("used up", "ended") for row in rows)
    wanted = sum(bool(row["holds"]) for row in rows)
    return [
        f"{many(len(rows), 'digital licence')} to decide: {number(over)} over, {number(wanted)}"
        " with holds. Unproven on real files"
    ]


def _digital_holds(rows: list[Row], _: Row) -> list[str]:
    buy = [row for row in rows if row["to_buy"]]
    unknown = sum(row["standing"] == "cannot judge" for row in rows)
    copies: dict[str, int] = {}  # none buys for another
    for row in buy:
        of = ", ".join(filter(None, (row["source"], row["collection"])))
        copies[of] = copies.get(of, 0) + row["to_buy"]
    return [
        f"{many(len(buy), 'digital title')} with too many holds; {number(unknown)} cannot be"
        " judged. Unproven on real files",
        *(f"{of}: {number(count)} copies to buy" for of, count in copies.items()),
    ]


def _digital_circulation(rows: list[Row], _: Row) -> list[str]:
    said: dict[str, None] = {}
    for row in rows:
        of = ", ".join(filter(None, (row["source"], row["collection"], row["lending_model"])))
        of += f", {row['part']}" if row["part"] != "all" else ""
        told = row["checkouts"]
        lacks = (
            f"{number(row['months_told'])} of {number(row['months'])} months are told; "
            f"{row['why_unknown']}"
        )
        said[f"{of}: {f'{number(told)} checkouts' if told is not None else lacks}"] = None
    return [*said] or ["Nothing that is loaded tells of digital lending in this period"]


def _digital_cost(rows: list[Row], _: Row) -> list[str]:
    told = [
        f"{', '.join(filter(None, (row['source'], row['collection'], row['lending_model'])))}: "
        + (
            row["why_none"] or "no cost"
            if row["cost_per_checkout"] is None
            else f"{row['cost_per_checkout']:,.2f} {row['currency'] or ''}".strip()
            + f" a checkout ({row['basis']})"
        )
        for row in rows
    ]
    return list(dict.fromkeys(told)) or ["Nothing that is loaded tells what a checkout costs"]


def _digital_purchases(rows: list[Row], _: Row) -> list[str]:
    told = [row for row in rows if row["reason"] is None]
    if not told:
        return ["Nothing that is loaded tells of a whole month of digital orders"]
    units, before = _sums(told, "units", "preorder_units")
    months = many(len(told), "month")
    return [f"{number(units)} units bought in {months}, {number(before)} before they came out"]


def _digital_and_print(rows: list[Row], _: Row) -> list[str]:
    titles = {(row["source"], row["digital_title_id"]) for row in rows}
    return [f"{many(len(titles), 'digital title')} also in print, by an ISBN that both have"]


DIGITAL: dict[str, Callable[[list[Row], Row], list[str]]] = {
    "digital_and_print": _digital_and_print,
    "digital_circulation": _digital_circulation,
    "digital_cost": _digital_cost,
    "digital_endings": _digital_endings,
    "digital_holds": _digital_holds,
    "digital_purchases": _digital_purchases,
    "machine_refusals": _told(_machine_refusals),
    "machine_use": _told(_machine_use),
    "proxy_logins": _told(_proxy_logins),
    "proxy_starts": _told(_proxy_starts),
    "proxy_visits": _told(_proxy_visits),
    "resolver_requests": _told(_resolver_requests),
    "self_service": _self_service,
    "technology_uses": _technology_uses,
}
