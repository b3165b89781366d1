"""What a RunPython function does, read from its syntax tree: nothing of it is ever run."""

from migration_lint.python.checks import Fault, Lookup
from migration_lint.python.editor import Edit, edits
from migration_lint.python.models import RealModel, real_models
from migration_lint.python.reading import Reading, changes, reading, readings
from migration_lint.python.rows import Loop, RowChange
from migration_lint.python.source import definition as function_text
from migration_lint.python.source import place as function_place
from migration_lint.python.sql import static_sql
from migration_lint.python.words import words

__all__ = [
    "Edit",
    "Fault",
    "Lookup",
    "Loop",
    "Reading",
    "RealModel",
    "RowChange",
    "changes",
    "edits",
    "function_place",
    "function_text",
    "reading",
    "readings",
    "real_models",
    "static_sql",
    "words",
]
