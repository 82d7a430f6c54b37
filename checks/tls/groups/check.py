from rempart.check import Figure, Grade, Result, notapplicable, verdict
from rempart.judge.yardsticks import KeyExchangeGroups
from rempart.observations.tls import TlsGroups


def check(groups: TlsGroups, yardstick: KeyExchangeGroups) -> Result:
    listed = {*yardstick.prefer, *yardstick.accept}
    if not listed:
        return notapplicable("this authority lists no groups", groups)
    outside = ", ".join(name for name in groups.groups if name not in listed)
    facts: dict[str, Figure] = {"outside": outside or "-", "version": groups.version}
    return verdict(
        Grade.DISCOURAGE if outside else True,
        outside or ", ".join(groups.groups),
        groups,
        facts=facts,
    )
