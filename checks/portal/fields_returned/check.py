from rempart.check import Figure, Result, notapplicable, verdict
from rempart.observations.canary import FieldsReturned


def check(fields: FieldsReturned) -> Result:
    if not fields.needed:
        return notapplicable("the inventory does not say which fields are needed", fields)
    beyond = [name for name in fields.returned if not _needed(name, fields.needed)]
    facts: dict[str, Figure] = {"beyond": ", ".join(beyond) or "-"}
    return verdict(not beyond, ", ".join(fields.returned) or "no fields", fields, facts=facts)


def _needed(name: str, needed: tuple[str, ...]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in needed)
