from rempart.check import Figure, Reason, Result, Severity, any_of, negated, notchecked, verdict
from rempart.observations.engines import EngineKey

SERVICES = ("vault", "kmip", "kms", "aws", "oci")
ON_HOST = ("file", "example")


def check(key: EngineKey) -> Result:
    path = key.path if isinstance(key.path, str) and key.path else "-"
    facts: dict[str, Figure] = {"kind": key.kind, "path": path}
    if key.kind in SERVICES:
        return verdict(negated(key.plain == True), key.setting, key, facts=facts)  # noqa: E712
    if key.kind not in ON_HOST:
        return notchecked(Reason.NO_COLLECTOR, f"nothing here knows {key.kind}", key)
    open_ = any_of(key.inside == True, key.locked == "none", key.kind == "example")  # noqa: E712
    lesser = Severity.HIGH if open_ is False else None
    return verdict(False, key.setting, key, facts=facts, severity=lesser)
