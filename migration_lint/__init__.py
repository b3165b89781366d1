"""Tells what Django migrations do to a busy production database. What stands in `__all__` is promised."""

from __future__ import annotations

from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from migration_lint.rules import Rule

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
    """`Rule` on demand: INSTALLED_APPS imports this module before Django is ready for more."""
    if name == "Rule":
        from migration_lint import rules

        return rules.Rule
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
