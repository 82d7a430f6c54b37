"""Which folder of a repository a Terraform address leads to, and what was moved there.

Read from the text of `module` and `moved` blocks; only literal local sources lead anywhere.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from posixpath import dirname, normpath

from rempart.gate.blocks import Text

DEEP = 20  # modules within modules
_SOURCE = re.compile(r'^\s*source\s*=\s*"(\.{1,2}/[^"$]*)"', re.MULTILINE)
_STEP = re.compile(r'module\.([\w-]+)(?:\["[^"]*"\]|\[[^\]]*\])?\.')
_FROM = re.compile(r"^\s*from\s*=\s*([^\n#/]+)", re.MULTILINE)
_TO = re.compile(r"^\s*to\s*=\s*([^\n#/]+)", re.MULTILINE)


class Modules:
    """The modules of a repository, by the text of its Terraform files."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    @cached_property
    def _read(self) -> tuple[dict[tuple[str, str], str], dict[str, list[tuple[str, str]]]]:
        calls: dict[tuple[str, str], str] = {}
        moves: dict[str, list[tuple[str, str]]] = {}
        for path, text in self._texts.items():
            folder, cut = dirname(path), Text(path, text)
            for block in cut.outermost:
                if block.address.startswith("module."):
                    body = "\n".join(cut.lines[block.start - 1 : block.end])
                    if found := _SOURCE.search(body):
                        calls[folder, block.address] = _joined(folder, found[1])
                elif block.name == "moved":
                    body = "\n".join(cut.lines[block.start - 1 : block.end])
                    was, is_ = _FROM.search(body), _TO.search(body)
                    if was and is_:
                        moves.setdefault(folder, []).append((was[1].strip(), is_[1].strip()))
        return calls, moves

    def levels(self, root: str, instance: str) -> Iterator[tuple[str, str]]:
        """Each folder an address passes through, with the address as that folder says it."""
        calls = self._read[0]
        folder: str | None = "" if root == "." else root.strip("/").removeprefix("./")
        for _ in range(DEEP):
            if folder is None:
                return
            yield folder, instance
            step = _STEP.match(instance)
            if step is None:
                return
            folder = calls.get((folder, f"module.{step[1]}"))
            instance = instance[step.end() :]

    def moved(self, root: str, instance: str) -> Iterator[str]:
        """The addresses that `moved` blocks say this one has now, the nearest last."""
        moves = self._read[1]
        if not moves:
            return
        now = instance
        for _ in range(DEEP):  # a move may lead to another
            after = self._moved_once(root, now, moves)
            if after == now:
                return
            now = after
            yield now

    def _moved_once(
        self, root: str, instance: str, moves: Mapping[str, list[tuple[str, str]]]
    ) -> str:
        for folder, rest in self.levels(root, instance):
            before = instance[: len(instance) - len(rest)]
            for was, is_ in moves.get(folder, ()):
                if within(rest, was):
                    return before + is_ + rest[len(was) :]
        return instance


def within(address: str, outer: str) -> bool:
    """Whether an address is another one, an instance of it, or something inside it."""
    return address == outer or (address.startswith(outer) and address[len(outer)] in ".[ :#/")


def _joined(folder: str, source: str) -> str:
    path = normpath(f"{folder}/{source}" if folder else source)
    return "" if path == "." else path
