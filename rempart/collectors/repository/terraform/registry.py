"""Calls of well-known registry modules, as the resources they make: a table of their inputs.

The module itself is not here and is not fetched. What the table maps is judged by the rows of the
resource's type; a topic none of whose settings is mapped is left out.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, Final

import msgspec

from rempart.collectors.repository.resource import Resource, Setting, Written, steps, within
from rempart.collectors.repository.rows import Conditions
from rempart.collectors.repository.rules import fulfilled
from rempart.collectors.repository.terraform.calls import META, Foreign, registered
from rempart.collectors.repository.terraform.filling import filled
from rempart.collectors.repository.terraform.syntax import Reference
from rempart.collectors.repository.terraform.values import ROOT
from rempart.collectors.repository.terraform.versions import below, older, parsed
from rempart.collectors.repository.texts import frozen
from rempart.documents import decode
from rempart.documents.kept import kept

TABLE: Final = Path(__file__).parents[1] / "tables" / "modules.yaml"


class Made(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One resource a module makes: settings by input, and what the module gives by itself."""

    type: str = msgspec.field(name="as")
    inputs: dict[str, str] = {}
    defaults: dict[str, Any] = {}
    before: dict[str, dict[str, Any]] = {}
    when: Conditions = {}
    by: str = ""


class Known(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A module of a registry; `source_read` says where its inputs were read."""

    source: str
    makes: tuple[Made, ...]
    source_read: str


@lru_cache(maxsize=1)
def known() -> dict[str, Known]:
    """The modules by their registry's name."""
    return (
        {one.source.lower(): one for one in decode(kept(TABLE), list[Known])}
        if TABLE.exists()
        else {}
    )


def called_resources(
    call: Foreign, modules: Mapping[str, Known] | None = None
) -> Iterator[Resource] | None:
    """What a call makes, as far as the table knows; None for a module it does not know."""
    module = (known() if modules is None else modules).get(registered(call.source))
    return None if module is None else _made(module, call)


def _made(module: Known, call: Foreign) -> Iterator[Resource]:
    here = (call.caller.prefix or ROOT, "module", call.block.labels[0])
    version = call.block.attributes.get("version")
    asked = version.value if version and isinstance(version.value, str) else ""
    for place, made in enumerate(module.makes):
        body = CallBody(call, made, asked, here if place else ())
        if fulfilled(made.when, body.given, body.given) is False:
            continue
        yield Resource(
            made.type,
            call.address,
            call.file,
            call.block.line,
            call.block.end_line,
            body,
            () if place else (here,),
            call.root,
            call.block.perhaps,
            older=partial(older, call.caller, made.type),
            covers=body.covers,
        )


class _Given:
    """The inputs of a call by their own names."""

    def __init__(self, call: Foreign) -> None:
        self._call = call

    def at(self, path: str) -> list[Setting]:
        first, *rest = steps(path)
        if first.name in META or first.name not in self._call.inputs:
            return []
        expression = self._call.inputs[first.name]
        value = self._call.caller.value(filled(expression, {}))
        where = self._call.block.attributes.get(first.name)
        lines = (where.line, where.end_line) if where else (self._call.block.line,) * 2
        text = str(expression) if isinstance(expression, Reference) else ""
        return within(Setting(first.name, value, *lines, text), rest)

    def parts(self, name: str) -> Iterator[tuple[str, Written, int, int]]:
        for setting in self.at(name):
            value = setting.value
            for one in value if isinstance(value, tuple) else (value,):
                line = setting.line
                yield "", Written(one, partial(_standing, line)), line, setting.end_line


def _standing(line: int, _keys: tuple[Any, ...]) -> int:
    return line


class CallBody:
    """The settings of a resource, read from the inputs of the call that makes it."""

    def __init__(self, call: Foreign, made: Made, version: str, of: tuple[str, ...]) -> None:
        self.given = _Given(call)
        self._made = made
        self._of = of
        self._line = call.block.line
        self._defaults = dict(made.defaults)
        for limit, earlier in made.before.items():
            if version and below(version, parsed(limit)):
                self._defaults |= earlier

    def at(self, path: str) -> list[Setting]:
        if self._made.by and path == self._made.by:
            value = Reference(self._of[1:], self._of[0]) if self._of else None
            return [Setting(path, value, self._line, self._line)]
        for mapped, name in self._made.inputs.items():
            rest = _rest(path, mapped)
            if rest is not None:
                found = self.given.at(name + rest)
                if any(one.value is not None for one in found):
                    return found
        for mapped, value in self._defaults.items():
            rest = _rest(path, mapped)
            if rest is not None:
                setting = Setting(mapped, frozen(value), self._line, self._line)
                return within(setting, steps(rest.lstrip("."))) if rest else [setting]
        return []

    def parts(self, name: str) -> Iterator[tuple[str, Written, int, int]]:
        for mapped, given in self._made.inputs.items():
            if mapped == name:
                yield from self.given.parts(given)

    def covers(self, path: str) -> bool:
        """Whether the table says anything of a path."""
        mapped: Mapping[str, Any] = {**self._made.inputs, **self._defaults}
        return any(_rest(path, one) is not None or one.startswith(f"{path}.") for one in mapped)


def _rest(path: str, mapped: str) -> str | None:
    """What follows a mapped path; None where the path lies elsewhere."""
    if path == mapped:
        return ""
    if path.startswith((f"{mapped}.", f"{mapped}[")):
        return path[len(mapped) :]
    return None
