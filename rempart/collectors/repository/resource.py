"""A declared thing as every format gives it to the rules: a type, an address, settings with lines.

Terraform blocks, CloudFormation resources, Ansible tasks and Kubernetes manifests all become a
`Resource`; what its settings are called and mean stands in the tables.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Final, Protocol, TypeAlias

from rempart.check import OneOf, Unknown
from rempart.collectors.repository.terraform.syntax import Reference
from rempart.errors import Reason

Pointer = Reference  # what a setting refers to: the steps of another resource's name
Place: TypeAlias = tuple[str, ...]
STANDS: Final = "is there"  # the value of a block that is looked at as a whole
LONGEST: Final = 200_000  # characters of a JSON text that is walked into
MANY: Final = 2_000  # settings of one path


@dataclass(frozen=True, slots=True)
class Setting:
    """A value as it stands somewhere; `text` is what is written where that is a plain name.

    `means` is what an undecided value is known to refer to all the same (one of several instances).
    """

    name: str
    value: Any  # bool, int, str, None, tuple, dict, Pointer, Unknown or OneOf
    line: int
    end_line: int
    text: str = ""
    means: Place = ()


class Body(Protocol):
    """What a resource holds."""

    def at(self, path: str) -> list[Setting]:
        """Every setting at a path; see the head of the tables for what a path is."""
        ...

    def parts(self, name: str) -> Iterator[tuple[str, "Body", int, int]]:
        """What stands under a name, each as a body of its own, with a label and its lines."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One declared thing; `names` are what others may call it.

    `perhaps` where nobody knows whether it is made; `condition` is on what that hangs, as written.
    `older` tells whether its provider is held below a version; `realm` groups those that share
    settings of a whole account. `covers` tells whether the body knows a path at all.
    """

    type: str
    address: str
    file: str
    line: int
    end_line: int
    body: Body
    names: Sequence[Place] = ()
    root: str = ""
    perhaps: bool = False
    condition: str = ""
    own: str = ""  # the name by which a companion is made for each of these
    realm: tuple[str, ...] = ()
    older: Callable[[str], bool] = lambda _version: False
    covers: Callable[[str], bool] = lambda _path: True


class Step:
    """One step of a path: a name, and of what it names only those with a setting."""

    __slots__ = ("key", "name", "words")

    def __init__(self, name: str, key: str = "", words: Sequence[str] = ()) -> None:
        self.name = name
        self.key = key
        self.words = frozenset(word.lower() for word in words)


_STEP: Final = re.compile(r"\[([^\]=]+)\]|([^.\[\]]+)(?:\[([^\]=]+)=([^\]]*)\])?")


@lru_cache(maxsize=8_192)
def steps(path: str) -> tuple[Step, ...]:
    """The steps of a path."""
    found = []
    for match in _STEP.finditer(path):
        dotted, name, key, words = match.groups()
        found.append(Step(dotted or name, key or "", (words or "").split("|") if key else ()))
    return tuple(found)


def within(setting: Setting, path: Sequence[Step]) -> list[Setting]:
    """The settings at a path inside the value of another, lists walked through."""
    found = [setting]
    for step in path:
        found = [inner for one in found for inner in _inside(one, step)][:MANY]
    return found


def _inside(setting: Setting, step: Step) -> Iterator[Setting]:
    value = setting.value
    if isinstance(value, Unknown):
        yield setting
    elif isinstance(value, OneOf | Reference):
        detail = str(value) if isinstance(value, Reference) else "one of several values"
        yield _with(setting, setting.name, Unknown(Reason.UNRESOLVED, detail))
    elif isinstance(value, tuple | list):
        for one in value:
            yield from _inside(_with(setting, setting.name, one), step)
    elif isinstance(value, dict):
        yield from _named(setting, value, step)
    elif isinstance(value, str) and value.lstrip()[:1] in ("{", "[") and len(value) < LONGEST:
        try:
            inner = json.loads(value)
        except (ValueError, RecursionError):
            return
        yield from _inside(_with(setting, setting.name, inner), step)


def _named(setting: Setting, value: dict[Any, Any], step: Step) -> Iterator[Setting]:
    keys = list(value) if step.name == "*" else [step.name] if step.name in value else []
    for key in keys:
        one = value[key]
        for each in one if step.key and isinstance(one, tuple | list) else (one,):
            if not step.key or has(each, step):
                yield _with(setting, str(key), each)


def has(value: Any, step: Step) -> bool:  # noqa: ANN401  (a value of a configuration)
    """Whether an element has the setting that a step asks for."""
    if isinstance(value, Unknown):
        return True
    if not isinstance(value, dict):
        return False
    return str(value.get(step.key)).lower() in step.words


def _with(setting: Setting, name: str, value: Any) -> Setting:  # noqa: ANN401
    return Setting(name, value, setting.line, setting.end_line)


class Written:
    """The settings of parsed YAML or JSON; `line_of` tells where a path of keys stands."""

    __slots__ = ("_line_of", "_value")

    def __init__(self, value: Any, line_of: Callable[[tuple[Any, ...]], int]) -> None:  # noqa: ANN401
        self._value = value
        self._line_of = line_of

    def at(self, path: str) -> list[Setting]:
        found: list[tuple[tuple[Any, ...], Any]] = [((), self._value)]
        for step in steps(path):
            found = [inner for keys, one in found for inner in _keyed(keys, one, step)][:MANY]
        return [self._setting(keys, value) for keys, value in found]

    def parts(self, name: str) -> Iterator[tuple[str, "Written", int, int]]:
        """What stands under a name, each as a body of its own, with a label and its line."""
        found: list[tuple[tuple[Any, ...], Any]] = [((), self._value)]
        for step in steps(name):
            found = [inner for keys, one in found for inner in _keyed(keys, one, step)][:MANY]
        for keys, value in found:
            listed = enumerate(value) if isinstance(value, list | tuple) else [(None, value)]
            for place, one in listed:
                here = keys if place is None else (*keys, place)
                label = one.get("DeviceName", one.get("name", "")) if isinstance(one, dict) else ""
                line = self._line_of(here)
                yield str(label)[:60], Written(one, partial(self._below, here)), line, line

    def _below(self, above: tuple[Any, ...], keys: tuple[Any, ...]) -> int:
        return self._line_of((*above, *keys))

    def _setting(self, keys: tuple[Any, ...], value: Any) -> Setting:  # noqa: ANN401
        name = next((str(key) for key in reversed(keys) if isinstance(key, str)), "")
        line = self._line_of(keys)
        whole = tuple(value) if isinstance(value, list) else value
        return Setting(name, whole, line, line)


def _keyed(keys: tuple[Any, ...], value: Any, step: Step) -> Iterator[tuple[tuple[Any, ...], Any]]:  # noqa: ANN401
    if isinstance(value, list | tuple):
        for place, one in enumerate(value):
            yield from _keyed((*keys, place), one, step)
    elif isinstance(value, dict):
        for key in list(value) if step.name == "*" else [step.name] if step.name in value else []:
            one = value[key]
            if step.key and isinstance(one, list | tuple):
                for place, each in enumerate(one):
                    if has(each, step):
                        yield (*keys, key, place), each
            elif not step.key or has(one, step):
                yield (*keys, key), one
    elif value is not None:
        for inner in _inside(Setting("", value, 0, 0), step):
            yield (*keys, step.name), inner.value
