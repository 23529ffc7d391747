"""What each analysis of the digital desk and of machines says, in one sentence."""

from __future__ import annotations

from collections.abc import Callable

from libstats.wording import Row, number, percent

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


def _self_service(rows: list[Row]) -> str:
    checkouts, own = _sums(
        [row for row in rows if row["share"] is not None], "checkouts", "self_checkouts"
    )
    if not checkouts:
        return "Nothing that is loaded tells what share of checkouts was self-service"
    return f"{percent(own / checkouts)} of {number(checkouts)} checkouts were self-service"


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


DIGITAL: dict[str, Callable[[list[Row], Row], list[str]]] = {
    "machine_use": _told(_machine_use),
    "proxy_logins": _told(_proxy_logins),
    "proxy_starts": _told(_proxy_starts),
    "proxy_visits": _told(_proxy_visits),
    "resolver_requests": _told(_resolver_requests),
    "self_service": _told(_self_service),
    "technology_uses": _technology_uses,
}
