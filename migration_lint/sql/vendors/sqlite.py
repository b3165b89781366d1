"""SQLite: its literals as the library spells them, and the answers to what Django's backend asks of it.

`migrate` sends more than the operations do: `PRAGMA foreign_keys = OFF` before a migration's transaction, `PRAGMA
foreign_key_check` at its end, and `PRAGMA foreign_keys = ON` after it. None of the three reaches a database here.
"""

from __future__ import annotations

import copy
import datetime
import decimal
import functools
import importlib
import importlib.util
import re
from typing import Any

from django.db.models import Field

from migration_lint.sql.introspection import OfflineIntrospection
from migration_lint.sql.lexer import split
from migration_lint.sql.literals import BYTES, UNKNOWN
from migration_lint.sql.offline import OfflineEditor, OfflineWrapper
from migration_lint.sql.read.sqlite import QUESTIONS
from migration_lint.sql.server import Server
from migration_lint.types import goes_back

BACKEND = "django.db.backends.sqlite3"
DRIVERS: tuple[str, ...] = ()  # the library comes with Python
STAND_INS: dict[str, dict[str, Any]] = {}


def quote_string(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def sqlite_literal(value: object) -> str:
    """One value's literal, as SQLite spells a bound parameter. Raises ValueError for a type that has none here."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float):
        digits, e, exponent = format(value, ".15g").partition("e")
        return f"{digits if re.search('[.n]', digits) else f'{digits}.0'}{e}{exponent}"
    if isinstance(value, BYTES):
        return f"x'{bytes(value).hex()}'"
    if isinstance(value, datetime.datetime):
        return quote_string(value.isoformat(" "))
    if isinstance(value, datetime.date):
        return quote_string(value.isoformat())
    if isinstance(value, (str, decimal.Decimal)) or value is UNKNOWN:
        return quote_string(str(value))
    raise ValueError(f"no literal is known for {type(value).__name__}")


@functools.cache
def features_of(version: tuple[int, ...]) -> dict[str, Any]:
    """What Django's backend works out, when it is imported, from the version of the library: here from the target's."""
    from sqlite3 import dbapi2

    features = importlib.import_module(f"{BACKEND}.features")
    spec = importlib.util.find_spec(features.__name__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    library = vars(dbapi2)
    installed = library["sqlite_version_info"]
    try:
        library["sqlite_version_info"] = version
        spec.loader.exec_module(module)
    finally:
        library["sqlite_version_info"] = installed
    own = vars(features.DatabaseFeatures)
    return {
        name: value
        for name, value in vars(module.DatabaseFeatures).items()
        if isinstance(value, bool) and own.get(name) is not value
    }


class Editor(OfflineEditor):
    def _remake_table(self, model: Any, create_field: Any = None, delete_field: Any = None, alter_fields: Any = None) -> None:
        """A table's columns stand in the order in which their fields were made, and `migrate` renders the earlier state first.

        Here states are rendered when somebody asks for them: a field that comes from the other state is put in its place.
        """
        migration = self.connection.server.migration
        place = -0.9 if migration and goes_back(migration) else Field.creation_counter
        moved = {}
        others = [field for field in (create_field, *(new for _, new in alter_fields or ())) if field is not None]
        for field in sorted(others):
            if field.model is not model and field.creation_counter >= 0:  # below stand those that Django adds
                moved[field] = copy.copy(field)
                moved[field].creation_counter = place
                place += 0.01
        create_field = moved.get(create_field, create_field)
        alter_fields = [(old, moved.get(new, new)) for old, new in alter_fields or ()]
        super()._remake_table(model, create_field, delete_field, alter_fields)  # type: ignore[misc]

    def quote_value(self, value: object) -> str:
        literal: str = "'<unknown>'" if value is UNKNOWN else super(OfflineEditor, self).quote_value(value)  # type: ignore[misc]
        return literal


Introspection = OfflineIntrospection


class Wrapper(OfflineWrapper):
    features: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.features.supports_json_field = True  # Django asks by trying it

    @property
    def server(self) -> Server:
        return self._server

    @server.setter
    def server(self, server: Server) -> None:
        self._server = server
        vars(self.features).update(features_of(self.get_database_version()))

    def disable_constraint_checking(self) -> bool:
        return True

    def enable_constraint_checking(self) -> None:
        pass

    def check_constraints(self, table_names: object = None) -> None:
        pass

    def quote_literal(self, value: object) -> str:
        return sqlite_literal(value)

    def answer(self, query: str, params: Any) -> list[tuple[Any, ...]] | None:
        (piece, *_) = split(query, self.server.backend.dialect)
        words = [token.value for token in piece.tokens]
        if words[0] != "pragma":
            return None
        if len(words) > 2 and words[1] not in QUESTIONS:
            self.server.send(query)  # it sets something
            return []
        if words[1:] == ["foreign_keys"]:
            return [(0,)]  # as Django's schema editor has it while operations run
        return None
