"""A Terraform plan as JSON (`terraform show -json`): every value that is known, by its address.

What Terraform only learns when it applies is not known; what it will then refer to is, from the
configuration that the plan carries. Source: Terraform, JSON output format, format version 1.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Gap, Observation, Unknown
from rempart.collectors.repository.companions import Estate
from rempart.collectors.repository.ports import opened
from rempart.collectors.repository.resource import Place, Pointer, Resource, Written
from rempart.collectors.repository.rows import of_terraform
from rempart.collectors.repository.terraform.versions import below, parsed
from rempart.collectors.repository.topics import observed
from rempart.errors import ContentError, ContentErrors, Reason

DEPTH: Final = 30
APPLY: Final = Unknown(Reason.UNRESOLVED, "known after apply")
LATER: Final = ("var.", "local.", "each.", "count.", "data.")
_STEP: Final = re.compile(r'\["?([^\]"]*)"?\]|([^.\[\]]+)')
_INDEX: Final = re.compile(r"\[[^\]]*\]")


def planned(path: str, content: bytes) -> Iterator[Observation | Gap]:
    """What a plan will make; nothing where the file is no plan.

    Raises ContentErrors for what is no JSON.
    """
    try:
        plan = json.loads(content)
    except (ValueError, RecursionError):
        raise ContentErrors([ContentError("expected JSON", file=path, line=1)]) from None
    if not isinstance(plan, dict) or not isinstance(plan.get("planned_values"), dict):
        return
    estate = Estate(_Plan(path, plan).resources())
    yield from observed(estate, of_terraform(estate.types))
    yield from opened(estate.resources)


class _Plan:
    def __init__(self, path: str, plan: dict[str, Any]) -> None:
        self._path = path
        self._root = plan["planned_values"].get("root_module")
        self._unknown: dict[str, Any] = {}
        for one in _dicts(plan.get("resource_changes")):
            change = one.get("change")
            if isinstance(change, dict):
                self._unknown[str(one.get("address"))] = change.get("after_unknown")
        configuration = plan.get("configuration")
        self._configuration = configuration if isinstance(configuration, dict) else {}
        self._expressions = dict(_expressions(self._configuration.get("root_module"), ""))

    def resources(self) -> Iterator[Resource]:
        """The resources of all modules."""
        waiting = [self._root]
        while waiting:
            module = waiting.pop()
            if not isinstance(module, dict):
                continue
            waiting += reversed(_dicts(module.get("child_modules")))
            for one in _dicts(module.get("resources")):
                if one.get("mode", "managed") == "managed":
                    yield self._resource(str(module.get("address", "")), one)

    def _resource(self, module: str, one: dict[str, Any]) -> Resource:
        type_, name, address = (str(one.get(key, "")) for key in ("type", "name", "address"))
        plain = f"{_INDEX.sub('', module)}.{type_}.{name}".lstrip(".")
        expressions = self._expressions.get(plain, {})
        here = f"{module}." if module else "."
        unknown = self._unknown.get(address)
        value = _merged(one.get("values"), unknown, expressions, here, DEPTH)
        index = one.get("index")
        place: Place = (here, type_, name) if index is None else (here, type_, name, str(index))
        provider = type_.partition("_")[0]
        return Resource(
            type_,
            address,
            self._path,
            1,
            1,
            Written(value, lambda _keys: 1),
            (place,),
            self._path,
            older=lambda version: self._older(provider, version),
        )

    def _older(self, provider: str, version: str) -> bool:
        for one in _values(self._configuration.get("provider_config")):
            if one.get("name") == provider and isinstance(one.get("version_constraint"), str):
                return below(one["version_constraint"], parsed(version))
        return False


def _dicts(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _values(value: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    return _dicts(list(value.values())) if isinstance(value, dict) else []


def _expressions(module: Any, address: str, depth: int = DEPTH) -> Iterator[tuple[str, Any]]:  # noqa: ANN401
    """The expressions of every resource by its address without instances."""
    if not isinstance(module, dict) or depth <= 0:
        return
    for one in _dicts(module.get("resources")):
        yield f"{address}{one.get('type')}.{one.get('name')}", one.get("expressions")
    calls = module.get("module_calls")
    for name, call in calls.items() if isinstance(calls, dict) else ():
        inner = call.get("module") if isinstance(call, dict) else None
        yield from _expressions(inner, f"{address}module.{name}.", depth - 1)


def _merged(value: Any, unknown: Any, expressions: Any, here: str, depth: int) -> Any:  # noqa: ANN401
    """Values with what is not known in its place, and what that refers to where a name says so."""
    if unknown is True:
        return _referred(expressions, here)
    if depth <= 0:
        return APPLY
    if isinstance(value, dict) or (value is None and isinstance(unknown, dict)):
        given = value if isinstance(value, dict) else {}
        open_ = unknown if isinstance(unknown, dict) else {}
        written = expressions if isinstance(expressions, dict) else {}
        return {
            key: _merged(given.get(key), open_.get(key), written.get(key), here, depth - 1)
            for key in {**given, **open_}
        }
    if isinstance(value, list):
        opens = unknown if isinstance(unknown, list) else []
        names = expressions if isinstance(expressions, list) else []
        return [
            _merged(
                one,
                opens[place] if place < len(opens) else None,
                names[place] if place < len(names) else None,
                here,
                depth - 1,
            )
            for place, one in enumerate(value)
        ]
    return value


def _referred(expressions: Any, here: str) -> Any:  # noqa: ANN401
    references = expressions.get("references") if isinstance(expressions, dict) else None
    first = references[0] if isinstance(references, list) and references else None
    if not isinstance(first, str) or first.startswith(LATER):
        return APPLY
    steps = tuple(match[1] or match[2] for match in _STEP.finditer(first))
    return Pointer(steps, here) if len(steps) > 1 and steps[0] != "module" else APPLY
