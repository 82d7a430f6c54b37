"""Where secrets are given in a repository, and whether the value itself is written there.

By structure, not by entropy: an attribute, variable or setting whose name says that it holds a
secret, and private keys by their first line. The value is looked at and never kept.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from rempart.check import OneOf, Seen, Unknown, Vantage
from rempart.collectors.repository.syntax import (
    Attribute,
    Block,
    Call,
    Expression,
    File,
    Opaque,
    Reference,
    Template,
)
from rempart.collectors.repository.values import Module, unresolved
from rempart.collectors.text import clean
from rempart.documents import load
from rempart.observations.exposure import LiteralSecret

TABLE = Path(__file__).parent / "tables" / "secrets.yaml"
_KEY = re.compile(rb"-----BEGIN ((?:[A-Z0-9]+ ){0,3})PRIVATE KEY(?: BLOCK)?-----")
_SETTING = re.compile(r"\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*[=:]\s*(.*)")
_FILLED_IN = re.compile(r"\$\{?(\w+)(?::?-([^}]*))?(?::?\?[^}]*)?\}?")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kinds: tuple[tuple[str, str], ...]
    never: str
    placeholders: str


class _Names(msgspec.Struct, frozen=True):
    kinds: tuple[tuple[str, Any], ...]
    never: Any
    placeholders: Any


@lru_cache(maxsize=1)
def _names() -> _Names:
    table = load(TABLE, _Table)
    kinds = tuple((kind, re.compile(pattern)) for kind, pattern in table.kinds)
    return _Names(kinds, re.compile(table.never), re.compile(table.placeholders, re.I))


def kind_of(name: str) -> str:
    """The kind of secret a name says it holds; empty where it says no such thing."""
    plain = name.lower().replace("-", "_").replace(".", "_")
    names = _names()
    if len(plain) > 100 or names.never.fullmatch(plain):
        return ""
    return next((kind for kind, pattern in names.kinds if pattern.fullmatch(plain)), "")


def placeholder(value: str) -> bool:
    """Whether a value only marks where one is to be filled in, or names a place that keeps it."""
    text = value.strip()
    return not text or _names().placeholders.fullmatch(text[:300]) is not None


def settings(path: str, text: str, *, comment: str = "#") -> Iterator[LiteralSecret]:
    """Secrets in a file of NAME=value lines."""
    for number, line in enumerate(text.splitlines(), 1):
        match = None if line.lstrip().startswith(comment) else _SETTING.fullmatch(line)
        if match and (kind := kind_of(match[1])):
            value = match[2].strip().strip("\"'")
            if (literal := written(value)) is not None:
                yield _secret(kind, f"{path}:{match[1]}", literal, path, number)


def written(value: str) -> bool | None:
    """Whether a setting is the secret itself (true) or refers to it; None where it is empty.

    `${NAME:-default}` is the secret itself when the default is one.
    """
    if not value:
        return None
    if match := _FILLED_IN.fullmatch(value):
        return bool(match[2]) and not placeholder(match[2])
    return None if placeholder(value) else True


def private_keys(path: str, content: bytes) -> Iterator[LiteralSecret]:
    """Private keys in a file; one under a passphrase is no secret that lies open."""
    for ordinal, match in enumerate(_KEY.finditer(content), 1):
        line = content.count(b"\n", 0, match.start()) + 1
        body = content[match.end() : match.end() + 400]
        sealed = b"ENCRYPTED" in match[1] or b"ENCRYPTED" in body[:80] or _openssh_sealed(body)
        key = path if ordinal == 1 else f"{path} #{ordinal}"
        yield _secret("private key", key, not sealed, path, line)


def _openssh_sealed(body: bytes) -> bool:
    """Whether an OpenSSH key (PROTOCOL.key) names a cipher other than none."""
    try:
        raw = base64.b64decode(re.sub(rb"[^A-Za-z0-9+/]", b"", body)[:64])
    except binascii.Error:
        return False
    return raw.startswith(b"openssh-key-v1\0") and raw[19:23] != b"none"


def module_secrets(module: Module) -> Iterator[LiteralSecret]:
    """Secrets in the resources, providers, module calls and variables of a Terraform module."""
    asked: set[str] = set()
    for file, block in module.of("resource", "data", "provider", "module", "locals"):
        name = f"{module.prefix}{_named(block)}"
        for path, attribute in _within(block):
            if kind := kind_of(attribute.name):
                asked |= _variables(attribute.value)
                literal = _literal(module, attribute.value)
                if literal is not None:
                    key = f"{name}.{path}".removeprefix(".")
                    yield _secret(kind, key, literal, file, attribute.line, module.root)
    if not module.prefix:
        yield from _defaults(module, asked)


def file_secrets(file: File) -> Iterator[LiteralSecret]:
    """Secrets in a file of variable values (`terraform.tfvars`)."""
    for path, attribute in _within(file.body):
        kind = kind_of(attribute.name)
        if kind and isinstance(attribute.value, str) and not placeholder(attribute.value):
            yield _secret(kind, f"{file.path}:{path}", True, file.path, attribute.line)


def _defaults(module: Module, asked: set[str]) -> Iterator[LiteralSecret]:
    for file, block in module.of("variable"):
        default = block.attributes.get("default")
        if not block.labels or default is None:
            continue
        (name, *_) = block.labels
        kind = kind_of(name) or ("password" if name in asked else "")
        if kind and isinstance(default.value, str) and not placeholder(default.value):
            yield _secret(kind, f"var.{name}", True, file, default.line, module.root)


def _within(block: Block, above: str = "", depth: int = 0) -> Iterator[tuple[str, Attribute]]:
    for attribute in block.attributes.values():
        yield f"{above}{attribute.name}", attribute
        yield from _inside(attribute, attribute.value, f"{above}{attribute.name}", depth)
    for inner_block in block.blocks if depth < 10 else ():
        yield from _within(inner_block, f"{above}{inner_block.type}.", depth + 1)


def _inside(
    attribute: Attribute, value: Expression, above: str, depth: int
) -> Iterator[tuple[str, Attribute]]:
    """Settings in objects and lists of an attribute; `{name, value}` pairs as containers do."""
    if depth > 10:
        return
    if isinstance(value, Call):
        value = value.arguments
    if isinstance(value, tuple):
        for one in value:
            yield from _inside(attribute, one, above, depth + 1)
    elif isinstance(value, dict):
        pair = value.get("name")
        named = {pair: value["value"]} if isinstance(pair, str) and "value" in value else value
        for key, one in named.items():
            yield f"{above}.{key}", Attribute(key, one, attribute.line, attribute.end_line)
            yield from _inside(attribute, one, f"{above}.{key}", depth + 1)


def _literal(  # noqa: PLR0911  (one return a kind of expression)
    module: Module, expression: Expression
) -> Seen[bool] | None:
    """Whether an attribute is the secret itself; None where it holds none."""
    match expression:
        case Reference(("local", name, *_)) if not kind_of(name):
            pass  # no finding of its own
        case Reference() | Opaque():
            return False
        case str():
            return None if placeholder(expression) else True
        case bool() | None | dict() | tuple():
            return None
        case int():
            return True
    value = module.value(expression)
    if isinstance(value, str):
        return None if placeholder(value) else True
    if isinstance(expression, Template):
        return unresolved("put together from several parts")
    if isinstance(value, OneOf):
        strings = [one for one in value.values if isinstance(one, str) and not placeholder(one)]
        return True if strings else None
    return False if isinstance(value, Unknown | Reference) else None


def _variables(expression: Expression) -> set[str]:
    if isinstance(expression, Reference) and expression.steps[0] == "var":
        return set(expression.steps[1:2])
    return set()


def _named(block: Block) -> str:
    parts = block.labels if block.type == "resource" else (block.type, *block.labels)
    return ".".join(parts)


def _secret(
    kind: str, key: str, literal: Seen[bool], path: str, line: int, root: str = ""
) -> LiteralSecret:
    return LiteralSecret(
        kind,
        clean(key.rpartition(":")[2] if kind != "private key" else path, 120),
        literal,
        key=clean(key, 300),
        vantage=Vantage.DECLARED,
        source=path,
        line=line,
        end_line=line,
        root=root,
    )
