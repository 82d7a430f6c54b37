from rempart.check import Result, Severity, unseen, verdict
from rempart.observations.http import SecurityTxt


def check(contact: SecurityTxt) -> Result:
    present = contact.present == True  # noqa: E712  (three-valued)
    if unseen(present):
        return verdict(present, "not seen", contact)
    problems = list(contact.problems) if present else ["no security.txt"]
    if contact.expires is not None and contact.expires < contact.taken:
        problems.insert(0, f"Expires: {contact.expires.date().isoformat()}")
    words = "; ".join(problems)
    until = contact.expires.date().isoformat() if contact.expires else ""
    reachable = bool(present) and contact.contacts > 0
    return verdict(
        not problems,
        words or f"Contact given, Expires {until}",
        contact,
        facts={"problems": words, "until": until},
        severity=None if not reachable else Severity.LOW,
    )
