"""`connections[alias]` while SQL is collected: the backend's own connection, made offline, on a `Server`."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.operations import RunPython

from migration_lint.failures import told
from migration_lint.sql import drivers, vendors
from migration_lint.sql.offline import OfflineError
from migration_lint.sql.server import Server


def offline_editor(ours: type[Any], own: Any) -> type[Any]:
    """The backend's schema editor, with ours between what a third party adds and Django's: its `execute` still has its say."""
    django = next(owner for owner in own.__mro__ if owner.__module__.startswith("django."))
    inner = type("Editor", (ours, django), {})
    return inner if own is django else type("Editor", (own, inner), {})


@functools.cache
def wrapper_class(vendor: str, engine: str) -> type[Any]:
    """The backend's own DatabaseWrapper, made offline. `engine` is the settings' where it is of this vendor."""
    own = vendors.load(vendor)
    with drivers.present(own):
        base: Any = importlib.import_module(f"{engine or own.BACKEND}.base").DatabaseWrapper

    class Introspection(own.Introspection, base.introspection_class):  # type: ignore[misc, name-defined]
        pass

    class Wrapper(own.Wrapper, base):  # type: ignore[misc, name-defined]
        SchemaEditorClass = offline_editor(own.Editor, base.SchemaEditorClass)
        introspection_class = Introspection

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.introspection = Introspection(self)  # a backend may have made its own

    return Wrapper


def offline_connection(server: Server) -> Any:
    """A connection for the server's target, with its alias's settings. Raises OfflineError where the backend cannot be made."""
    alias = server.target.alias
    settings = {**connections[alias].settings_dict}
    try:
        engine = str(settings.get("ENGINE", "")) if server.target.own else ""  # a subclass keeps its own schema editor
        wrapper = wrapper_class(server.target.vendor, engine)(settings, alias)
    except Exception as error:
        raise OfflineError(
            f"Django's {server.target.vendor} backend could not be loaded: {told(error, server.target.alias)}"
        ) from error
    wrapper.server = server
    return wrapper


def cuts_names(wrapper: Any) -> bool:
    """Whether models rendered for this connection have their tables' names cut where no other database cuts them.

    Django cuts to what the default database takes: 30 characters on Oracle, 63 and more elsewhere.
    """
    limit = wrapper.ops.max_name_length() if wrapper.alias == DEFAULT_DB_ALIAS else None
    return limit is not None and limit < 60


def refuse(self: Any, *args: object, **kwargs: object) -> None:
    raise OfflineError(f"the database {self.alias!r} was asked while SQL was collected offline")


def not_run(self: Any, *args: object, **kwargs: object) -> None:
    """A RunPython's code never runs here."""


def forget_type_oids() -> None:
    """Django keeps the object ids of extensions' types by alias; what was made up here must not reach a real connection."""
    signals = sys.modules.get("django.contrib.postgres.signals")
    for name in ("get_hstore_oids", "get_citext_oids"):
        if (function := getattr(signals, name, None)) is not None:
            function.cache_clear()


@contextmanager
def installed(wrapper: Any) -> Iterator[None]:
    """While open, `connections[alias]` is the offline connection, no other connects, and no RunPython runs."""
    alias = wrapper.alias
    replaced: Sequence[tuple[Any, str, Any]] = (
        (BaseDatabaseWrapper, "connect", refuse),
        (RunPython, "database_forwards", not_run),
        (RunPython, "database_backwards", not_run),
    )
    # Django's test cases leave a `connect` on the connection itself.
    own = [other for other in connections.all(initialized_only=True) if "connect" in vars(other)]
    replaced = (*replaced, *((other, "connect", refuse.__get__(other)) for other in own))
    kept = [(owner, name, owner.__dict__[name]) for owner, name, _ in replaced]
    before = connections[alias]
    connections[alias] = wrapper
    for owner, name, value in replaced:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in kept:
            setattr(owner, name, value)
        connections[alias] = before
        forget_type_oids()
