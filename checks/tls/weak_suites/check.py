from rempart.check import Figure, Grade, Result, Severity, notapplicable, verdict
from rempart.judge.suites import graded_families
from rempart.judge.yardsticks import TlsSuiteFamilies
from rempart.observations.tls import TlsSuites

BROKEN = (
    *("null", "anon", "export", "rc4", "rc2", "des", "idea", "fortezza", "gost", "3des", "md5"),
    *("krb5", "dss", "seed"),
)
SLOW = frozenset({"3des", "idea", "seed", "dss", "md5"})  # broken, but at a cost


def check(offered: tuple[TlsSuites, ...], yardstick: TlsSuiteFamilies) -> Result:
    names = {name for one in offered for name in one.suites}
    grades = {Grade.FORBID: yardstick.forbid, Grade.DISCOURAGE: yardstick.discourage}
    if not any(grades.values()):
        return notapplicable("this authority lists no families", offered[0], of="suites")
    _, found = graded_families(names, grades, BROKEN)
    text = ", ".join(f"{family} ({count})" for family, count in found.items())
    facts: dict[str, Figure] = {"families": text or "-", "suites": len(names)}
    lower = Severity.MEDIUM if found.keys() <= SLOW else None
    seen = text or f"{len(names)} suites, none of a broken family"
    return verdict(not found, seen, offered[0], of="suites", facts=facts, severity=lower)
