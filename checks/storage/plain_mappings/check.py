from rempart.check import Reason, Result, notapplicable, notchecked, verdict
from rempart.observations.volumes import CryptMapping


def check(mapping: CryptMapping) -> Result:
    if mapping.unlock == "random":
        return notapplicable("a new key at each start: there is nothing to derive", mapping)
    if not mapping.mode:
        return notchecked(Reason.UNRESOLVED, "whether it has a header was not seen", mapping)
    facts = {"mode": mapping.mode}
    return verdict(mapping.mode != "plain", mapping.mode, mapping, facts=facts)
