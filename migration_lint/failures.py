"""What exceptions say, fit to be told: on one line, and without what the settings keep secret."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, quote_plus

from django.conf import settings

SECRET = re.compile(r"(passw(or)?d|passphrase|pwd|secret|token|(secret|access|api|private)_?key)\Z", re.IGNORECASE)
CONNECTING = ("NAME", "USER", "OPTIONS")
USERINFO = re.compile(r"(?<=://)[^/\s'\"]*@")
PARTS = re.compile(r"[\s'\"=;,]+")
LONG = 12  # characters from which on a value is hidden within a word, too: few words are passwords like this


def told(error: BaseException, alias: str | None = None) -> str:
    """`KeyError: what it says`. Passwords, keys and tokens of the settings are replaced by the names of their settings.

    With an alias, for what its driver says, all that its entry in DATABASES has for connecting.
    """
    said = error.msg if isinstance(error, SyntaxError) else error
    text = " ".join(hidden(str(said), alias).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def hidden(text: str, alias: str | None = None) -> str:
    names: dict[str, str] = {}
    for name, value in secrets(alias):
        for form in (value, repr(value)[1:-1], ascii(value)[1:-1], quote(value, ""), quote_plus(value)):
            names.setdefault(form, name)
    if found := "|".join(map(pattern, sorted(names, key=len, reverse=True))):
        text = re.sub(found, lambda match: f"<{names[match[0]]}>", text)
    return USERINFO.sub("<PASSWORD>@", text)


def pattern(form: str) -> str:
    word = re.escape(form)
    if len(form) < LONG:
        word = (r"(?<!\w)" if re.match(r"\w", form) else "") + word + (r"(?!\w)" if re.search(r"\w\Z", form) else "")
    return word


def secrets(alias: str | None) -> Iterator[tuple[str, str]]:
    """Names of settings and values."""
    for path, value in texts(known_settings()):
        if SECRET.search(path[-1]):
            yield path[-1], value
        elif path[:2] == ("DATABASES", alias) and (path[2] in CONNECTING or (path[2] == "HOST" and "@" in value)):
            yield path[2], value
            if path[2] == "OPTIONS":  # of an init_command, say, a driver repeats a word
                yield from ((path[2], word) for word in PARTS.split(value) if len(word) > 5)


def known_settings() -> dict[str, Any]:
    """Those that may hold a secret, as far as they can be read: the settings themselves may be what failed."""
    found: dict[str, Any] = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some are deprecated
        for name in filter(str.isupper, dir(settings) if settings.configured else ()):
            with suppress(Exception):
                value = getattr(settings, name)
                if isinstance(value, Mapping) or SECRET.search(name):
                    found[name] = value
    return found


def texts(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every text in the values, with the keys that lead to it."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts(each, (*path, str(key)))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each, path)
    elif value is not None and not isinstance(value, (bool, int, float)) and (text := str(value)):
        yield path, text
