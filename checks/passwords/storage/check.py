from rempart.check import Figure, Reason, Result, notapplicable, notchecked, verdict
from rempart.judge.hashing import least, regarded
from rempart.judge.yardsticks import PasswordHashing
from rempart.observations.passwords import PasswordStorage
from rempart.unknown import OneOf, Unknown


def check(storage: PasswordStorage, hashing: PasswordHashing) -> Result:
    scheme, cost = storage.scheme, storage.cost
    if isinstance(scheme, Unknown):
        return verdict(scheme, "the scheme was not seen", storage)
    if isinstance(scheme, OneOf):
        return notchecked(Reason.UNRESOLVED, scheme, storage)
    floor = least(scheme, hashing)
    known = cost if isinstance(cost, int) else None
    grade = regarded(scheme, known, hashing)
    if grade is None:
        return notapplicable(f"{scheme}: this authority does not name it", storage)
    if floor is not None and isinstance(cost, Unknown):
        return verdict(cost, "the cost was not seen", storage)
    how = f"{scheme}, cost {known}" if known is not None else scheme
    kept = "" if storage.accounts is None else f", {storage.accounts} passwords"
    facts: dict[str, Figure] = {"scheme": scheme, "cost": known, "least": floor}
    return verdict(
        grade, f"{how}{kept}", storage, facts=facts, counts={"accounts": storage.accounts}
    )
