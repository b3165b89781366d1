from django.apps import AppConfig
from django.core import checks


class MigrationLintConfig(AppConfig):
    name = "migration_lint"
    label = "migration_lint"
    verbose_name = "Migration lint"

    def ready(self) -> None:
        from migration_lint.coming_over import both_installed

        checks.register(both_installed)
