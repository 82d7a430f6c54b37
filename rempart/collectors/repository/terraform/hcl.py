"""HCL as tree-sitter reads it, reduced to blocks, attributes and simple expressions with lines.

A broken file keeps its good parts; the lines that could not be read are named. What is deeper than
`DEPTH` levels or no simple expression is `Opaque`: nobody guesses what it comes to.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rempart.collectors.repository.terraform.syntax import (
    Attribute,
    Block,
    Call,
    Choice,
    Expression,
    File,
    For,
    Indexed,
    Object,
    Opaque,
    Operation,
    Reference,
    Splat,
    Template,
)
from rempart.collectors.text import clean

DEPTH = 60  # levels of blocks and expressions
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t", "$${": "${"}
_ESCAPED = re.compile(r'\\["\\nrt]|\$\$\{')


@lru_cache(maxsize=1)
def _parser() -> Any:  # noqa: ANN401  (tree_sitter.Parser, imported when the first file comes)
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def parsed(source: bytes, path: str) -> File:
    """A file's blocks and attributes."""
    root = _parser().parse(source).root_node
    reader = _Reader(source)
    body = Block("", (), 1, root.end_point[0] + 1)
    for child in root.named_children:
        if child.type == "body":
            reader.fill(body, child, 0)
        elif child.type in ("ERROR", "attribute", "block"):
            reader.fill(body, root, 0)
            break
    broken = sorted(set(_broken(root))) if root.has_error else []
    return File(path, body, tuple(broken + reader.too_deep))


def _broken(root: Any) -> Iterator[int]:  # noqa: ANN401
    """Lines of error nodes, without recursion: a file may nest as deep as it likes."""
    waiting, steps = [root], 0
    while waiting and steps < 20_000:
        node = waiting.pop()
        steps += 1
        if node.type == "ERROR" or node.is_missing:
            yield node.start_point[0] + 1
        elif node.has_error:
            waiting += node.children


