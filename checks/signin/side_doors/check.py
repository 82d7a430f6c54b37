from rempart.check import Fact, Figure, Result, Severity, any_of, verdict
from rempart.observations.identity import SignInFlow

SHOWN = 5


def check(flow: SignInFlow) -> Result:
    closed: Fact = flow.closed == True  # noqa: E712  (three-valued)
    factor: Fact = flow.factor == True  # noqa: E712  (three-valued)
    good = any_of(not flow.clients, closed, factor)
    more = f" +{len(flow.clients) - SHOWN}" if len(flow.clients) > SHOWN else ""
    clients = ", ".join(flow.clients[:SHOWN]) + more or "0"
    facts: dict[str, Figure] = {"way": flow.way, "flow": flow.words, "clients": clients}
    severity = Severity.MEDIUM if flow.way == "reset" else None
    return verdict(
        good, f"{flow.way}: {clients}; {flow.words}", flow, facts=facts, severity=severity
    )
