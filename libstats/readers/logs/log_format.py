"""LogFormat, the line of EZproxy's config.txt that says what a line of its log holds: as a pattern,
and what lines prove of it where nobody says it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

# what EZproxy writes where config.txt does not say
USUAL = '%h %l %u %t "%r" %s %b'
# what OCLC's page shows for LogSPU
USUAL_STARTS = "%{%Y/%m/%d:%H:%M:%S}t\\t%h\\t%u\\t%{ezproxy-spuaccess}i\\t%v\\t%U"
COMMON_TIME = "%d/%b/%Y:%H:%M:%S"

_PERCENT = re.compile(r"%>?(?:\{([^}]*)\})?([A-Za-z])")
# LogFormat, or LogSPU with its options and the name of its file, as they are copied
_DIRECTIVE = re.compile(r"\s*(?:LogFormat|LogSPU(?:\s+-\S+)*\s+[^%\s]\S*)\s+", re.IGNORECASE)
_HEADERS = {
    "ezproxy-session": "session",
    "ezproxy-groups": "groups",
    "ezproxy-spuaccess": "access",
}
_ALMOST_USUAL = re.compile(r'(%\S+) (%\S+) (%\S+) %t "%r" %s %b')
# the field that a letter is, and its pattern; what is not named is passed over
_FIELDS = {
    "h": ("address", r"\S*"),
    "a": ("address", r"\S*"),
    "u": ("user", ".*?"),
    "r": ("request", ".*?"),
    "s": ("status", r"\d{1,3}|-"),
    "U": ("url", ".*?"),
    "v": ("host", r"\S*?"),
}
_PASSED = {"l": r"\S*", "b": r"\S*", "T": r"\S*", "m": r"\S*"}


@dataclass(frozen=True)
class LogFormat:
    """The form of the lines of a log, as its directive says."""

    directive: str

    @cached_property
    def _text(self) -> str:
        text = _DIRECTIVE.sub("", self.directive, count=1).strip()
        return text.replace("\\t", "\t").replace('\\"', '"')

    @cached_property
    def _read(self) -> tuple[str, tuple[str, ...], str]:
        """The pattern, the fields that its groups are, and the form of its times."""
        fields, pattern, time, at = list[str](), "", "", 0
        for match in _PERCENT.finditer(self._text):
            pattern += _literal(self._text[at : match.start()])
            at = match.end()
            name, form = self._field(match[1], match[2])
            if name == "time":
                time = time or (_spelled(match[1]) if match[1] else COMMON_TIME)
            if name and name not in fields:
                fields.append(name)
                pattern += f"(?:\\[({form})[^\\]]*\\])" if form == _COMMON else f"({form})"
            else:
                pattern += f"(?:{form})"
        pattern += _literal(self._text[at:])
        return f"^{pattern}$", tuple(fields), time

    def _field(self, inner: str | None, letter: str) -> tuple[str, str]:
        if letter == "t":
            return "time", _form_of_time(inner) if inner else _COMMON
        if letter == "i" and inner:
            name = _HEADERS.get(inner.lower(), "")
            return name, ".*?"
        if letter == "X":  # what was asked for before it was rewritten, which %U is too
            return "url", ".*?"
        return _FIELDS.get(letter) or ("", _PASSED.get(letter, ".*?"))

    @property
    def pattern(self) -> str:
        """The pattern that a whole line fits."""
        return self._read[0]

    @property
    def fields(self) -> tuple[str, ...]:
        """What its groups are: time, address, user, session, request, status, ..."""
        return self._read[1]

    @property
    def leading(self) -> tuple[str, ...] | None:
        """What the first three words of a line are, where its form is the usual one but for these;
        None for another form."""
        match = _ALMOST_USUAL.fullmatch(self._text)
        words = [_PERCENT.fullmatch(word) for word in match.groups()] if match else [None]
        names = tuple(self._field(word[1], word[2])[0] for word in words if word)
        return names if len(names) == 3 and "time" not in names else None

    @property
    def time(self) -> str:
        """How its times are written."""
        return self._read[2]

    @property
    def is_whole(self) -> bool:
        """True if a line tells when it was and what was asked for."""
        return "time" in self.fields and bool({"request", "url", "host"} & set(self.fields))

    def fits(self, lines: Sequence[str]) -> bool:
        """True if most of the lines have this form."""
        found = re.compile(self.pattern)
        return bool(lines) and 2 * sum(1 for line in lines if found.match(line)) > len(lines)


_COMMON = r"\d\d/[A-Z][a-z][a-z]/\d{4}:\d\d:\d\d:\d\d"


# what DuckDB reads a time by, and what each part of it looks like
_SPELLED = {"%T": "%H:%M:%S", "%F": "%Y-%m-%d", "%D": "%m/%d/%y", "%R": "%H:%M", "%e": "%d"}
_PARTS = {"Y": r"\d{4}", "b": "[A-Za-z]{3}", "B": "[A-Za-z]+", "p": "[AaPp][Mm]"}
_PARTS |= {"z": r"[+-]\d\d:?\d\d", "Z": r"[\w/+-]+", "a": "[A-Za-z]{3}", "A": "[A-Za-z]+"}


def _spelled(form: str) -> str:
    """The form of a time in the letters that DuckDB knows."""
    return re.sub("%[TFDRe]", lambda match: _SPELLED[match[0]], form)


def _form_of_time(form: str) -> str:
    """The pattern of a time: another file must not pass for a log."""
    found = ""
    for text, letter in re.findall(r"([^%]*)(?:%(.))?", _spelled(form)):
        found += _literal(text) + (_PARTS.get(letter, r"\d{1,3}") if letter else "")
    return found


def _literal(text: str) -> str:
    return re.sub(r"([.^$*+?()\[\]{}|\\])", r"\\\1", text)


_WORD = re.compile(r'\[[^\]]*\]|"(?:[^"\\]|\\.)*"|[^\s]+|\s')
_TIME = re.compile(rf"\[{_COMMON}[^\]]*\]")
_REQUEST = re.compile(r'"[A-Z]+ \S.*"')
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*:[0-9a-f:]+", re.IGNORECASE)


# what only one column of a log looks like
_PROVEN = (
    ("%t", _TIME),
    ('"%r"', _REQUEST),
    ("%h", _ADDRESS),
    ("%U", re.compile(r"https?://\S+")),
)
_STATUS, _BYTES = re.compile(r"[1-9]\d\d"), re.compile(r"\d+|-")
# the page before, and the program that asked: nothing of them is read
_PASSED_OVER = (re.compile(r'"(?:-|https?://.*)"'), re.compile(r'"(?:-|[^"]*\w/[\d.].*)"'))


def proven(lines: Sequence[str]) -> tuple[str | None, list[int]]:
    """The form of lines as far as they prove it, and which columns may be one thing or another: a
    name, a number and a session look alike. No form where they show no time and no address of a
    page, or differ too much."""
    rows = [_WORD.findall(line) for line in lines]
    width = len(rows[0]) if rows else 0
    alike = [row for row in rows if len(row) == width]
    if 2 * len(alike) <= len(rows):
        return None, []
    columns = list(zip(*alike, strict=True))
    words = [column for column in columns if not column[0].isspace()]
    named = _named(words)
    told = iter(named)
    form = "".join(
        column[0] if column[0].isspace() else next(told) or "%{-}i" for column in columns
    ).replace("\t", "\\t")
    if not (LogFormat(form).is_whole and LogFormat(form).fits(lines)):
        return None, []
    return form, [number for number, name in enumerate(named, 1) if not name]


def _named(words: Sequence[Sequence[str]]) -> list[str]:
    """What each column is; empty where it is not proven."""
    found = [""] * len(words)
    for name, form in (*_PROVEN, ("%s", _STATUS)):
        places = [at for at, column in enumerate(words) if _all(form, column)]
        if len(places) == 1 and (name != "%s" or _follows(places[0], found, '"%r"', "%U")):
            found[places[0]] = name
    for at, column in enumerate(words):
        if not found[at] and _follows(at, found, "%s") and _all(_BYTES, column):
            found[at] = "%b"
        if not found[at] and any(_all(form, column) for form in _PASSED_OVER):
            found[at] = "" if set(column) == {'"-"'} else '"%{-}i"'
    return found


def _all(form: re.Pattern[str], column: Sequence[str]) -> bool:
    return all(form.fullmatch(text) for text in column)


def _follows(at: int, found: Sequence[str], *names: str) -> bool:
    """True where a column stands right behind one of some kinds."""
    return at > 0 and found[at - 1] in names
