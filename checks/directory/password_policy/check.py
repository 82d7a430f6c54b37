from rempart.check import Fact, Figure, Result, all_of, unseen, verdict
from rempart.observations.directories import DirectoryPolicies


def check(policies: DirectoryPolicies) -> Result:
    applied: Fact = policies.applied == True  # noqa: E712  (three-valued)
    named: Fact = policies.default != ""  # (three-valued)
    default = "?" if unseen(policies.default) else str(policies.default) or "none"
    seen = f"default policy {default}" if policies.applied is not False else "applies no policy"
    facts: dict[str, Figure] = {"product": policies.product, "default": default}
    return verdict(all_of(applied, named), seen, policies, facts=facts)
