"""Which headings look as if they told of persons: what stands under them is never shown, and never
mapped by itself."""

from __future__ import annotations

import re


def _set(words: str) -> set[str]:
    return set(words.split())


_ALWAYS = _set(
    """surname forename firstname lastname middlename fullname username nickname initials
    email mail phone telephone mobile cell fax address street city town zip postcode zipcode postal
    birth birthday birthdate dob age gender sex
    password passwd pin userid cardnumber borrowernumber card ssn
    note notes comment comments remark remarks message memo
    vorname nachname familienname benutzer benutzernummer leser lesernummer
    adresse strasse wohnort geburtsdatum telefon bemerkung
    nom prénom prenom courriel lecteur adhérent
    apellido apellidos correo teléfono dirección usuario lector"""
)
_WHO = _set(
    """patron borrower user customer member reader requester requestor student cardholder
    staff employee operator librarian cataloger cataloguer contact guardian"""
)
# what tells of a group of people, or of a place
_GROUP = _set(
    "group type category branch library class profile department status site location count total"
)
# what a day is needed by, unlike who did it
_TIME = _set("needed need required wanted due")
_OF_A_NAME = _set("name full first last middle given family display preferred legal sur")


def _words(heading: str) -> set[str]:
    apart = re.sub(r"([a-z])([A-Z])", r"\1 \2", heading)
    return {w for w in re.split(r"[\W\d_]+", apart.casefold()) if w}


def is_personal(heading: str) -> bool:
    """True if a heading looks like a person's name, number, address or contact, like who did
    something, or like free text that may name people.

    >>> personal = ("E-mail", "Patron name", "borrowernumber", "Name", "Checked out by", "Notes")
    >>> [is_personal(heading) for heading in personal]
    [True, True, True, True, True, True]
    >>> others = ("Patron group", "Branch name", "Author", "Item barcode", "User library")
    >>> [is_personal(heading) for heading in (*others, "Needed by")]
    [False, False, False, False, False, False]
    """
    if "@" in heading:  # an address stands where a heading should
        return True
    words = _words(heading)
    joined = "".join(re.split(r"[\W_]+", heading.casefold()))
    if (
        words & _ALWAYS
        or joined in _ALWAYS
        or (words and words <= _OF_A_NAME and words & {"name", "first", "last", "given", "family"})
    ):
        return True
    return bool(
        (words & _WHO and not words & _GROUP)
        or (heading.casefold().strip().endswith((" by", "_by")) and not words & _TIME)
    )
