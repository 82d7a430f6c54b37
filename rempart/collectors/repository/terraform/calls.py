"""Calls of modules: where their source lies, and what they give."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rempart.collectors.repository.terraform.syntax import Block, Expression
from rempart.collectors.repository.terraform.values import Module

META: Final = frozenset({"source", "version", "count", "for_each", "depends_on", "providers"})
_GIT: Final = re.compile(
    r"(?:git::)?(?:(?:https?|ssh)://)?(?:git@)?github\.com[/:](?P<owner>[^/]+)/terraform-(?P<provider>[a-z0-9]+)-"
    r"(?P<name>[^/?.]+?)(?:\.git)?(?P<below>//[^?]*)?(?:\?.*)?"
)
_REGISTRY: Final = re.compile(
    r"(?:tfr://[^/]*/)?(?:registry\.(?:terraform\.io|opentofu\.org)/)?"
    r"(?P<address>[\w-]+/[\w-]+/[\w-]+)(?P<below>//[^?]*)?(?:\?.*)?"
)


@dataclass(frozen=True, slots=True)
class Foreign:
    """A module that is called and does not lie in the repository; `block` is the call."""

    address: str
    source: str
    file: str
    block: Block
    caller: Module
    inputs: Mapping[str, Expression]

    @property
    def root(self) -> str:
        """The root the call belongs to."""
        return self.caller.root


def inputs(call: Block) -> dict[str, Expression]:
    """What a call gives the module."""
    return {name: one.value for name, one in call.attributes.items() if name not in META}


def source(call: Block) -> str:
    """Where a call says its module lies."""
    attribute = call.attributes.get("source")
    return attribute.value if attribute and isinstance(attribute.value, str) else "somewhere"


def target(folder: str, text: str) -> str | None:
    """The folder below the repository that a local source means; None for another source."""
    plain = text.replace("\\", "/")
    if not plain.startswith(("./", "../")):
        return None
    path = posixpath.normpath(posixpath.join(folder, plain))
    return "" if path == "." else path


def registered(text: str) -> str:
    """The registry's name of a source, `namespace/name/provider//below`; empty without one."""
    match = _GIT.fullmatch(text.strip())
    if match is not None:
        name = f"{match['owner']}/{match['name']}/{match['provider']}"
        return f"{name}{(match['below'] or '').rstrip('/')}".lower()
    match = _REGISTRY.fullmatch(text.strip())
    if match is not None:
        return f"{match['address']}{(match['below'] or '').rstrip('/')}".lower()
    return ""
