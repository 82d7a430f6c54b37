from rempart.check import Fact, Figure, Result, all_of, unseen, verdict
from rempart.observations.identity import SignInEvents


def check(events: SignInEvents) -> Result:
    sign_ins: Fact = events.sign_ins == True  # noqa: E712  (three-valued)
    admin: Fact = events.admin == True  # noqa: E712  (three-valued)
    good = all_of(sign_ins, admin)
    if unseen(events.sign_ins) or unseen(events.admin):
        return verdict(good, "what is recorded was not seen", events)
    facts: dict[str, Figure] = {"sign_ins": sign_ins is True, "admin": admin is True}
    seen = ", ".join(f"{name} {'yes' if value else 'no'}" for name, value in facts.items())
    return verdict(good, seen, events, facts=facts)
