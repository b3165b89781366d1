"""Tells what Django migrations do to a busy production database. What stands in `__all__` is promised."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migration_lint.rules import Rule
    from migration_lint.types import (
        Action,
        Blocks,
        Effect,
        Finding,
        History,
        Impact,
        Kind,
        Location,
        MigrationImpact,
        Plan,
        Problem,
        Report,
        Reverse,
        Severity,
        Statement,
        Step,
        Target,
    )

__version__ = "0.1.0"
__all__ = [
    "Action",
    "Blocks",
    "Effect",
    "Finding",
    "History",
    "Impact",
    "Kind",
    "Location",
    "MigrationImpact",
    "Plan",
    "Problem",
    "Report",
    "Reverse",
    "Rule",
    "Severity",
    "Statement",
    "Step",
    "Target",
]


def __getattr__(name: str) -> object:
    """On demand: every process of a project imports this module before Django is ready for more, and few need what it has."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("migration_lint.rules" if name == "Rule" else "migration_lint.types"), name)
