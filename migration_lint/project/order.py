"""Which migrations always run before which, because they are depended on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from migration_lint.types import MigrationKey


class Order:
    """`parents` are what a migration depends on by itself. Kept as bits: sets would grow with the square of the history."""

    def __init__(self, parents: Callable[[MigrationKey], Iterable[MigrationKey]]) -> None:
        self.parents = parents
        self.places: dict[MigrationKey, int] = {}
        self.before: dict[MigrationKey, int] = {}

    def precedes(self, earlier: MigrationKey, later: MigrationKey) -> bool:
        if later not in self.before:
            self.walk(later)
        place = self.places.get(earlier)
        return place is not None and bool(self.before[later] >> place & 1)

    def walk(self, last: MigrationKey) -> None:
        """Without recursion: long histories are deeper than Python's stack. In a circle, what closes it does not count."""
        waiting = [last]
        entered: set[MigrationKey] = set()
        while waiting:
            key = waiting[-1]
            if key in self.before:
                waiting.pop()
            elif key not in entered:
                entered.add(key)
                waiting += [parent for parent in self.parents(key) if parent not in self.before and parent not in entered]
            else:
                waiting.pop()
                bits = 0
                for parent in self.parents(key):
                    bits |= self.before.get(parent, 0) | 1 << self.places.setdefault(parent, len(self.places))
                self.before[key] = bits
