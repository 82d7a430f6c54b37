from rempart.check import Figure, Result, notapplicable, verdict
from rempart.judge.yardsticks import SessionLimits
from rempart.observations.canary import SessionLife


def check(life: SessionLife, limits: SessionLimits) -> Result:
    most = limits.overall_seconds
    if most is None:
        return notapplicable("this authority gives no figure", life)
    seconds = life.overall_seconds if isinstance(life.overall_seconds, int) else None
    facts: dict[str, Figure] = {"seconds": seconds, "most": most, "by": life.told_by or "-"}
    return verdict(life.overall_seconds <= most, f"{seconds} s", life, facts=facts)
