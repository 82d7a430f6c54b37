from rempart.check import Figure, Result, notapplicable, spoken, verdict
from rempart.observations.tls import TlsSuites


def check(suites: TlsSuites) -> Result:
    facts: dict[str, Figure] = {"version": suites.version}
    if suites.version == "TLSv1.3" or len(suites.suites) < 2:
        return notapplicable("any order of these suites is sound", suites)
    good = suites.server_order == True  # noqa: E712  (three-valued)
    seen = f"server order prevails: {spoken(suites.server_order)}"
    return verdict(good, seen, suites, facts=facts)
