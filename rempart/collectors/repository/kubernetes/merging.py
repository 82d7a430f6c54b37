"""Patches put on objects: strategic merges and JSON patches, remembering where each part stands.

Nothing is changed in place: what a patch does not touch is shared with what it patches.
Source: Kubernetes API conventions, strategic merge patch; RFC 6902, RFC 6901.
"""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from rempart.collectors.repository.kubernetes.objects import Node, Places, mapping

# Lists whose elements are merged by a key; other lists are replaced.
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "containers": ("name",),
    "initContainers": ("name",),
    "ephemeralContainers": ("name",),
    "volumes": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "ports": ("containerPort", "port"),
    "hostAliases": ("ip",),
    "secrets": ("name",),
}
DEPTH: Final = 60
Place: TypeAlias = tuple[str, int]  # file and line
MOST: Final = 2_000  # operations of one patch, elements of a merged list


class Merger:
    """Merges and patches that keep the places of what they put together."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def merged(self, base: Node, patch: Node, name: str = "", depth: int = DEPTH) -> Node:
        """A strategic merge: `null` and `$patch: delete` take away, mappings go into each other."""
        if depth <= 0:
            return patch
        if isinstance(base, dict) and isinstance(patch, dict):
            return self._mappings(base, patch, depth)
        if isinstance(base, list) and isinstance(patch, list) and name in KEYS:
            return self._lists(base, patch, KEYS[name], depth)
        return patch

    def _mappings(self, base: dict[str, Node], patch: dict[str, Node], depth: int) -> Node:
        if patch.get("$patch") == "replace":
            return {key: value for key, value in patch.items() if key != "$patch"}
        made = dict(base)
        places: dict[str | int, Place | None] = {key: self._places.of(base, key) for key in base}
        for key, value in patch.items():
            if key.startswith("$"):
                continue
            if value is None or mapping(value).get("$patch") == "delete":
                made.pop(key, None)
                continue
            made[key] = self.merged(base.get(key), value, key, depth - 1)
            inner = isinstance(value, dict | list) and key in base
            places[key] = places[key] if inner else self._places.of(patch, key)
        self._places.made(made, places)
        return made

    def _lists(
        self, base: list[Node], patch: list[Node], keys: Sequence[str], depth: int
    ) -> list[Node]:
        made = list(base)
        places = [self._places.of(base, number) for number in range(len(base))]
        for number, item in enumerate(patch[:MOST]):
            same = _same(made, item, keys)
            if mapping(item).get("$patch") == "delete":
                if same is not None:
                    made.pop(same)
                    places.pop(same)
            elif same is None:
                made.append(item)
                places.append(self._places.of(patch, number))
            else:
                made[same] = self.merged(made[same], item, "", depth - 1)
        self._places.made(made, dict(enumerate(places)))
        return made

    def operated(self, value: Node, operations: Sequence[Node]) -> Node:
        """A JSON patch; an operation that does not fit is passed over."""
        for operation in operations[:MOST]:
            given = mapping(operation)
            steps = [
                step.replace("~1", "/").replace("~0", "~")
                for step in str(given.get("path", "")).split("/")[1:]
            ]
            name = given.get("op")
            if steps and name in ("add", "replace", "remove"):
                place = self._places.of(operation, "value") or self._places.of(operation, "path")
                value = self._set(value, steps, name, given.get("value"), place)
        return value

    def _set(
        self, node: Node, steps: Sequence[str], name: str, value: Node, place: Place | None
    ) -> Node:
        step, *rest = steps
        if isinstance(node, dict):
            places = {key: self._places.of(node, key) for key in node}
            made = dict(node)
            if rest:
                if step not in node:
                    return node
                made[step] = self._set(node[step], rest, name, value, place)
            elif name == "remove":
                made.pop(step, None)
            else:
                made[step], places[step] = value, place
            self._places.made(made, places)
            return made
        if not isinstance(node, list):
            return node
        index = (
            len(node) if step == "-" else int(step) if step.isdecimal() and len(step) < 6 else -1
        )
        if not 0 <= index < len(node) + (name == "add" and not rest):
            return node
        items = [(one, self._places.of(node, number)) for number, one in enumerate(node)]
        if rest:
            items[index] = (self._set(node[index], rest, name, value, place), items[index][1])
        elif name == "remove":
            items.pop(index)
        elif name == "add":
            items.insert(index, (value, place))
        else:
            items[index] = (value, place)
        made_list = [one for one, _ in items]
        self._places.made(made_list, dict(enumerate(at for _, at in items)))
        return made_list


def _same(items: Sequence[Node], item: Node, keys: Sequence[str]) -> int | None:
    """Which element a patch's element means."""
    for key in keys:
        wanted = mapping(item).get(key)
        if wanted is not None:
            return next((n for n, one in enumerate(items) if mapping(one).get(key) == wanted), None)
    return None
