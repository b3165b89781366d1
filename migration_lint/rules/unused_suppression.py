from __future__ import annotations

from migration_lint import Rule, Severity


class UnusedSuppression(Rule):
    """A comment suppresses a finding that there is not, or no longer; the next one like it would be hidden unseen.

    Nothing is said where the rule did not run, or has nothing to say of the databases that are linted for, and where several
    migrations are linted as one release: there, tables that the release makes are new, and less is found in them. Nor is it
    in a run that leaves out some of the project's targets, by `--target`, `--database` or the environment: they may need it.
    """

    severity = Severity.WARNING
    category = "suppressions"
