"""FOLIO's services: their lists in the order of the records' ids, each page behind the last id of
the one before, so that what comes or goes meanwhile shifts nothing."""

from __future__ import annotations

import io
import json
import urllib.request
from collections.abc import Iterator, Sequence
from http.cookies import CookieError, SimpleCookie
from typing import Any

from libstats.errors import PullError
from libstats.pull.address import Site
from libstats.pull.rest import Part, Record, Rest, cut
from libstats.pull.since import OVERLAP, Marks
from libstats.pull.wanted import refuse_unread
from libstats.readers import service
from libstats.readers.json import flat
from libstats.readers.service import BUSY, Clock, Reply, Verdict
from libstats.sources.services import FOLIO, Listed
from libstats.workspace.workspace import Workspace

AT_ONCE = 1000
_LOGINS = ("/authn/login-with-expiry", "/authn/login")  # the second of older releases
_NOT_THERE = (404, 405, 501)


class Folio(Rest):
    """The services of a tenant, for a user with a password, or for who has a token."""

    form = "json"

    def __init__(self, site: Site, secret: str, clock: Clock) -> None:
        super().__init__(site, clock)
        self._secret, self._token = secret, "" if site.user else secret
        self._is_fresh = False

    def headers(self) -> dict[str, str]:
        """Who asks, and of which tenant. Tokens last for minutes: a user gets one anew."""
        if not self._token:
            verdict = service.patiently(self._log_in, self.clock)
            if verdict.what != "whole":
                raise self.error(verdict.why, "Try it again later; nothing was changed.")
        return {"X-Okapi-Tenant": self.site.tenant, "X-Okapi-Token": self._token}

    def is_let_in_again(self) -> bool:
        """True if a token was forgotten that has run out; not for one that is new."""
        if self._is_fresh or not self.site.user:
            return False
        self._token = ""
        return True

    def _log_in(self) -> Verdict:
        told = {"username": self.site.user, "password": self._secret}
        for path in _LOGINS:
            request = urllib.request.Request(
                f"{self.site.base}{path}",
                data=json.dumps(told).encode(),
                headers={"X-Okapi-Tenant": self.site.tenant, "Content-Type": "application/json"},
            )
            reply = self.asked(request, io.BytesIO())
            if reply is None or reply.status in BUSY:
                wait = reply.wait(self.clock.now()) if reply else None
                return Verdict("later", "it is busy", wait)
            if reply.status not in _NOT_THERE:
                return self._let_in(reply)
        raise self.error(
            "nobody can log in there", "Check the address: it is that of the gateway (Okapi, Kong)."
        )

    def _let_in(self, reply: Reply) -> Verdict:
        """Take the token from an answer. PullError where it has none."""
        cookies = reply.headers.get_all("Set-Cookie") or []
        self._token = _token(cookies) or reply.headers.get("X-Okapi-Token") or ""
        if reply.status >= 300 or not self._token:
            raise self.error(
                "it did not let the user in", "Check the user, the password and the tenant."
            )
        self._is_fresh = True
        return Verdict("whole")

    def records(self, path: str, query: str) -> list[dict[str, Any]]:
        """A page: the one list in an answer. Its number of all records is an estimate, and is not
        believed."""
        given = {"query": f"{query} sortby id", "limit": str(AT_ONCE)}
        found = self.get(path, given, _listed)
        self._is_fresh = False
        return found


def asked(
    site: Site, clock: Clock, place: Workspace, only: Sequence[str], marks: Marks | None
) -> tuple[Rest, Sequence[Part]]:
    """The services, and the lists that were chosen, or all. PullError for one that there is not,
    and where libstats.toml tells no zone."""
    names = [listed.name for listed in FOLIO]
    if unknown := [name for name in only if name not in names]:
        raise PullError(f"there is no part {unknown[0]!r}", f"There are: {', '.join(names)}.")
    chosen = [listed for listed in FOLIO if not only or listed.name in only]
    for listed in chosen:
        refuse_unread(listed.name, listed.declared, listed.declared.vendor_headings, place)
    folio = Folio(site, site.secret(), clock)
    return folio, [List(folio, listed, marks) for listed in chosen]


class List:
    """A list of FOLIO's, in the order of its ids."""

    def __init__(self, folio: Folio, listed: Listed, marks: Marks | None) -> None:
        self.folio, self.listed, self.key = folio, listed, listed.key
        self.name, self.file = listed.name, listed.name.replace(" ", "-")
        self.about = listed.declared.select_hash
        self._all, mark = "cql.allRecords=1", marks and marks.of(self.name)
        if listed.day and mark:
            self._all = f'{listed.day}>="{mark - OVERLAP:%Y-%m-%dT00:00:00.000Z}"'

    def pages(self, after: str) -> Iterator[list[Record]]:
        """The records behind an id, or all. PullError where they come in another order."""
        while True:
            query = f'{self._all} and {self.key}>"{after}"' if after else self._all
            found = self.folio.records(self.listed.path, query)
            ids = [str(record.get(self.key) or "") for record in found]
            if not found:
                return
            if not all(a < b for a, b in zip([after, *ids], ids, strict=False)):
                raise self.folio.error(
                    f"it gives {self.name} in another order than that of their ids",
                    "Save its answers as files, and load them.",
                )
            yield [cut(self.listed.declared, flat(record)) for record in found]
            after = ids[-1]


def _listed(body: bytes) -> list[dict[str, Any]]:
    """The records of an answer; ValueError where it is cut. PullError where it holds no list, or
    several."""
    answer = json.loads(body)
    values = answer.values() if isinstance(answer, dict) else ()
    lists = [value for value in values if isinstance(value, list)]
    if len(lists) != 1:
        raise PullError("an answer of the service holds no list of records", "Check the address.")
    return [record for record in lists[0] if isinstance(record, dict)]


def _token(cookies: Sequence[str]) -> str:
    """The token in the cookies of a newer release, if it is there."""
    for text in cookies:
        try:
            found = SimpleCookie(text).get("folioAccessToken")
        except CookieError:
            continue
        if found:
            return found.value
    return ""
