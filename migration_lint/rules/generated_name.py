from __future__ import annotations

import re
from collections.abc import Iterable

from migration_lint import Finding, Plan, Rule, Severity

NAME = re.compile(r"(\d+)_auto_\d{8}_\d{4}")


class GeneratedName(Rule):
    """The name tells when the migration was made, not what it does: `0002_auto_20250107_1200`.

    Whoever reads a list of migrations, a conflict or a failed deployment has to open the file. Renaming is for migrations that
    have not run anywhere, so that the rule speaks of those that nothing depends on yet, and with `--since` of new ones alone.
    """

    severity = Severity.NOTE
    category = "history"

    def check_plan(self, plan: Plan) -> Iterable[Finding]:
        history = plan.history
        if history is None:
            return
        named = [m for m in plan.migrations if "_auto_" in m.name and m.app_label in history.own and NAME.fullmatch(m.name)]
        needed = {key for m in history.migrations.values() for key in m.dependencies} if named and not history.since else set()
        for migration in named:
            key = (migration.app_label, migration.name)
            if key in needed or (history.since is not None and key not in history.since.new):
                continue
            number = migration.name.partition("_")[0]
            yield self.finding(
                f"The name of `{key[0]}.{key[1]}` says when it was made, not what it does.",
                help="If it has not run anywhere but here, undo it, rename the file, and run it again:\n\n"
                f"    {key[1]}.py → {number}_what_it_does.py\n\n"
                f"`python manage.py makemigrations {key[0]} --name what_it_does` names the next one.",
                app_label=key[0], migration_name=key[1], location=history.locate(key, ""),
            )  # fmt: skip
