"""Pipelines of GitHub and GitLab: secrets in their variables, and what their scripts give away.

Source: GitHub, workflow syntax (env, jobs.*.env, steps.with, steps.run); GitLab CI/CD YAML syntax
(variables, script). Containers that run beside a job for its tests live as long as the job: their
passwords are no secrets.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rempart.check import Observation
from rempart.collectors.repository.commands import told
from rempart.collectors.repository.environment import Variable, said, secrets, text
from rempart.collectors.repository.leaks import given_away
from rempart.collectors.repository.places import Place
from rempart.collectors.text import clean
from rempart.documents import Document, Limits, every

LIMITS = Limits(size=2_000_000, nodes=100_000, aliases=True)
SCRIPTS: Final = ("script", "before_script", "after_script")
# What stands at the top of a GitLab file and is no job.
GLOBAL: Final = frozenset(
    {"stages", "include", "workflow", "default", "image", "services", "cache", "pages"}
)


def pipeline(path: str, content: bytes) -> Iterator[Observation]:
    """What a pipeline gives away; raises ContentErrors for what is no harmless YAML."""
    for document in every(content, path, limits=LIMITS, tagged=True):
        if not isinstance(document.value, dict):
            continue
        yield from _variables(path, document, ("env",), "env")
        yield from _variables(path, document, ("variables",), "variables")
        jobs = document.value.get("jobs")
        if isinstance(jobs, dict):
            for name, job in jobs.items():
                yield from _github(
                    path, document, ("jobs", name), f"jobs.{clean(str(name), 60)}", job
                )
            continue
        runs = document.value.get("runs")
        if isinstance(runs, dict):
            yield from _github(path, document, ("runs",), "runs", runs)
            continue
        for name, job in document.value.items():
            if isinstance(job, dict) and name not in GLOBAL | {"variables", "env"}:
                yield from _gitlab(path, document, name, job)


def _github(
    path: str, document: Document, steps: tuple[Any, ...], key: str, job: object
) -> Iterator[Observation]:
    if not isinstance(job, dict):
        return
    yield from _variables(path, document, (*steps, "env"), f"{key}.env")
    done = job.get("steps")
    for number, step in enumerate(done if isinstance(done, list) else ()):
        if not isinstance(step, dict):
            continue
        here = (*steps, "steps", number)
        name = clean(str(step.get("name") or step.get("id") or f"step#{number + 1}"), 80)
        for part in ("env", "with"):
            yield from _variables(path, document, (*here, part), f"{key} / {name}.{part}")
        if isinstance(step.get("run"), str):
            yield from _script(path, document, (*here, "run"), f"{key} / {name}", step["run"])


def _gitlab(
    path: str, document: Document, name: str, job: Mapping[str, Any]
) -> Iterator[Observation]:
    key = clean(str(name), 80)
    yield from _variables(path, document, (name, "variables"), f"{key}.variables")
    for part in SCRIPTS:
        lines = job.get(part)
        listed = [lines] if isinstance(lines, str) else lines
        for number, line in enumerate(listed if isinstance(listed, list) else ()):
            steps = (name, part) if isinstance(lines, str) else (name, part, number)
            if isinstance(line, str):
                yield from _script(path, document, steps, f"{key}.{part}", line)


def _script(
    path: str, document: Document, steps: tuple[Any, ...], key: str, script: str
) -> Iterator[Observation]:
    place = Place(path, document.line_of(steps))
    plain = script.replace("${{", "${").replace("}}", "}")
    yield from given_away(told(plain), key, place, lines=False)


def _variables(
    path: str, document: Document, steps: tuple[Any, ...], key: str
) -> Iterator[Observation]:
    value: Any = document.value
    for step in steps:
        value = (
            value.get(step)
            if isinstance(value, dict)
            else value[step]
            if isinstance(value, list)
            else None
        )
    if not isinstance(value, dict):
        return
    given = []
    for name, one in value.items():
        inner = one.get("value") if isinstance(one, dict) else one
        if not isinstance(inner, dict | list):
            shown = text(inner).replace("${{", "${").replace("}}", "}")
            given.append(Variable(str(name), shown, Place(path, document.line_of((*steps, name)))))
    yield from secrets(given, key)
    yield from said(given, key)
