"""Everything the Ansible files of a repository declare, each task once."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from rempart.check import Gap, Observation
from rempart.collectors.repository.ansible import facts
from rempart.collectors.repository.ansible.files import Book, Variables
from rempart.collectors.repository.ansible.names import canonical
from rempart.collectors.repository.ansible.secrets import asked, literal_of, plain, within
from rempart.collectors.repository.ansible.settings import configuration, connection
from rempart.collectors.repository.ansible.syntax import (
    Play,
    Task,
    play_tasks,
    plays,
    tasks,
)
from rempart.collectors.repository.ansible.variables import as_written, resolved
from rempart.collectors.repository.environment import Variable, said, secrets, text
from rempart.collectors.repository.places import Place, secret
from rempart.collectors.repository.ports import opened
from rempart.collectors.repository.resource import Resource, Written
from rempart.collectors.repository.rows import table
from rempart.collectors.repository.secrets.given import kind_of
from rempart.collectors.repository.topics import observed
from rempart.documents import Document

GONE: Final = frozenset({"absent", "deleted", "terminated", "stopped", "list", "info", "gathered"})
NAMES: Final = (
    "name",
    "db_instance_identifier",
    "identifier",
    "id",
    "cluster_id",
    "bucket",
    "group_name",
    "db_cluster_identifier",
)
Seen = Observation | Gap


def declared(books: Sequence[Book]) -> Iterator[Seen]:
    """What the files declare together."""
    variables = Variables(books)
    names = frozenset(name for one in books if one.document for name in asked(one.document.value))
    for one in books:
        if one.kind == "settings":
            yield from configuration(one.path, one.text)
        elif one.kind == "hosts" and one.hosts is not None:
            yield from connection(one.path, one.hosts.given)
        elif one.document is None:
            continue
        elif one.kind == "vars":
            yield from within(one.document, one.document.value, (), one.path, f"{one.path}:", names)
        else:
            yield from _book(one, one.document, variables, names)


def _book(
    one: Book, document: Document, variables: Variables, names: frozenset[str]
) -> Iterator[Seen]:
    """The plays or tasks of one file."""
    if one.kind == "plays":
        for play in plays(document):
            own = play.value.get("vars")
            yield from within(document, own, (*play.steps, "vars"), one.path, play.label, names)
            scope = variables.of_play(one, play.hosts, play.value)
            yield from _tasks(one.path, document, list(play_tasks(play, scope)), play)
        return
    found = tasks(document.value, (), variables.of_tasks(one), {})
    yield from _tasks(one.path, document, list(found), None)


def _tasks(path: str, document: Document, found: list[Task], play: Play | None) -> Iterator[Seen]:
    set_here: dict[str, Any] = {}
    for task in found:
        if canonical(task.module) == "set_fact" and not task.perhaps:
            set_here |= {key: one for key, one in task.arguments.items() if key != "cacheable"}
    resources: list[Resource] = []
    counts: dict[str, int] = {}
    for task in found:
        address = _address(task, play, counts)
        scope = task.scope.inner(set_here)
        module = canonical(task.module)
        yield from _given(path, document, task, address)
        arguments = resolved(dict(task.arguments), scope)
        if not isinstance(arguments, dict) or str(arguments.get("state", "")).lower() in GONE:
            continue
        place = Place(path, document.line_of(task.steps))
        plain_ = as_written(arguments, dict(task.arguments))
        if task.free:
            plain_["_raw"] = as_written(resolved(task.free, scope), task.free)
        yield from facts.verification(arguments, address, _at(path, document, task, place))
        yield from facts.facts(module, plain_, address, place)
        resources.append(_resource(path, document, task, module, address, arguments))
    yield from observed(resources, table("ansible"))
    yield from opened(resources)


def _at(path: str, document: Document, task: Task, place: Place) -> Place:
    """Where a task says whether it verifies its peer."""
    asked_ = (one for _, _, names in facts.VERIFIED for one in names)
    named = next((one for one in asked_ if one in task.arguments), "")
    return place.at(_line(document, task, (named,))) if named else place


def _address(task: Task, play: Play | None, counts: dict[str, int]) -> str:
    """Play and task: its name, else its module and ordinal."""
    name = " ".join(task.name.split())
    if not name:
        module = task.module
        counts[f"\0{module}"] = counts.get(f"\0{module}", 0) + 1
        name = f"{module}#{counts[f'{chr(0)}{module}']}"
    name = f"{name}{task.item}"
    counts[name] = counts.get(name, 0) + 1
    numbered = name if counts[name] == 1 else f"{name}#{counts[name]}"
    return f"{play.label} / {numbered}" if play else numbered


def _resource(
    path: str, document: Document, task: Task, module: str, address: str, arguments: dict[str, Any]
) -> Resource:
    line = document.line_of(task.head)
    named = [arguments[name] for name in NAMES if isinstance(arguments.get(name), str)]
    return Resource(
        type=module,
        address=address,
        file=path,
        line=document.line_of(task.steps) or line,
        end_line=document.line_of(task.steps) or line,
        body=Written(arguments, lambda steps: _line(document, task, steps)),
        names=tuple((name,) for name in named),
        perhaps=task.perhaps,
    )


def _line(document: Document, task: Task, steps: tuple[Any, ...]) -> int:
    moved = task.moved.get(str(steps[0])) if steps else None
    if moved is not None:
        return document.line_of(moved)
    return document.line_of((*task.steps, *steps))


def _given(path: str, document: Document, task: Task, address: str) -> Iterator[Observation]:
    """Secrets in the arguments, the environment and the own variables of a task."""
    written_here = {key: one for key, one in task.arguments.items() if key not in task.moved}
    yield from within(document, written_here, task.steps, path, address)
    for key in task.moved:
        one, kind = task.arguments[key], kind_of(key)
        literal = literal_of(one) if kind else None
        if literal is not None:
            place = Place(path, document.line_of(task.moved[key]))
            yield secret(kind, f"{address}.{key}", literal, place, plain(one), key)
    own = task.keywords.get("vars")
    yield from within(document, own, (*task.head, "vars"), path, f"{address} vars")
    environment = task.keywords.get("environment")
    if isinstance(environment, Mapping):
        given = [
            Variable(
                str(name),
                text(one),
                Place(path, document.line_of((*task.head, "environment", name))),
            )
            for name, one in environment.items()
            if not isinstance(one, Mapping | list)
        ]
        yield from secrets(given, f"{address}.environment")
        yield from said(given, address)