class _Reader:
    def __init__(self, source: bytes) -> None:
        self._source = source
        self.too_deep: list[int] = []

    def text(self, node: Any) -> str:  # noqa: ANN401
        return self._source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def fill(self, block: Block, body: Any, depth: int) -> None:  # noqa: ANN401
        """Add the attributes and blocks of a body node."""
        if depth > DEPTH:
            self.too_deep.append(body.start_point[0] + 1)
            return
        for node in body.named_children:
            if node.type == "attribute":
                name, value = self.text(node.named_children[0]), node.named_children[-1]
                expression = self.expression(value, depth)
                attribute = Attribute(name, expression, *_lines(node))
                block.attributes[name] = attribute
            elif node.type == "block":
                block.blocks.append(self._block(node, depth))

    def _block(self, node: Any, depth: int) -> Block:  # noqa: ANN401
        names = [self.text(one).strip('"') for one in node.named_children if one.type in _NAMES]
        block = Block(names[0] if names else "", tuple(names[1:]), *_lines(node))
        for inner in node.named_children:
            if inner.type == "body":
                self.fill(block, inner, depth + 1)
        return block

    def expression(self, node: Any, depth: int) -> Expression:  # noqa: ANN401
        """A node as an expression."""
        children = node.named_children
        if depth > DEPTH or node.has_error:
            return Opaque(self._shown(node))
        if len(children) > 1 and children[-1].type in _STEPS:
            return self._followed(node, children, depth)
        if children and children[0].type == "variable_expr":
            return self._followed(node, children, depth)
        if node.type in _THROUGH and len(children) == 1:
            return self.expression(children[0], depth + 1)
        reader = _READERS.get(node.type)
        return reader(self, node, depth + 1) if reader else Opaque(self._shown(node))

    def _shown(self, node: Any) -> str:  # noqa: ANN401
        text = self._source[node.start_byte : min(node.end_byte, node.start_byte + 80)]
        return clean(text.decode("utf-8", "replace"), 60)

    def _followed(self, node: Any, children: list[Any], depth: int) -> Expression:  # noqa: ANN401
        """A name or value and the steps from it: `a.b["c"][each.key].d`."""
        (first, *steps) = children
        if len(steps) > DEPTH:
            return Opaque(self._shown(node))
        found: Expression
        if first.type == "variable_expr":
            found = Reference((self.text(first.named_children[-1]),))
        else:
            found = self.expression(first, depth + 1)
        for step in steps:
            if step.type == "splat":
                inner = step.named_children[0].named_children
                if any(one.type != "get_attr" for one in inner):
                    return Opaque(self._shown(node))
                found = Splat(found, tuple(self.text(one.named_children[-1]) for one in inner))
            elif step.type in ("get_attr", "index"):
                found = _indexed(found, self._step(step, depth))
            else:
                return Opaque(self._shown(node))
        return found

    def _step(self, step: Any, depth: int) -> Expression:  # noqa: ANN401
        if step.type == "get_attr":
            return self.text(step.named_children[-1])
        inner = step.named_children[0].named_children
        if inner and inner[0].type == "expression":
            by = self.expression(inner[0], depth + 1)
            return str(by) if type(by) is int else by
        return self.text(step).strip("[]\".'")

    def call(self, node: Any, depth: int) -> Expression:  # noqa: ANN401
        (name, *rest) = node.named_children
        given = rest[0].named_children if rest else []
        if any(one.type not in ("expression", "comment") for one in given):
            return Opaque(self._shown(node))
        arguments = tuple(self.expression(one, depth) for one in given if one.type != "comment")
        return Call(self.text(name), arguments, self._shown(node))

    def literal(self, node: Any, _: int) -> Expression:  # noqa: ANN401
        (child,) = node.named_children
        text = self.text(child)
        if child.type == "bool_lit":
            return text == "true"
        if child.type == "null_lit":
            return None
        if child.type == "numeric_lit":
            return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text
        return self._string(child)

    def _string(self, node: Any) -> str:  # noqa: ANN401
        literals = [one for one in node.named_children if one.type == "template_literal"]
        return "".join(_unescaped(self.text(one)) for one in literals)

    def template(self, node: Any, depth: int) -> Expression:  # noqa: ANN401
        (child,) = node.named_children
        parts: list[Expression] = []
        for one in child.named_children:
            if one.type == "template_literal":
                text = self.text(one)
                parts.append(text if child.type == "heredoc_template" else _unescaped(text))
            elif one.type == "template_interpolation":
                inner = [part for part in one.named_children if part.type == "expression"]
                parts.append(self.expression(inner[0], depth) if inner else "")
            elif one.type == "template_directive":
                return Opaque(self._shown(node))
        if all(isinstance(part, str) for part in parts):
            return "".join(map(str, parts))
        return parts[0] if len(parts) == 1 else Template(tuple(parts))

    def tuple_(self, node: Any, depth: int) -> Expression:  # noqa: ANN401
        items = [one for one in node.named_children if one.type == "expression"]
        return tuple(self.expression(one, depth) for one in items)

    def object_(self, node: Any, depth: int) -> Expression:  # noqa: ANN401
        found: list[tuple[Expression, Expression]] = []
        worked_out = False
        for element in node.named_children:
            if element.type == "object_elem":
                key, value = element.named_children[0], element.named_children[-1]
                name = self.text(key)
                if name.startswith("(") or "${" in name:
                    worked_out = True
                    found.append((self.expression(key, depth), self.expression(value, depth)))
                else:
                    found.append((name.strip('"'), self.expression(value, depth)))
        return Object(tuple(found)) if worked_out else {str(name): one for name, one in found}

    def for_(self, node: Any, depth: int) -> Expression:  # noqa: ANN401
        (inner,) = node.named_children
        parts = {"for_intro": None, "for_cond": None}
        values = []
        for one in inner.named_children:
            if one.type in parts:
                parts[one.type] = one
            elif one.type == "expression":
                values.append(self.expression(one, depth))
        intro, keyed = parts["for_intro"], inner.type == "for_object_expr"
        if intro is None or len(values) != 1 + keyed:
            return Opaque(self._shown(node))
        names = tuple(self.text(one) for one in intro.named_children if one.type == "identifier")
        condition: Expression = True
        if parts["for_cond"] is not None:
            condition = self.expression(parts["for_cond"].named_children[-1], depth)
        grouped = any(one.type == "ellipsis" for one in inner.named_children)
        of, key = self.expression(intro.named_children[-1], depth), values[0] if keyed else None
        return For(names, of, key, values[-1], condition, keyed, grouped, self._shown(node))

    def conditional(self, node: Any, depth: int) -> Expression:  # noqa: ANN401
        parts = [self.expression(one, depth) for one in node.named_children]
        return Choice(*parts) if len(parts) == 3 else Opaque(self._shown(node))

    def operation(self, node: Any, depth: int) -> Expression:  # noqa: ANN401
        (inner,) = node.named_children
        sign = next((one.type for one in inner.children if not one.is_named), "")
        operands = inner.named_children
        if inner.type == "unary_operation":
            return Operation(sign, (self._side(inner, operands, depth),))
        sides = _sides(inner)
        if len(sides) != 2:
            return Opaque(self._shown(node))
        return Operation(sign, tuple(self._side(inner, side, depth) for side in sides))

    def _side(self, node: Any, side: list[Any], depth: int) -> Expression:  # noqa: ANN401
        # what is followed by its attributes stands here as siblings, not inside an expression
        if side[0].type == "variable_expr" or len(side) > 1:
            return self._followed(node, side, depth)
        return self.expression(side[0], depth)


def _sides(node: Any) -> list[list[Any]]:  # noqa: ANN401
    """The named children before and after the sign of a binary operation."""
    sides: list[list[Any]] = [[]]
    for child in node.children:
        if child.is_named:
            sides[-1].append(child)
        else:
            sides.append([])
    return [side for side in sides if side]


def _indexed(of: Expression, by: Expression) -> Expression:
    if isinstance(of, Reference) and isinstance(by, str):
        return Reference((*of.steps, by))
    return Indexed(of, by)


def _lines(node: Any) -> tuple[int, int]:  # noqa: ANN401
    return node.start_point[0] + 1, node.end_point[0] + 1


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: _ESCAPES[match[0]], text)


_NAMES = frozenset({"identifier", "string_lit"})
_STEPS = frozenset({"get_attr", "index", "splat"})
_THROUGH = frozenset({"expression", "collection_value"})
_READERS = {
    "literal_value": _Reader.literal,
    "template_expr": _Reader.template,
    "tuple": _Reader.tuple_,
    "object": _Reader.object_,
    "conditional": _Reader.conditional,
    "for_expr": _Reader.for_,
    "operation": _Reader.operation,
    "function_call": _Reader.call,
}
