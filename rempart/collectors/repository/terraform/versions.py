"""Which version of a provider a module asks for; defaults changed between them."""

import re

from rempart.collectors.repository.terraform.values import Module

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,9}){0,3}")
Version = tuple[int, ...]


def older(module: Module, resource: str, version: str) -> bool:
    """Whether the resource's provider is held below a version.

    The root's lock file decides, else the constraints of the module and of those that call it.
    Without any the newest version holds. Source: Terraform version constraints.
    """
    provider, limit = resource.partition("_")[0], parsed(version)
    if locked := _NUMBER.match(module.locked.get(provider, "")):
        return parsed(locked[0]) < limit
    caller: Module | None = module
    while caller is not None:
        if below(_constraint(caller, provider), limit):
            return True
        caller = caller.parent
    return False


def below(constraint: str, limit: Version) -> bool:
    """Whether every version a constraint allows is older than a limit."""
    for part in constraint.split(","):
        sign = part.strip()
        number = _NUMBER.search(sign)
        if number is None or sign.startswith((">", "!")):
            continue
        asked = parsed(number[0])
        if sign.startswith("~>"):
            asked = (*asked[:-2], asked[-2] + 1) if len(asked) > 1 else (asked[0] + 1,)
            older_ = asked <= limit
        elif sign.startswith("<") and not sign.startswith("<="):
            older_ = _trimmed(asked) <= _trimmed(limit)
        else:
            older_ = asked < limit
        if older_:
            return True
    return False


def parsed(text: str) -> Version:
    """A version as numbers."""
    return tuple(map(int, text.split(".")))


def _trimmed(version: Version) -> Version:
    while version and not version[-1]:
        version = version[:-1]
    return version


def _constraint(module: Module, provider: str) -> str:
    for _, terraform in module.of("terraform"):
        for required in terraform.all("required_providers"):
            attribute = required.attributes.get(provider)
            value = module.value(attribute.value) if attribute else None
            if isinstance(value, dict):
                value = value.get("version")
            if isinstance(value, str):
                return value
    for _, block in module.of("provider"):
        version = block.attributes.get("version")
        if block.labels == (provider,) and version and isinstance(version.value, str):
            return version.value
    return ""
