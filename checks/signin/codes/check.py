from rempart.check import Fact, Figure, Result, all_of, any_of, unseen, verdict
from rempart.observations.identity import OtpPolicy


def check(codes: OtpPolicy, *, digits: int = 6, drift: int = 2) -> Result:
    once: Fact = codes.reusable == False  # noqa: E712  (three-valued)
    good = all_of(any_of(codes.digits >= digits), any_of(codes.drift <= drift), once)
    if any(unseen(one) for one in (codes.digits, codes.drift, codes.reusable, codes.algorithm)):
        return verdict(good, "how codes are made was not seen", codes)
    facts: dict[str, Figure] = {
        "digits": int(str(codes.digits)),
        "algorithm": str(codes.algorithm),
        "drift": int(str(codes.drift)),
        "reusable": codes.reusable is True,
    }
    again = "taken twice" if codes.reusable is True else "taken once"
    seen = f"{codes.digits} digits, {codes.algorithm}, {again}, drift {codes.drift}"
    return verdict(good, seen, codes, facts=facts)
