from rempart.check import Grade, Result, Severity, graded, notapplicable, unseen, verdict
from rempart.judge.yardsticks import TlsVersions
from rempart.observations.tls import TlsVersion

UNWANTED = (Grade.FORBID, Grade.DISCOURAGE, Grade.TOLERATE)


def check(version: TlsVersion, yardstick: TlsVersions) -> Result:
    grade = graded(
        version.version,
        prefer=yardstick.prefer,
        accept=yardstick.accept,
        tolerate=yardstick.tolerate,
        discourage=yardstick.discourage,
        forbid=yardstick.forbid,
    )
    if grade is None:
        return notapplicable(f"this authority does not speak of {version.version}", version)
    offered = version.offered == True  # noqa: E712  (three-valued)
    facts = {"version": version.version}
    if unseen(offered):
        return verdict(offered, f"{version.version} not seen", version, facts=facts)
    if offered:
        return verdict(grade, f"{version.version} offered", version, facts=facts)
    if version.version in yardstick.require:
        missing = f"{version.version} is asked for and not offered"
        facts = {"missing": version.version}
        return verdict(False, missing, version, facts=facts, severity=Severity.LOW)
    if grade in UNWANTED:
        return verdict(True, f"{version.version} refused", version, facts=facts)
    return notapplicable(f"{version.version} is not offered, and need not be", version)
