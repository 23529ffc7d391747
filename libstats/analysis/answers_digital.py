"""What each analysis of the digital desk and of machines says, in one sentence."""

from __future__ import annotations

from collections.abc import Callable

from libstats.wording import Row, number, percent

__all__ = ["DIGITAL"]


def _proxy_visits(rows: list[Row], _: Row) -> list[str]:
    visits, unopened = (sum(row[n] for row in rows) for n in ("visits", "asked_not_opened"))
    return [f"{number(visits)} visits through the proxy, {number(unopened)} asked for in vain"]


def _proxy_starts(rows: list[Row], _: Row) -> list[str]:
    starts, beside = (sum(row[n] for row in rows) for n in ("starts", "not_proxied"))
    return [f"{number(starts)} starts, {number(beside)} of them without the proxy"]


def _proxy_logins(rows: list[Row], _: Row) -> list[str]:
    names = ("troubles", "let_in", "locked_out", "not_let_in")
    troubles, let_in, locked_out, not_let_in = (sum(row[n] for row in rows) for n in names)
    return [
        f"{number(troubles)} times somebody failed to log in: {number(let_in)} got in by trying"
        f" again, {number(locked_out)} were locked out, {number(not_let_in)} gave up"
    ]


def _machine_use(rows: list[Row], _: Row) -> list[str]:
    done, refused = (sum(row[n] for row in rows) for n in ("done", "refused"))
    return [f"{number(done)} done at machines, {number(refused)} refused"]


def _self_service(rows: list[Row], _: Row) -> list[str]:
    told = [row for row in rows if row["share"] is not None]
    checkouts, own = (sum(row[n] for row in told) for n in ("checkouts", "self_checkouts"))
    if not checkouts:
        return ["Nothing that is loaded tells what share of checkouts was self-service"]
    return [f"{percent(own / checkouts)} of {number(checkouts)} checkouts were self-service"]


def _resolver_requests(rows: list[Row], _: Row) -> list[str]:
    requests, without = (sum(row[n] or 0 for row in rows) for n in ("requests", "without_services"))
    return [
        f"{number(requests)} requests of the link resolver, nothing to offer for {number(without)}"
    ]


def _technology_uses(rows: list[Row], _: Row) -> list[str]:
    told: dict[str, int] = {}
    for row in rows:
        told[row["measure"]] = told.get(row["measure"], 0) + int(row["uses"] or 0)
    counted = ", ".join(f"{number(count)} {measure}" for measure, count in told.items())
    return [counted or "No count tells of public computers, wifi or microfilm"]


DIGITAL: dict[str, Callable[[list[Row], Row], list[str]]] = {
    "machine_use": _machine_use,
    "proxy_logins": _proxy_logins,
    "proxy_starts": _proxy_starts,
    "proxy_visits": _proxy_visits,
    "resolver_requests": _resolver_requests,
    "self_service": _self_service,
    "technology_uses": _technology_uses,
}
