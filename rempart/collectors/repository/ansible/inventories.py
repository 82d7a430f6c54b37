"""Inventories of Ansible, as INI and as YAML: the variables of hosts and groups.

Source: Ansible core 2.18, ansible.builtin.ini and ansible.builtin.yaml inventory plugins.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rempart.documents import Document

_PAIR = re.compile(r"""([A-Za-z_]\w*)=("(?:\\.|[^"\\])*"|'[^']*'|\S*)""")
_SECTION = re.compile(r"\[([^\]]+)\]")
DEPTH = 20


@dataclass(frozen=True, slots=True)
class Given:
    """A variable of a host or group, and its line."""

    owner: str
    name: str
    value: Any
    line: int


@dataclass(frozen=True, slots=True)
class Hosts:
    """The variables an inventory gives."""

    given: tuple[Given, ...]


def hosts_of_ini(path: str, text: str) -> Hosts:
    """An inventory of lines."""
    return Hosts(tuple(_ini(text)))


def _ini(text: str) -> Iterator[Given]:
    section, variables = "ungrouped", False
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        if match := _SECTION.match(line):
            section, _, suffix = match[1].partition(":")
            variables = suffix == "vars"
            continue
        if variables:
            name, sign, value = line.partition("=")
            if sign:
                yield Given(section, name.strip(), _unquoted(value.strip()), number)
            continue
        host, _, rest = line.partition(" ")
        for name, value in _PAIR.findall(rest):
            yield Given(host, name, _unquoted(value), number)


def _unquoted(text: str) -> str:
    text = re.split(r"\s+#", text, maxsplit=1)[0]
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def hosts_of_yaml(path: str, document: Document) -> Hosts | None:
    """An inventory of groups; None where the file is none."""
    value = document.value
    groups = [one for one in value.values() if isinstance(one, dict)]
    if not groups or len(groups) != len(value):
        return None
    if not any({"hosts", "children"}.intersection(group) for group in groups):
        return None
    if not all(set(group) <= {"hosts", "children", "vars"} for group in groups):
        return None
    return Hosts(tuple(_groups(document, value, (), DEPTH)))


def _groups(
    document: Document, groups: dict[str, Any], steps: tuple[str, ...], depth: int
) -> Iterator[Given]:
    for name, group in groups.items():
        if not isinstance(group, dict) or depth <= 0:
            continue
        here = (*steps, name)
        for key, value in _mapping(group.get("vars")).items():
            yield Given(name, key, value, document.line_of((*here, "vars", key)))
        for host, given in _mapping(group.get("hosts")).items():
            for key, value in _mapping(given).items():
                yield Given(host, key, value, document.line_of((*here, "hosts", host, key)))
        children = _mapping(group.get("children"))
        yield from _groups(document, children, (*here, "children"), depth - 1)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
