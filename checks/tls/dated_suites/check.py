from rempart.check import Figure, Grade, Result, notapplicable, verdict
from rempart.judge.suites import graded_families
from rempart.judge.yardsticks import TlsSuiteFamilies
from rempart.observations.tls import TlsSuites

DATED = (
    *("static_rsa", "static_dh", "ccm8", "psk", "srp", "cbc", "sha1"),
    *("camellia", "aria", "dhe", "chacha20"),
)


def check(offered: tuple[TlsSuites, ...], yardstick: TlsSuiteFamilies) -> Result:
    grades = {Grade.FORBID: yardstick.forbid, Grade.DISCOURAGE: yardstick.discourage}
    if not any(grades.values()):
        return notapplicable("this authority lists no families", offered[0], of="suites")
    worst, found = None, dict[str, int]()
    for one in offered:
        grade, families = graded_families(one.suites, grades, _judged(one, yardstick))
        if grade is not None and (worst is None or grade is Grade.FORBID):
            if grade is not worst:
                found = {}
            worst = grade
        if grade is not None and grade is worst:
            found = {name: max(found.get(name, 0), families.get(name, 0)) for name in DATED}
    text = ", ".join(f"{family} ({count})" for family, count in found.items() if count)
    facts: dict[str, Figure] = {"families": text or "-"}
    good = worst if worst is not None else True
    return verdict(good, text or "none", offered[0], of="suites", facts=facts)


def _judged(one: TlsSuites, yardstick: TlsSuiteFamilies) -> tuple[str, ...]:
    sealed = yardstick.encrypt_then_mac and one.encrypt_then_mac == True  # noqa: E712
    return tuple(family for family in DATED if not (sealed is True and family == "cbc"))
