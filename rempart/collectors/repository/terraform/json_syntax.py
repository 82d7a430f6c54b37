"""Terraform written as JSON (`.tf.json`, `.tfvars.json`), as the blocks it stands for.

Source: the Terraform language, JSON configuration syntax.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from rempart.collectors.repository.terraform.hcl import parsed as parsed_hcl
from rempart.collectors.repository.terraform.syntax import Attribute, Block, Expression, File
from rempart.documents import Document, Limits, parse

LIMITS: Final = Limits(size=4_000_000, nodes=400_000)
DEPTH: Final = 40
LABELS: Final = {"resource": 2, "data": 2, "variable": 1, "output": 1, "module": 1, "provider": 1}


def parsed(source: bytes, path: str) -> File:
    """A file's blocks; raises ContentErrors for what is no harmless JSON."""
    document = parse(source, path, limits=LIMITS)
    reader = _Reader(document)
    body = Block("", (), 1, 1)
    if path.endswith(".tfvars.json"):
        if isinstance(document.value, dict):
            reader.fill(body, document.value, ())
        return File(path, body, ())
    for value, steps in _each(document.value, ()):
        if isinstance(value, dict):
            for type_, inner in value.items():
                body.blocks.extend(reader.blocks(str(type_), inner, (*steps, type_)))
    return File(path, body, ())


def _each(value: Any, steps: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:  # noqa: ANN401
    """A value, or those of a list."""
    if isinstance(value, list):
        for place, one in enumerate(value):
            yield one, (*steps, place)
    else:
        yield value, steps


class _Reader:
    def __init__(self, document: Document) -> None:
        self._line = document.line_of

    def blocks(self, type_: str, value: Any, steps: tuple[Any, ...]) -> Iterator[Block]:  # noqa: ANN401
        """The blocks of a type, by the labels that stand as names."""
        yield from self._labelled(type_, value, steps, (), LABELS.get(type_, 0))

    def _labelled(
        self,
        type_: str,
        value: Any,  # noqa: ANN401
        steps: tuple[Any, ...],
        labels: tuple[str, ...],
        left: int,
    ) -> Iterator[Block]:
        for one, here in _each(value, steps):
            if not isinstance(one, dict):
                continue
            if left:
                for name, inner in one.items():
                    further = (*labels, str(name))
                    yield from self._labelled(type_, inner, (*here, name), further, left - 1)
                continue
            line = self._line(here)
            block = Block(type_, labels, line, line)
            self.fill(block, one, here)
            yield block

    def fill(self, block: Block, value: dict[Any, Any], steps: tuple[Any, ...]) -> None:
        """Add what an object says to a block."""
        for name, inner in value.items():
            here = (*steps, name)
            if name == "dynamic":
                block.blocks.extend(self._labelled("dynamic", inner, here, (), 1))
            elif name in ("content", "required_providers") and isinstance(inner, dict | list):
                block.blocks.extend(self.blocks(str(name), inner, here))
            elif name != "//":
                line = self._line(here)
                expression = _expression(inner, DEPTH)
                block.attributes[str(name)] = Attribute(str(name), expression, line, line)


def _expression(value: Any, depth: int) -> Expression:  # noqa: ANN401
    if isinstance(value, dict) and depth > 0:
        return {str(key): _expression(one, depth - 1) for key, one in value.items()}
    if isinstance(value, list) and depth > 0:
        return tuple(_expression(one, depth - 1) for one in value)
    if isinstance(value, str) and ("${" in value or "%{" in value):
        source = f"x = {json.dumps(value, ensure_ascii=False)}\n"
        attribute = parsed_hcl(source.encode(), "").body.attributes.get("x")
        return attribute.value if attribute else value
    return value if isinstance(value, str | int | None) else str(value)
