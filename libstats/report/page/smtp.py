"""A message to a mail server: encrypted, its certificate checked, or not at all; every failure in
a plain sentence that names no address and no password."""

from __future__ import annotations

import contextlib
import ipaddress
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage

from libstats.errors import MailError

__all__ = ["Server", "deliver"]

TIMEOUT = 30  # seconds
ENCRYPTED = 465  # the port on which a connection is encrypted from its beginning
ASK = "Ask whoever runs the mail server."
# what went wrong: the first kind that fits; %s is the server
_FAILURES: tuple[tuple[type[Exception], str, str], ...] = (
    (
        smtplib.SMTPAuthenticationError,
        "%s refused the name or the password",
        "Check [mail] user in libstats.toml, and LIBSTATS_MAIL_PASSWORD in the environment.",
    ),
    (smtplib.SMTPRecipientsRefused, "%s refused every recipient", "Check [mail] to."),
    (smtplib.SMTPSenderRefused, "%s refused the sender", "Check [mail] from, and user."),
    (smtplib.SMTPDataError, "%s refused the mail itself", ASK),
    (
        smtplib.SMTPNotSupportedError,
        "%s does not take a name and a password",
        "Leave out [mail] user, or give the server and port that take them.",
    ),
    (smtplib.SMTPServerDisconnected, "%s broke the connection", "Try again later."),
    (smtplib.SMTPException, "%s did not answer as a mail server does", f"Check host, port. {ASK}"),
    (
        ssl.SSLCertVerificationError,
        "the certificate of %s is not one that this machine trusts, or is another server's",
        "Give the server's full name. A library's own certificate authority is named by the "
        "environment: SSL_CERT_FILE.",
    ),
    (ssl.SSLError, "an encrypted connection to %s could not be made", f"Check the port. {ASK}"),
    (socket.gaierror, "there is no server called %s", "Check [mail] host, and the network."),
    (UnicodeError, "there is no server called %s", "Check [mail] host."),
    (TimeoutError, "%s did not answer in time", "Check [mail] host and port, or try again later."),
    (ConnectionRefusedError, "%s takes no mail on that port", "Check [mail] host and port."),
    (ConnectionError, "%s broke the connection", "Check the port, or try again later."),
    (OSError, "%s could not be reached", "Check the network, [mail] host and port."),
)


@dataclass(frozen=True)
class Server:
    """The library's mail server; the password shows nowhere."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def is_local(self) -> bool:
        """True for this very machine, to which nothing travels."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host.casefold() == "localhost"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def deliver(server: Server, message: EmailMessage, sender: str, to: list[str]) -> list[str]:
    """Give a message to the server; gives the recipients that it refused, while it took others.

    MailError if it took it for nobody.
    """
    try:
        smtp = _connected(server)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:
        raise _in_words(server, error, "Nothing was sent.") from None
    try:
        refused = smtp.send_message(message, sender, to)
    except (smtplib.SMTPServerDisconnected, TimeoutError) as error:
        told = "It may have taken the mail before: look whether it came, before you send it again."
        raise _in_words(server, error, told) from None
    except (smtplib.SMTPException, OSError) as error:
        raise _in_words(server, error, "Nothing was sent.") from None
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):  # the mail is there, or is not
            smtp.quit()
    return [address for address in to if address in refused]


def _connected(server: Server) -> smtplib.SMTP:
    """A connection on which a mail may go: encrypted, unless the server is local; logged in."""
    trusted = ssl.create_default_context()
    if server.port == ENCRYPTED and not server.is_local:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT, context=trusted
        )
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        smtp.ehlo_or_helo_if_needed()
        if not server.is_local and server.port != ENCRYPTED:
            if not smtp.has_extn("starttls"):
                raise MailError(
                    f"{server} offers no encrypted connection (STARTTLS). Nothing was sent",
                    "Give the server and port that do, often 587 or 465.",
                )
            smtp.starttls(context=trusted)
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _in_words(server: Server, error: Exception, told: str) -> MailError:
    """A failure in a sentence, with the server's number for it; what else it said may hold an
    address."""
    late = error.__context__
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(late, TimeoutError):
        error = late
    problem, remedy = next((p, r) for kind, p, r in _FAILURES if isinstance(error, kind))
    code = _code(error)
    number = f" (its code: {code})" if code else ""
    return MailError(f"{problem % server}{number}. {told}".rstrip("."), remedy)


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next((code for code, _ in error.recipients.values()), 0)
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
