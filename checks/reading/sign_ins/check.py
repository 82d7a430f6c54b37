from rempart.check import Reason, Result, Unknown, all_of, notapplicable, verdict
from rempart.observations.reading import SignIns


def check(sign_ins: SignIns, *, enough: int = 200) -> Result:
    succeeded, failed = sign_ins.succeeded, sign_ins.failed
    if not succeeded and not failed:
        return notapplicable("no sign-in in this log", sign_ins, of="sign-ins")
    both = bool(succeeded and failed)
    told = (
        both
        or succeeded + failed >= enough
        or Unknown(Reason.UNRESOLVED, f"{succeeded + failed} sign-ins are too few to miss a kind")
    )
    return verdict(
        both if told is True else all_of(told, sign_ins.whole),
        f"{succeeded} succeeded, {failed} failed",
        sign_ins,
        of="sign-ins",
        facts={"succeeded": succeeded, "failed": failed},
    )
