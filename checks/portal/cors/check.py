from rempart.check import Fact, Figure, Result, unseen, verdict
from rempart.observations.http import CrossOrigin


def check(answer: CrossOrigin) -> Result:
    allowed = answer.allowed
    facts: dict[str, Figure] = {"origin": answer.origin}
    reflected: Fact = allowed == answer.origin
    if unseen(reflected):
        return verdict(reflected, "not seen", answer, facts=facts)
    with_cookies = "with credentials" if answer.credentials else "without credentials"
    seen = f"Access-Control-Allow-Origin: {allowed or 'none'}, {with_cookies}"
    return verdict(not (reflected and answer.credentials), seen, answer, facts=facts)
