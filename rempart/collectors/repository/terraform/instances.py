"""What `count`, `for_each` and dynamic blocks make, one by one, where the repository decides it.

Where it does not, the block stays single and is marked `perhaps`: what it says may hold, and what
depends on `each` or `count` is not known. Source: the Terraform language, meta-arguments.
"""

from dataclasses import replace
from typing import Final

from rempart.check import OneOf
from rempart.collectors.repository.terraform.filling import Names, filled
from rempart.collectors.repository.terraform.syntax import Block, Reference
from rempart.collectors.repository.terraform.values import ROOT, Module, Value

MOST: Final = 100  # instances of one block that are told apart
COST: Final = 20  # of a module's steps for each instance
DEPTH: Final = 12  # blocks within blocks, resources made for each of other resources


def resources(module: Module) -> dict[str, list[tuple[str, Block]]]:
    """Every instance of every resource by type, with its file."""
    if module.made is None:
        module.made = {}
        for file, block in module.of("resource"):
            if len(block.labels) == 2:
                made = [(file, instance) for instance in instances(module, block)]
                module.made.setdefault(block.labels[0], []).extend(made)
    return module.made


def instances(module: Module, block: Block, depth: int = DEPTH) -> list[Block]:
    """The instances of a block, dynamic blocks written out; none where it is not made."""
    made = _made(module, block, depth)
    module.steps += COST * len(made or ())
    if made is None:
        return [_written_out(module, replace(block, perhaps=True), {}, DEPTH)]
    return [
        _written_out(module, replace(block, instance=key, perhaps=perhaps), names, DEPTH)
        for key, names, perhaps in made
    ]


def _made(module: Module, block: Block, depth: int) -> list[tuple[str, Names, bool]] | None:
    """Key, names and doubt of each instance; None where their number is not decided."""
    count, each = block.attributes.get("count"), block.attributes.get("for_each")
    if count is not None:
        return _counted(module.value(count.value))
    if each is not None:
        pairs = _pairs(module, module.value(each.value), depth)
        if pairs is None:
            return None
        return [
            (f'["{key}"]', {("each", "key"): key, ("each", "value"): value}, False)
            for key, value in pairs
        ]
    return [("", {}, False)]


def _counted(value: Value) -> list[tuple[str, Names, bool]] | None:
    numbers = [_number(one) for one in (value.values if isinstance(value, OneOf) else (value,))]
    known = [one for one in numbers if one is not None]
    if len(known) < len(numbers) or max(known) > MOST:
        return None
    least = min(known)
    return [(f"[{n}]", {("count", "index"): n}, n >= least) for n in range(max(known))]


def _number(value: Value) -> int | None:
    if type(value) is int:
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 7 else None


def _pairs(module: Module, value: Value, depth: int) -> list[tuple[str, Value]] | None:
    """Keys and values of what stands in `for_each`; None where it is not decided."""
    found: list[tuple[str, Value]]
    match value:
        case dict():
            found = list(value.items())
        case tuple() if all(isinstance(one, str | int) for one in value):
            found = [(str(one), one) for one in value]
        case Reference(steps) if len(steps) == 2 and depth > 0:
            return _chained(module, value, depth)
        case _:
            return None
    return found if len(found) <= MOST else None


def _chained(module: Module, resource: Reference, depth: int) -> list[tuple[str, Value]] | None:
    """A resource for each instance of another."""
    for _, block in module.of("resource"):
        ours = resource.module == (module.prefix or ROOT) and block.labels == resource.steps
        if ours and "for_each" in block.attributes:
            value = module.value(block.attributes["for_each"].value)
            pairs = _pairs(module, value, depth - 1)
            if pairs is None:
                return None
            one = [Reference((*resource.steps, key), resource.module) for key, _ in pairs]
            return [(key, each) for (key, _), each in zip(pairs, one, strict=True)]
    return None


def _written_out(module: Module, block: Block, names: Names, depth: int) -> Block:
    """A block with names filled in, and its dynamic blocks as the blocks they make."""
    if depth <= 0 or not (names or block.blocks):
        return block
    attributes = block.attributes
    if names:
        attributes = {
            name: replace(one, value=filled(one.value, names)) for name, one in attributes.items()
        }
    inner: list[Block] = []
    for nested in block.blocks:
        if nested.type == "dynamic" and len(nested.labels) == 1:
            inner += _dynamic(module, nested, names, depth - 1)
        else:
            inner.append(_written_out(module, nested, names, depth - 1))
    return replace(block, attributes=attributes, blocks=inner)


def _dynamic(module: Module, block: Block, names: Names, depth: int) -> list[Block]:
    each, content = block.attributes.get("for_each"), block.all("content")
    pairs = None
    if each is not None and len(content) == 1:
        value = module.value(filled(each.value, names))
        if isinstance(value, tuple):
            pairs = [(str(n), one) for n, one in enumerate(value)] if len(value) <= MOST else None
        else:
            pairs = _pairs(module, value, DEPTH)
    if pairs is None:
        return [_written_out(module, block, names, depth)]
    iterator = block.attributes.get("iterator")
    (name,) = block.labels
    if iterator is not None and isinstance(iterator.value, Reference):
        name = iterator.value.steps[0]
    made = []
    for key, value in pairs:
        inner = {**names, (name, "key"): key, (name, "value"): value}
        one = replace(content[0], type=block.labels[0])
        made.append(_written_out(module, one, inner, depth))
    return made
