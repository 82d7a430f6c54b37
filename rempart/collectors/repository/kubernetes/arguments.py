"""The flags a component starts with, and where each of them stands."""

from typing import Any

from rempart.check import Seen
from rempart.collectors.repository.kubernetes.objects import Manifest, Node, truth


class Flags:
    """The flags one component starts with, and where each stands."""

    def __init__(self, manifest: Manifest, component: str) -> None:
        self.manifest, self.component = manifest, component
        self._values: dict[str, str] = {}
        self._places: dict[str, tuple[Node, str | int]] = {}

    def add(self, name: str, value: str, container: Node, key: str | int) -> None:
        """Note a flag; of several the last one counts, as the components do."""
        self._values[name] = value
        self._places[name] = (container, key)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str) -> str | None:
        return self._values.get(name)

    def fact(self, name: str) -> Seen[bool] | None:
        """What a boolean flag says; one without a value is true."""
        value = self._values.get(name)
        return True if value == "" else truth(value)

    def where(self, *names: str) -> dict[str, Any]:
        """The place of the first of these flags that is written."""
        place = next((self._places[name] for name in names if name in self._places), (None, ""))
        return {**self.manifest.where(*place), "key": self.key}

    @property
    def key(self) -> str:
        return f"{self.manifest.address} {self.component}"
