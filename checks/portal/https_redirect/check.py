from rempart.check import Fact, Reason, Result, Severity, Unknown, verdict
from rempart.observations.http import PlainRedirect


def check(plain: PlainRedirect) -> Result:
    facts = {"url": plain.url, "answer": answer(plain)}
    good = led_to_https(plain)
    detour = good is True and any(hop.startswith("http://") for hop in plain.hops[1:])
    return verdict(
        not detour if good is True else good,
        facts["answer"],
        plain,
        facts=facts,
        severity=Severity.LOW if detour else None,
    )


def led_to_https(plain: PlainRedirect) -> Fact:
    if plain.closed:
        return True
    if plain.leaves:
        return Unknown(Reason.NOT_AUTHORISED, f"leads to {plain.leaves}, out of scope")
    last = plain.statuses[-1]
    if last >= 500 or last == 429:
        return Unknown(Reason.REFUSED, f"answered {last}")
    if plain.final_scheme == "https":
        return True
    # Over plain HTTP only a flat refusal shows nothing; 401 asks for a password in clear.
    return 400 <= last < 500 and last != 401


def answer(plain: PlainRedirect) -> str:
    if plain.closed:
        return "connection refused"
    steps = [f"{status} {hop}" for status, hop in zip(plain.statuses, plain.hops, strict=True)]
    return " → ".join(steps)
