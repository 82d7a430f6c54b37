from rempart.check import Figure, Result, unseen, verdict
from rempart.observations.dns import CaaPolicy


def check(caa: CaaPolicy) -> Result:
    who = ", ".join(caa.issuers) or ";"
    facts: dict[str, Figure] = {"who": who}
    if unseen(caa.found_at):
        return verdict(caa.found_at != "", "not seen", caa)
    return verdict(caa.found_at != "", who if caa.found_at else "no CAA record", caa, facts=facts)
