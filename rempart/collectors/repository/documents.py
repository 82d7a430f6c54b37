"""Policy documents that a data source of Terraform puts together, as the JSON they come to.

Source: the AWS provider, data source aws_iam_policy_document.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rempart.collectors.repository.terraform.functions import encoded
from rempart.collectors.repository.terraform.instances import instances
from rempart.collectors.repository.terraform.syntax import Block
from rempart.collectors.repository.terraform.values import POLICY, Module

SOURCES: Final = (
    "source_policy_documents",
    "override_policy_documents",
    "source_json",
    "override_json",
)


def policy_document(module: Module, name: str, keys: Sequence[str], depth: int) -> str | None:
    """The document of a name (and instance), None where there is none."""
    block = module.labelled("data", POLICY, name)
    for one in instances(module, block) if block else ():
        if not keys or one.instance.strip('[]"') == keys[0] or one.perhaps:
            statements = [*_merged(module, one, depth), *_statements(module, one, depth)]
            return encoded({"Statement": tuple(statements)})
    return None


def _merged(module: Module, block: Block, depth: int) -> Iterator[Any]:
    """The statements of the documents it starts from."""
    import json

    for name in SOURCES:
        attribute = block.attributes.get(name)
        value = module.value(attribute.value, depth) if attribute else ()
        for text in value if isinstance(value, tuple) else (value,):
            try:
                found = json.loads(text)["Statement"]
            except (ValueError, TypeError, LookupError, RecursionError):
                continue
            yield from found if isinstance(found, list) else [found]


def _statements(module: Module, block: Block, depth: int) -> Iterator[dict[str, Any]]:
    for one in _all(block, "statement"):
        statement: dict[str, Any] = {"Effect": _value(module, one, "effect", depth) or "Allow"}
        for name, key in (("actions", "Action"), ("not_actions", "NotAction")):
            value = _value(module, one, name, depth)
            if value is not None:
                statement[key] = value
        for name, key in (("principals", "Principal"), ("not_principals", "NotPrincipal")):
            named = [_principal(module, inner, depth) for inner in _all(one, name)]
            if named:
                statement[key] = _together(named)
        conditions = [_condition(module, inner, depth) for inner in _all(one, "condition")]
        if conditions:
            statement["Condition"] = _nested(conditions)
        yield statement


def _all(block: Block, name: str) -> list[Block]:
    """The blocks of a name, with what a dynamic block that is not decided would make."""
    found = list(block.all(name))
    for one in block.all("dynamic"):
        if one.labels == (name,):
            found += one.all("content")
    return found


def _value(module: Module, block: Block, name: str, depth: int) -> Any:  # noqa: ANN401
    attribute = block.attributes.get(name)
    return module.value(attribute.value, depth) if attribute else None


def _principal(module: Module, block: Block, depth: int) -> tuple[str, Any]:
    kind = _value(module, block, "type", depth)
    identifiers = _value(module, block, "identifiers", depth)
    return (kind if isinstance(kind, str) else "AWS", identifiers)


def _together(named: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for kind, identifiers in named:
        listed = identifiers if isinstance(identifiers, tuple) else (identifiers,)
        found.setdefault(kind, []).extend(listed)
    return {kind: tuple(listed) for kind, listed in found.items()}


def _condition(module: Module, block: Block, depth: int) -> tuple[str, str, Any]:
    test, variable = (_value(module, block, name, depth) for name in ("test", "variable"))
    return str(test), str(variable), _value(module, block, "values", depth)


def _nested(conditions: list[tuple[str, str, Any]]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for test, variable, values in conditions:
        found.setdefault(test, {})[variable] = values
    return found
