"""Reports by mail: what is sent, to whom, and that it is sent once."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.utils import formataddr, localtime, make_msgid
from pathlib import Path
from typing import Any

from libstats.errors import MailError
from libstats.report.page import publish, smtp
from libstats.report.page.publish import INTERNAL
from libstats.workspace.mail_given import PASSWORD
from libstats.workspace.workspace import CONFIG, Workspace

__all__ = ["Letter", "Post"]

SENT = "mailed.json"  # in the workspace: which pages went to whom, and when
PORT = 587
KINDS = {
    ".html": ("text", "html"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


@dataclass(frozen=True)
class Letter:
    """What is mailed.

    name         the report's
    stem         report, branch and period, as its files are named: one mail for each
    title        the subject
    about        what the report says of itself: `verdict`, `cards`, `branch`
    files        the attachments
    is_internal  whether it is for staff alone
    """

    name: str
    stem: str
    title: str
    about: Mapping[str, Any]
    files: Sequence[Path]
    is_internal: bool

    @property
    def key(self) -> str:
        """By what it is known that it was sent: once more when all of its period is told."""
        return f"{self.stem}, in part" if self.about.get("told") == "partly" else self.stem

    @property
    def text(self) -> str:
        """The body: the page's first sentence, its figures, what is attached."""
        said = [self.title, self.about.get("verdict", "")]
        cards = "\n".join(f"* {card}" for card in self.about.get("cards", ()))
        names = "\n".join(f"* {path.name}" for path in self.files)
        attached = f"Attached, to be opened in a web browser or as a workbook:\n{names}"
        warned = [INTERNAL] if self.is_internal else []
        return "\n\n".join(part for part in (*said, cards, *warned, attached) if part) + "\n"


@dataclass(frozen=True)
class Post:
    """The mail of a workspace: its settings, checked, and what was sent already."""

    place: Workspace
    server: smtp.Server
    sender: str
    to: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, place: Workspace, name: str) -> Post:
        """As [mail] and the environment have it. MailError where something is missing, or nobody
        gets the report of that name, before it is made."""
        given = place.config.get("mail")
        if given is None:
            raise MailError(
                f"{CONFIG} says no mail server",
                "Add [mail] with host, from and to; see docs/running.md.",
            )
        if not any(key == name or key.startswith(f"{name} ") for key in given["to"]):
            raise _nobody(name)
        user, password = given.get("user", ""), os.environ.get(PASSWORD, "")
        if user and not password:
            raise MailError(
                f"the password for the mail server is missing from the environment: {PASSWORD}",
                f"Set it there; it is never read from {CONFIG}.",
            )
        server = smtp.Server(given["host"], given.get("port", PORT), user, password)
        return cls(place, server, given["from"], given["to"])

    def recipients(self, name: str, branch: str = "") -> list[str]:
        """Who gets a report, or a branch's page of it; MailError if nobody is named."""
        found = self.to.get(f"{name} {branch}") if branch else None
        if found is None:
            found = self.to.get(name)
        if found is None:
            raise _nobody(f"{name} {branch}" if branch else name)
        return list(dict.fromkeys(found))

    def send(self, letter: Letter, today: date, *, internal: bool, again: bool) -> str:
        """Mail it to those who have not got it yet, to all of them `again`; gives what was done in
        a sentence. MailError if it did not go, or not to everybody."""
        if letter.is_internal and not internal:
            raise MailError(
                f"{letter.stem} was not mailed: it lists single copies by their barcodes",
                "If only staff get it, say so: --internal.",
            )
        every = self.recipients(letter.name, letter.about.get("branch", ""))
        sent = self._sent()
        had = {} if again else sent.get(letter.key, {})
        to = [address for address in every if _digest(address) not in had]
        if not to:
            return (
                f"{letter.stem} was mailed on {max(had.values())} already; --again sends it anew."
            )
        refused = smtp.deliver(self.server, self._message(letter, to), self.sender, to)
        took = {_digest(address): str(today) for address in to if address not in refused}
        self._keep({**sent, letter.key: {**sent.get(letter.key, {}), **took}})
        if refused:
            places = ", ".join(str(every.index(address) + 1) for address in refused)
            raise MailError(
                f"{letter.stem} was mailed to {len(took)} of {len(to)}: {self.server} refused "
                f"number {places} of those in [mail] to",
                "Mend the address. The next run mails it to those alone who have not got it.",
            )
        return f"{letter.stem} was mailed to {len(to)} {'person' if len(to) == 1 else 'people'}."

    def _message(self, letter: Letter, to: Sequence[str]) -> EmailMessage:
        library = self.place.config.get("library", {}).get("name", "")
        message = EmailMessage()
        message["Subject"] = " ".join(letter.title.split())
        message["From"] = formataddr((" ".join(library.split()), self.sender))
        message["To"] = ", ".join(to)
        message["Date"] = localtime()
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"  # no answers of those who are away
        message.set_content(letter.text)
        for path in letter.files:
            main, sub = KINDS[path.suffix]
            message.add_attachment(
                path.read_bytes(),
                maintype=main,
                subtype=sub,
                filename=path.name,
                params={"charset": "utf-8"} if main == "text" else {},
            )
        return message

    def _sent(self) -> dict[str, dict[str, str]]:
        """What went to whom: by page, the day by a digest of the address, since nobody need read
        the addresses there."""
        try:
            found = json.loads((self.place.folder / SENT).read_text(encoding="utf-8"))
            return {str(stem): dict(days) for stem, days in found.items()}
        except FileNotFoundError:
            return {}
        except (ValueError, AttributeError, TypeError):
            raise MailError(
                f"{SENT}, which says what was mailed, cannot be read; nothing was sent",
                "Take it from a backup. Without it every report is mailed once more.",
            ) from None

    def _keep(self, sent: dict[str, dict[str, str]]) -> None:
        try:
            publish.write(self.place.folder / SENT, f"{json.dumps(sent, indent=1)}\n")
        except OSError as error:
            raise MailError(
                f"the mail was sent, but {SENT} could not be written: {error.strerror}",
                "Mend that before the next run, which else mails it once more.",
            ) from None


def _nobody(what: str) -> MailError:
    key = what if what.isidentifier() else f'"{what}"'
    return MailError(
        f"{CONFIG} names nobody who gets {what}",
        f"Add below [mail.to]: {key} = [...], with their addresses.",
    )


def _digest(address: str) -> str:
    return hashlib.sha256(address.casefold().encode()).hexdigest()[:16]
