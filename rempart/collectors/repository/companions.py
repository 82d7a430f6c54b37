"""Resources that say something of another one: a bucket's encryption, its access block, its ACL."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from rempart.collectors.repository.instances import resources
from rempart.collectors.repository.syntax import Block, Expression, Indexed, Reference
from rempart.collectors.repository.values import ROOT, Module

Place: TypeAlias = tuple[str, ...]  # module, resource type, name, and the instance it names
Found: TypeAlias = tuple[Module, Block]
EACH = "*"  # the instance a companion means, where it is made for each of them


class Companions:
    """The companions in all modules of one root, found by whom they refer to or name."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self._modules = modules
        self._index: dict[tuple[str, str], dict[Place, list[Found]]] = {}

    def of(
        self, module: Module, resource: Block, type_: str, by: str
    ) -> Iterator[tuple[Found, bool]]:
        """The companions of a resource; whether each is there whenever the resource is."""
        index = self._index.get((type_, by))
        if index is None:
            index = self._index[type_, by] = self._indexed(type_, by)
        for place in _places(module, resource, by):
            for found in index.get(place, ()):
                certain = not found[1].perhaps or _alike(found[1], resource)
                if place[-1] != EACH or certain:
                    yield found, certain

    def _indexed(self, type_: str, by: str) -> dict[Place, list[Found]]:
        index: dict[Place, list[Found]] = {}
        for module in self._modules:
            for _, block in resources(module, type_):
                attribute = block.attributes.get(by)
                place = _meant(module, block, attribute.value) if attribute else None
                if place is not None:
                    index.setdefault(place, []).append((module, block))
        return index


def _meant(module: Module, companion: Block, expression: Expression) -> Place | None:
    """What a companion refers to, or the name it gives."""
    value = module.value(expression)
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Reference):
        return (value.module, *value.steps[:3])
    of = expression
    while isinstance(of, Indexed):
        of = of.of
    if isinstance(of, Reference) and of.steps[:2] == ("each", "value"):
        each = companion.attributes.get("for_each")
        of = each.value if each else None
    if isinstance(of, Reference) and len(of.steps) == 2:
        return (module.prefix or ROOT, *of.steps, EACH)
    return None


def _places(module: Module, resource: Block, by: str) -> Iterator[Place]:
    here = (module.prefix or ROOT, *resource.labels)
    instance = resource.instance.strip('[]"')
    if instance:
        yield (*here, instance)
    elif resource.perhaps:
        yield (*here, EACH)
    if instance in ("", "0"):
        yield from ((*here, part) for part in ("id", "bucket", "name", "arn", by) if part)
    named = resource.attributes.get(by) or resource.attributes.get("name")
    name = module.value(named.value) if named else None
    if isinstance(name, str):
        yield (name,)


def _alike(companion: Block, resource: Block) -> bool:
    """Whether both are made under the same condition, or one for each of the other."""
    for name in ("count", "for_each"):
        one, other = companion.attributes.get(name), resource.attributes.get(name)
        if one is None:
            continue
        if isinstance(one.value, Reference) and one.value.steps == resource.labels:
            return True
        if other is not None:
            return repr(one.value) == repr(other.value)
    return False
