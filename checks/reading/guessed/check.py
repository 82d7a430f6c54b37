from rempart.check import Result, all_of, notapplicable, verdict
from rempart.observations.reading import SignIns


def check(sign_ins: SignIns) -> Result:
    if not sign_ins.failed:
        return notapplicable("no failed sign-in in this log", sign_ins, of="sign-ins")
    return verdict(
        all_of(not sign_ins.guessed, sign_ins.whole),
        f"{sign_ins.guessed} accounts after ten failures or more",
        sign_ins,
        of="sign-ins",
        facts={"accounts": sign_ins.guessed},
    )
