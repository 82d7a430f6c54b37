"""`Fn::ForEach` written out: one resource for each item of a collection.

Source: AWS CloudFormation, the AWS::LanguageExtensions transform.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from rempart.collectors.repository.cloudformation.intrinsics import Lines, Node, Scope, function

LOOP: Final = "Fn::ForEach::"
MOST: Final = 100  # items of one loop
DEPTH: Final = 40


class Loops:
    """The resources of a section, loops written out; their lines are those of the loop's body."""

    def __init__(self, scope: Scope, lines: Lines) -> None:
        self._scope, self._lines = scope, lines
        self._kept: list[Node] = []  # an identity must not be given again

    def written_out(
        self, section: Mapping[str, Node], depth: int = 5
    ) -> Iterator[tuple[str, Node, Mapping[str, Node]]]:
        """Name and body of each resource, and the mapping that it stands in."""
        for name, node in section.items():
            if not name.startswith(LOOP):
                yield name, node, section
            elif depth > 0 and isinstance(node, list) and len(node) == 3:
                item, collection, body = node
                if isinstance(item, str) and isinstance(body, dict):
                    for each in self._items(collection, item):
                        yield from self.written_out(
                            self._filled(body, item, each, DEPTH), depth - 1
                        )

    def _items(self, collection: Node, item: str) -> list[str]:
        """The items; the loop's own name where nobody knows them."""
        value = self._scope.value(collection)
        known = isinstance(value, tuple) and all(isinstance(one, str | int) for one in value)
        return [str(one) for one in value[:MOST]] if known else [item]

    def _filled(self, node: Node, item: str, each: str, depth: int) -> Any:  # noqa: ANN401
        if isinstance(node, str):
            return node.replace(f"${{{item}}}", each).replace(f"&{{{item}}}", each)
        if function(node) in (("Ref", item),):
            return each
        if depth <= 0 or not isinstance(node, dict | list):
            return node
        lines = self._lines.get(id(node), {})
        made: Node
        if isinstance(node, list):
            made = [self._filled(one, item, each, depth - 1) for one in node]
            self._lines[id(made)] = lines
        else:
            named = {key: self._filled(key, item, each, 1) for key in node}
            made = {
                named[key]: self._filled(one, item, each, depth - 1) for key, one in node.items()
            }
            self._lines[id(made)] = {named.get(key, key): line for key, line in lines.items()}
        self._kept.append(made)
        return made
