"""Which version of a provider a module asks for; defaults changed between them."""

import re

from rempart.collectors.repository.values import Module

_NUMBER = re.compile(r"\d+")


def older(module: Module, resource: str, version: str) -> bool:
    """Whether the resource's provider is held below a major version.

    The root's lock file decides, else the constraints of the module and of those that call it.
    Without any the newest version holds. Source: Terraform version constraints.
    """
    provider = resource.partition("_")[0]
    if locked := _NUMBER.match(module.locked.get(provider, "")):
        return int(locked[0][:9]) < int(version)
    caller: Module | None = module
    while caller is not None:
        if _below(_constraint(caller, provider), int(version)):
            return True
        caller = caller.parent
    return False


def _below(constraint: str, limit: int) -> bool:
    for part in constraint.split(","):
        sign = part.strip()
        number = _NUMBER.search(sign)
        if number is None:
            continue
        if sign.startswith(("<", "~>", "=")) or sign[0].isdigit():
            asked = int(number[0][:9])
            bound = asked - 1 if re.fullmatch(r"<\s*\d+(?:\.0)*", sign) else asked
            if bound < limit:
                return True
    return False


def _constraint(module: Module, provider: str) -> str:
    for _, terraform in module.of("terraform"):
        for required in terraform.all("required_providers"):
            attribute = required.attributes.get(provider)
            value = module.value(attribute.value) if attribute else None
            if isinstance(value, dict):
                value = value.get("version")
            if isinstance(value, str):
                return value
    return ""
