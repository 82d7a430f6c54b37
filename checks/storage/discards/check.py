from rempart.check import Result, negated, verdict
from rempart.observations.volumes import CryptMapping


def check(mapping: CryptMapping) -> Result:
    passed_on = mapping.discards == True  # noqa: E712  (three-valued)
    seen = "discards passed on" if passed_on is True else "no discards"
    return verdict(negated(passed_on), seen, mapping)
