"""Secrets in Terraform: attributes whose name says that they hold one, and how they are given."""

from collections.abc import Iterator

from rempart.check import OneOf, Seen, Unknown
from rempart.collectors.repository.secrets.given import dull, given, kind_of, written
from rempart.collectors.repository.terraform.syntax import (
    Attribute,
    Block,
    Call,
    Expression,
    File,
    Opaque,
    Reference,
    Template,
)
from rempart.collectors.repository.terraform.values import Module, unresolved
from rempart.observations.exposure import LiteralSecret


def module_secrets(module: Module) -> Iterator[LiteralSecret]:
    """Secrets in the resources, providers, module calls and variables of a Terraform module."""
    asked: set[str] = set()
    for file, block in module.of("resource", "data", "provider", "module", "locals"):
        name = f"{module.prefix}{_named(block)}"
        for path, attribute in _within(block):
            if _names_another(attribute):
                continue
            if kind := kind_of(attribute.name):
                asked |= _variables(attribute.value)
                literal, text = _literal(module, attribute.value)
                if literal is not None:
                    yield given(
                        kind,
                        f"{name}.{path}",
                        literal,
                        file,
                        attribute.line,
                        value=text,
                        end_line=attribute.end_line,
                        root=module.root,
                    )
    if not module.prefix:
        yield from _defaults(module, asked)


def file_secrets(file: File) -> Iterator[LiteralSecret]:
    """Secrets in a file of variable values (`terraform.tfvars`)."""
    for path, attribute in _within(file.body):
        kind, value = kind_of(attribute.name), attribute.value
        if kind and isinstance(value, str) and (literal := written(value)) is not None:
            key = f"{file.path}:{path}"
            yield given(kind, key, literal, file.path, attribute.line, value=value)


def _defaults(module: Module, asked: set[str]) -> Iterator[LiteralSecret]:
    for file, block in module.of("variable"):
        default = block.attributes.get("default")
        if not block.labels or default is None:
            continue
        (name, *_) = block.labels
        kind = kind_of(name) or ("password" if name in asked else "")
        if kind and isinstance(default.value, str) and written(default.value):
            key, value = f"var.{name}", default.value
            yield given(kind, key, True, file, default.line, value=value, root=module.root)


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
) -> tuple[Seen[bool] | None, str]:
    """Whether an attribute is the secret itself, and that; None where it holds none."""
    match expression:
        case Reference(("local", name, *_)) if not kind_of(name):
            pass  # no finding of its own
        case Reference() | Opaque():
            return False, ""
        case str():
            return written(expression), expression
        case bool() | None | dict() | tuple():
            return None, ""
        case int():
            return True, str(expression)
    value = module.value(expression)
    if isinstance(value, str):
        return written(value), value
    if isinstance(expression, Template):
        return unresolved("put together from several parts"), ""
    if isinstance(value, OneOf):
        strings = [one for one in value.values if isinstance(one, str) and written(one)]
        return (True, strings[0]) if strings else (None, "")
    return (False if isinstance(value, Unknown | Reference) else None), ""


def _names_another(attribute: Attribute) -> bool:
    """Whether `secret` or `token` holds the name of one kept elsewhere (`secret_key_ref`)."""
    value = attribute.value
    return attribute.name in ("secret", "token") and isinstance(value, str) and dull(value)


def _variables(expression: Expression) -> set[str]:
    if isinstance(expression, Reference) and expression.steps[0] == "var":
        return set(expression.steps[1:2])
    return set()


def _named(block: Block) -> str:
    parts = block.labels if block.type == "resource" else (block.type, *block.labels)
    return ".".join(parts)
