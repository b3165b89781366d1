from django.apps import AppConfig


class MigrationLintConfig(AppConfig):
    name = "migration_lint"
    label = "migration_lint"
    verbose_name = "Migration lint"

    def ready(self) -> None:
        from migration_lint import checks

        checks.register()
