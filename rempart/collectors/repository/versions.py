"""Which version of a provider a module asks for; defaults changed between them."""

import re

from rempart.collectors.repository.values import Module

_NUMBER = re.compile(r"\d+")


def older(module: Module, resource: str, version: str) -> bool:
    """Whether the module's constraint keeps the resource's provider below a major version.

    Without a constraint the newest version holds. Source: Terraform version constraints.
    """
    constraint = _constraint(module, resource.partition("_")[0])
    if constraint is None:
        return False
    for part in constraint.split(","):
        sign = part.strip()
        number = _NUMBER.search(sign)
        if number is None:
            continue
        asked, limit = int(number[0]), int(version)
        if sign.startswith(("<", "~>", "=")) or sign[0].isdigit():
            bound = asked - 1 if re.fullmatch(r"<\s*\d+(?:\.0)*", sign) else asked
            if bound < limit:
                return True
    return False


def _constraint(module: Module, provider: str) -> str | None:
    for _, terraform in module.of("terraform"):
        for required in terraform.all("required_providers"):
            attribute = required.attributes.get(provider)
            value = module.value(attribute.value) if attribute else None
            if isinstance(value, dict):
                value = value.get("version")
            if isinstance(value, str):
                return value
    return None
