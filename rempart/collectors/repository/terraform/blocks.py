"""Terraform's blocks as resources: addresses, names, and settings worked out when asked for."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, TypeAlias

from rempart.check import Unknown
from rempart.collectors.repository.companions import EACH
from rempart.collectors.repository.resource import (
    MANY,
    STANDS,
    Place,
    Resource,
    Setting,
    Step,
    steps,
    within,
)
from rempart.collectors.repository.terraform.instances import resources
from rempart.collectors.repository.terraform.syntax import (
    Attribute,
    Block,
    Expression,
    Indexed,
    Reference,
)
from rempart.collectors.repository.terraform.values import ROOT, Module, shown, unresolved
from rempart.collectors.repository.terraform.versions import older

Node: TypeAlias = Block | Setting
LABELS: Final = ("device_name", "name", "device_index", "lun")


def declared_resources(module: Module) -> Iterator[Resource]:
    """Every resource the module makes."""
    for type_, made in resources(module).items():
        newer = partial(older, module, type_)
        for file, block in made:
            yield Resource(
                type_,
                module.address(block),
                file,
                block.line,
                block.end_line,
                TerraformBody(module, block, file),
                _names(module, block),
                module.root,
                block.perhaps,
                _condition(block),
                f"each of {'.'.join(block.labels)}",
                _realm(module, block),
                newer,
            )


class TerraformBody:
    """The settings of a block in its module."""

    __slots__ = ("_block", "_file", "_module")

    def __init__(self, module: Module, block: Block, file: str) -> None:
        self._module = module
        self._block = block
        self._file = file

    def at(self, path: str) -> list[Setting]:
        """Every setting at a path; a dynamic block that is not decided hides what it makes."""
        self._module.asker = self._file
        found: list[Node] = [self._block]
        for step in steps(path):
            found = [inner for one in found for inner in self._inside(one, step)][:MANY]
            if not found:
                return []
        return [_whole(one) if isinstance(one, Block) else one for one in found]

    def parts(self, name: str) -> Iterator[tuple[str, "TerraformBody", int, int]]:
        """The nested blocks of a name as bodies of their own, with a label and their lines."""
        for block in nested(self._module, self._block, name):
            label = next((one for one in LABELS[:1] if one in block.attributes), "")
            value = self._module.value(block.attributes[label].value) if label else ""
            body = TerraformBody(self._module, block, self._file)
            yield shown(value)[:60], body, block.line, block.end_line

    def _inside(self, node: Node, step: Step) -> Iterator[Node]:
        if isinstance(node, Setting):
            yield from within(node, (step,))
            return
        if step.name == "*":
            for name in node.attributes:
                yield self._setting(node.attributes[name])
            yield from node.blocks
            return
        attribute = node.attributes.get(step.name)
        if attribute is not None:
            setting = self._setting(attribute)
            yield from _asked(setting, step) if step.key else (setting,)
        for block in node.blocks:
            if block.type == step.name:
                if not step.key or self._has(block, step):
                    yield block
            elif block.type == "dynamic" and block.labels in ((step.name,), (EACH,)):
                value = unresolved(f"{step.name} is a dynamic block")
                yield Setting(step.name, value, block.line, block.end_line)

    def _has(self, block: Block, step: Step) -> bool:
        attribute = block.attributes.get(step.key)
        value = self._module.value(attribute.value) if attribute else None
        return isinstance(value, Unknown) or shown(value).lower() in step.words

    def _setting(self, attribute: Attribute) -> Setting:
        expression = attribute.value
        value = self._module.value(expression)
        text = ""
        means: Place = ()
        if isinstance(expression, Reference):
            text = str(expression)
        if isinstance(value, Unknown):
            means = _one_of_many(self._module, self._block, expression)
        return Setting(attribute.name, value, attribute.line, attribute.end_line, text, means)


def nested(module: Module, block: Block, name: str) -> list[Block]:
    """The blocks of a name, those in undecided dynamic blocks and in attributes included."""
    found = []
    for one in block.blocks:
        if one.type == name:
            found.append(one)
        elif one.type == "dynamic" and one.labels == (name,):
            found += one.all("content")
    attribute = block.attributes.get(name)
    value = module.value(attribute.value) if attribute else None
    for item in value if isinstance(value, tuple) else (value,):
        if attribute is not None and item is not None:
            found.append(_as_block(attribute, item))
    return found


def _as_block(attribute: Attribute, value: Expression) -> Block:
    """An object in an attribute as the block it could have been; undecided where it is none."""
    where = (attribute.line, attribute.end_line)
    items = value.items() if isinstance(value, dict) else ()
    named = {name: Attribute(name, one, *where) for name, one in items}
    inner = [] if isinstance(value, dict) else [Block("dynamic", (EACH,), *where)]
    return Block(attribute.name, (), *where, attributes=named, blocks=inner)


def _whole(block: Block) -> Setting:
    return Setting(block.type, STANDS, block.line, block.end_line)


def _asked(setting: Setting, step: Step) -> Iterator[Setting]:
    """The elements of a list of objects that have what a step asks for."""
    outer = Setting("", {step.name: setting.value}, setting.line, setting.end_line)
    yield from within(outer, (step,))


def _one_of_many(module: Module, block: Block, expression: Expression) -> Place:
    """What an undecided expression refers to all the same: any instance of a resource."""
    of = expression
    while isinstance(of, Indexed):
        of = of.of
    if isinstance(of, Reference) and of.steps[0] == "module" and len(of.steps) > 2:
        return (module.prefix or ROOT, *of.steps[:2])  # what a registry module puts out
    if isinstance(of, Reference) and of.steps[:2] == ("each", "value"):
        each = block.attributes.get("for_each")
        of = each.value if each else None
    if isinstance(of, Reference) and len(of.steps) == 2:
        return (module.prefix or ROOT, *of.steps, EACH)
    return ()


def _names(module: Module, block: Block) -> Sequence[Place]:
    here = (module.prefix or ROOT, *block.labels)
    instance = block.instance.strip('[]"')
    if not instance:
        return [here, (*here, EACH)] if block.perhaps else [here]
    first = [(*here, part) for part in ("id", "bucket", "name", "arn")] if instance == "0" else []
    return [(*here, instance), *first]


def _condition(block: Block) -> str:
    """What it hangs on whether, or how often, it is made."""
    for name in ("count", "for_each"):
        one = block.attributes.get(name)
        if one is not None:
            if isinstance(one.value, Reference) and len(one.value.steps) == 2:
                return f"each of {one.value}"
            return repr(one.value)
    return ""


def _realm(module: Module, block: Block) -> tuple[str, ...]:
    provider = block.attributes.get("provider")
    alias = repr(provider.value) if provider else ""
    caller: Module | None = module
    while caller is not None and caller.call is not None:
        if "providers" in caller.call.attributes:
            return (alias, caller.prefix)
        caller = caller.parent
    return (alias, "")
