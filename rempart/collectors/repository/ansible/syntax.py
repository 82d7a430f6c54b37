"""Playbooks and task files cut into tasks: blocks opened up, loops over written lists made several.

Source: Ansible core 2.18, playbook keywords; free-form arguments (`module: a=b c=d`),
`local_action` and `action` are the older ways to write a task.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from rempart.collectors.repository.ansible.shapes import KEYWORDS, is_play
from rempart.documents import Document
from rempart.documents.document import Step

DEPTH: Final = 20  # blocks in blocks
LOOPS: Final = 100  # items of one loop
LISTS: Final = ("pre_tasks", "tasks", "post_tasks", "handlers")
_PAIR = re.compile(r"""(\w+)=("(?:\\.|[^"\\])*"|'[^']*'|(?:\{\{.*?\}\}|[^\s"'])*)""", re.S)

Steps = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Variables in force, nearest first, each layer with the steps to its own lines."""

    layers: tuple[Mapping[str, Any], ...] = ()

    def inner(self, *layers: object) -> "Scope":
        """The same with layers put before."""
        made = tuple(one for one in layers if isinstance(one, dict) and one)
        return Scope((*made, *self.layers)) if made else self


@dataclass(frozen=True, slots=True)
class Task:
    """One task: its module as written, its arguments, and where they stand in the document.

    `steps` leads to the arguments, `head` to the task. `perhaps` where it has a condition.
    """

    module: str
    arguments: Mapping[str, Any]
    free: str
    steps: Steps
    head: Steps
    name: str
    keywords: Mapping[str, Any]
    scope: Scope
    perhaps: bool = False
    item: str = ""
    moved: Mapping[str, Steps] = field(default_factory=dict)  # arguments that stand elsewhere


@dataclass(frozen=True, slots=True)
class Play:
    """One play: its name or ordinal, whom it is for, its variables and tasks."""

    label: str
    steps: Steps
    value: Mapping[str, Any]

    @property
    def hosts(self) -> str:
        """The pattern of hosts, as written."""
        hosts = self.value.get("hosts")
        return ":".join(map(str, hosts)) if isinstance(hosts, list) else str(hosts or "")

    @property
    def roles(self) -> list[tuple[str, Mapping[str, Any]]]:
        """The roles it calls, with the variables it gives them."""
        found: list[tuple[str, Mapping[str, Any]]] = []
        roles = self.value.get("roles")
        for one in roles if isinstance(roles, list) else ():
            if isinstance(one, dict):
                given = one.get("vars")
                apart = {
                    key: value
                    for key, value in one.items()
                    if key not in ("role", "name", "vars", "tags", "when")
                }
                merged = {**apart, **(given if isinstance(given, dict) else {})}
                found.append((str(one.get("role") or one.get("name") or ""), merged))
            else:
                found.append((str(one), {}))
        return found


def plays(document: Document) -> Iterator[Play]:
    """The plays of a playbook."""
    items = document.value if isinstance(document.value, list) else ()
    for place, item in enumerate(items):
        if is_play(item):
            yield Play(str(item.get("name") or f"play#{place + 1}"), (place,), item)


def play_tasks(play: Play, scope: Scope) -> Iterator[Task]:
    """The tasks of a play, handlers included."""
    inner = scope.inner(play.value.get("vars"))
    defaults = _defaults(play.value, {})
    for name in LISTS:
        items = play.value.get(name)
        if isinstance(items, list):
            yield from tasks(items, (*play.steps, name), inner, defaults)


def tasks(
    items: list[Any],
    steps: Steps,
    scope: Scope,
    defaults: Mapping[str, Mapping[str, Any]],
    *,
    perhaps: bool = False,
    depth: int = DEPTH,
) -> Iterator[Task]:
    """The tasks of a list, those in blocks included, one for each item of a written loop."""
    for place, item in enumerate(items):
        if not isinstance(item, dict) or depth <= 0:
            continue
        here = (*steps, place)
        inner, given = scope.inner(item.get("vars")), _defaults(item, defaults)
        condition = item.get("when")
        if condition is False or condition == "false":
            continue
        doubtful = perhaps or condition not in (None, True, "true", [])
        if "block" in item:
            for name in ("block", "rescue", "always"):
                if isinstance(item.get(name), list):
                    yield from tasks(
                        item[name], (*here, name), inner, given, perhaps=doubtful, depth=depth - 1
                    )
            continue
        task = _task(item, here, inner, given, doubtful)
        if task is not None:
            yield from _looped(task, item)


def _defaults(item: Mapping[str, Any], above: Mapping[str, Any]) -> Mapping[str, Any]:
    own = item.get("module_defaults")
    return {**above, **own} if isinstance(own, dict) else above


def _task(
    item: Mapping[str, Any], here: Steps, scope: Scope, defaults: Mapping[str, Any], perhaps: bool
) -> Task | None:
    named = [key for key in item if key not in KEYWORDS and not str(key).startswith("with_")]
    if len(named) != 1:
        return None
    module, value, steps = str(named[0]), item[named[0]], (*here, named[0])
    free, arguments = "", dict[str, Any]()
    if module in ("action", "local_action"):
        if isinstance(value, dict):
            arguments = {key: one for key, one in value.items() if key != "module"}
            module = str(value.get("module", ""))
        else:
            module, _, free = str(value).strip().partition(" ")
    elif isinstance(value, dict):
        arguments = dict(value)
    elif value is not None:
        free = str(value)
    moved: dict[str, Steps] = {}
    if free:
        for key, one in _PAIR.findall(free):
            arguments.setdefault(key, _scalar(one))
            moved[key] = steps
    for key, one in (item["args"] if isinstance(item.get("args"), dict) else {}).items():
        arguments.setdefault(key, one)
        moved.setdefault(key, (*here, "args", key))
    for key, one in _given(module, defaults).items():
        if key not in arguments:
            arguments[key] = one
            moved[key] = here
    return Task(
        module,
        arguments,
        free,
        steps,
        here,
        str(item.get("name") or ""),
        item,
        scope,
        perhaps,
        moved=moved,
    )


def _given(module: str, defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    short = module.rpartition(".")[2]
    for name, given in defaults.items():
        if isinstance(given, dict) and str(name).rpartition(".")[2] == short:
            return given
    return {}


def _scalar(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def _looped(task: Task, item: Mapping[str, Any]) -> Iterator[Task]:
    """One task an item where the list is written there, else the task with its item unknown."""
    name, values = _loop(item)
    control = item.get("loop_control")
    variable = str(control.get("loop_var", "item")) if isinstance(control, dict) else "item"
    if values is None:
        yield task
        return
    for place, value in enumerate(values[:LOOPS]):
        shown = value if isinstance(value, str | int) else place
        layer = {variable: value}
        yield replace(task, scope=task.scope.inner(layer), item=f"[{shown}]" if name else "")


def _loop(item: Mapping[str, Any]) -> tuple[str, list[Any] | None]:
    for name in ("loop", "with_items", "with_list", "with_flattened", "with_dict"):
        value = item.get(name)
        if isinstance(value, list):
            return name, value
        if name == "with_dict" and isinstance(value, dict):
            return name, [{"key": key, "value": one} for key, one in value.items()]
    return "", None
