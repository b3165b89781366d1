"""One run from configuration to report; what the commands and the tests call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from migration_lint import baseline, choosing, conf
from migration_lint.engine import Engine, Silent
from migration_lint.project import changed, collect, history, loading, reach, recorded, relations, selection
from migration_lint.project.suppressions import Suppressions
from migration_lint.rules import Rule
from migration_lint.sql.offline import OfflineError
from migration_lint.types import Finding, MigrationImpact, Plan, Recorded, Report, Since, Target


@dataclass
class Run:
    """The impacts of what was selected, one migration at a time, and what went wrong on the way."""

    config: conf.Config
    targets: tuple[Target, ...]
    graph: loading.Graph
    selected: frozenset[tuple[str, str]]
    together: bool
    errors: list[str]
    app_label: str | None = None
    since: Since | None = None
    recorded: tuple[Recorded, ...] = ()
    within: reach.Reach | None = None
    release: frozenset[tuple[str, str]] = frozenset()
    narrowing: selection.Narrowing = field(default_factory=selection.Narrowing)
    left_out: int = 0
    """How many migrations the configuration has left out of those that were asked for."""

    def impacts(
        self,
        reverses: bool,
        progress: Callable[[int], None] = lambda number: None,
        ending: collect.Ending | None = None,
    ) -> Iterator[tuple[MigrationImpact, ...]]:
        release = selection.releases(self.selected, self.together, self.release)
        try:
            yield from collect.walk(
                self.graph.migrations,
                self.graph.unmigrated,
                self.targets,
                release,
                reverses,
                self.errors,
                progress,
                self.config.deploy_order,
                ending,
                self.graph.order,
                self.within,
            )
        except OfflineError as error:
            raise conf.UsageError(f"{error}. Is it installed, and does it support this version of Django?") from error


def prepare(
    config: conf.Config,
    app_label: str | None = None,
    name: str | None = None,
    all_separately: bool = False,
    since: str | None = None,
    check_history: Iterable[str] = (),
    files: Iterable[str] | None = None,
    unapplied: str | None = None,
    applied: str | None = None,
) -> Run:
    """Load the graph and select. Raises UsageError.

    What `files`, a commit or an alias in `unapplied` select is one release; what `applied` selects is a release each.
    """
    targets = conf.targets(config)
    graph = loading.load()
    selected = selection.select(graph, app_label, name, config.third_party or app_label is not None)
    together = app_label is not None and not all_separately
    narrowing = selection.narrowing(graph, config, next(iter(selected)) if name is not None else (app_label, None))
    past = None
    if files is not None:
        listed = selection.by_files(graph, files)
        selected = listed if app_label is None else selected & listed
        together = not all_separately
    if unapplied is not None:
        selected -= recorded.applied(graph, unapplied, "--unapplied")
        together = not all_separately
    if applied is not None:
        selected &= recorded.applied(graph, applied, "--applied")
        together = False
    if since is not None:
        past = changed.since(graph, since, Path.cwd())
        selected &= past.new | past.before.keys()
        together = not all_separately
    known = tuple(recorded.recorded(graph, alias) for alias in dict.fromkeys(check_history))
    # What is not to be linted goes out with the rest all the same; what is older has long been there.
    release = frozenset(key for key in selected if key not in narrowing.old or key == narrowing.named)
    linted = frozenset(key for key in selected if not narrowing.leaves_out(*key))
    left_out = len(selected) - len(linted)
    within = reach.reach(graph.migrations, graph.unmigrated, linted, {target.vendor for target in targets})
    return Run(config, targets, graph, linted, together, [], app_label, past, known, within, release, narrowing, left_out)


def lint(run: Run, progress: Callable[[int], None] = lambda number: None, change: baseline.Change | None = None) -> Report:
    """Run the rules chosen over the migrations selected. `change` is what happens to the baseline. Raises UsageError."""
    started = time.perf_counter()
    baseline.check(run.config.baseline, change)
    rules = choosing.known_rules(run.config)
    suppressions = Suppressions(choosing.meanings(rules), run.config.require_reason)
    engine = Engine(choosing.chosen(run.config), suppressions, silence(run, rules), conf.is_narrowed(run.config))
    known = history.build(run.graph, run.config.third_party, run.app_label, run.since, run.recorded, run.within)
    plan = Plan(
        tuple(m for m in run.graph.migrations if (m.app_label, m.name) in run.selected),
        (*run.graph.problems, *relations.problems(known, [(m.app_label, m.name) for m in run.graph.migrations], run.selected)),
        run.targets,
        known,
    )
    findings: list[Finding] = engine.check_plan(plan)
    told = {rule.id for rule in engine.rules}
    run.errors += [problem.message for problem in run.graph.problems if problem.rule not in told]
    operations = unread = 0
    ending = collect.Ending(lambda: bool(engine.open))
    for impacts in run.impacts(engine.needs_reverse, progress, ending):
        findings += engine.check_migration(impacts)
        operations += len(impacts[0].migration.operations)
        unread += len({part.step.index[0] for impact in impacts for part in impact.impacts if part.is_unread})
    if late := [*engine.check_end(ending.catalogs), *engine.check_suppressions()]:
        places = {(m.app_label, m.name): number for number, m in enumerate(run.graph.migrations)}
        findings = sorted([*findings, *late], key=lambda f: places.get((f.app_label or "", f.migration or ""), -1))
    errors = (*run.errors, *engine.errors)
    baselined = 0
    stale: tuple[baseline.Entry, ...] = ()
    if run.config.baseline:
        if change is not None and errors:
            raise conf.UsageError(f"The baseline stays as it is, for not everything could be analysed: {'; '.join(errors)}")
        findings, baselined, stale = baseline.apply(run.config.baseline, findings, partial(looked, run, engine), change)
    return Report(
        tuple(findings),
        run.targets,
        len(run.selected),
        operations,
        errors,
        time.perf_counter() - started,
        {"unread": unread},
        engine.suppressed,
        baselined,
        stale,
        tuple((m.app_label, m.name) for m in plan.migrations),
        engine.rules,
        run.config.fail_level,
        run.left_out,
    )


def silence(run: Run, rules: Iterable[Rule]) -> Silent:
    """What the configuration keeps from being told. What breaks the graph is told whatever is left out: nothing can run."""
    ignored = choosing.ignored_by_migration(run.config, rules)
    broken = {(problem.rule, problem.app_label, problem.migration or "") for problem in run.graph.problems}

    def is_silent(rule: str, app_label: str, name: str) -> bool:
        left_out = run.narrowing.leaves_out(app_label, name) or ignored(app_label, name, rule)
        return left_out and (rule, app_label, name) not in broken

    return is_silent


def looked(run: Run, engine: Engine, entry: baseline.Entry) -> bool:
    """Whether this run would have found what the baseline lists, if it were there."""
    rule, app_label, migration, _ = entry
    if linted := engine.linted.get((app_label, migration)):
        return engine.ran(linted, frozenset({rule}))
    of_app = app_label != baseline.WHOLE
    if run.together or engine.is_partial or (of_app and engine.is_silent(rule, app_label, migration.strip(baseline.WHOLE))):
        return False
    there = any((m.app_label, m.name) == (app_label, migration) for m in run.graph.migrations)
    return not there and any(each.id == rule for each in engine.rules) and rule not in engine.crashed
