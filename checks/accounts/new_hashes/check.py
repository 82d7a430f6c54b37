from rempart.check import OneOf, Reason, Result, notapplicable, notchecked, verdict
from rempart.judge.hashing import regarded
from rempart.judge.yardsticks import PasswordHashing
from rempart.observations.pam import PamChange
from rempart.unknown import Unknown


def check(change: PamChange, hashing: PasswordHashing) -> Result:
    scheme, where = change.scheme, change.at("scheme")
    if isinstance(scheme, Unknown):
        return verdict(scheme, "the scheme was not seen", where)
    if isinstance(scheme, OneOf):
        return notchecked(Reason.UNRESOLVED, scheme, where)
    cost = change.rounds if isinstance(change.rounds, int) else None
    grade = regarded(scheme, cost, hashing)
    if grade is None:
        return notapplicable(f"{scheme}: this authority does not name it", where)
    return verdict(grade, scheme, where, facts={"scheme": scheme})
