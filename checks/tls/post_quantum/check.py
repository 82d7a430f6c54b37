from rempart.check import Figure, Result, verdict
from rempart.observations.tls import TlsGroups


def check(offered: tuple[TlsGroups, ...]) -> Result:
    hybrid = sorted({name for one in offered for name in one.groups if _resists(name)})
    text = ", ".join(hybrid)
    facts: dict[str, Figure] = {"groups": text or "-"}
    return verdict(bool(hybrid), text or "none", offered[0], of="groups", facts=facts)


def _resists(name: str) -> bool:
    return "MLKEM" in name
