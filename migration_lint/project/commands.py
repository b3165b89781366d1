"""Which app's command runs where several have one of that name: Django takes the first in INSTALLED_APPS, and no other."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

from django.apps import apps
from django.core.management import find_commands

from migration_lint.coming_over import PACKAGE

OURS = "migration_lint"
# Its makemigrations lints as well, and deletes what it does not like.
PASSED_OVER = {PACKAGE}


def behind(name: str) -> Any:
    """The class of the command that would run without this app: the next app's in INSTALLED_APPS that has one, or Django's."""
    configs = [*apps.get_app_configs()]
    places = [place for place, config in enumerate(configs) if config.name == OURS]
    for config in configs[places[0] + 1 :] if places else ():
        if config.name not in PASSED_OVER and name in find_commands(os.path.join(config.path, "management")):
            return import_module(f"{config.name}.management.commands.{name}").Command
    return import_module(f"django.core.management.commands.{name}").Command
