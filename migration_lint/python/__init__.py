"""What a RunPython function does, read from its syntax tree: nothing of it is ever run."""

from migration_lint.python.editor import Edit, edits
from migration_lint.python.models import RealModel, real_models
from migration_lint.python.rows import Reading, RowChange, changes, reading
from migration_lint.python.sql import static_sql
from migration_lint.python.words import words

__all__ = ["Edit", "Reading", "RealModel", "RowChange", "changes", "edits", "reading", "real_models", "static_sql", "words"]
