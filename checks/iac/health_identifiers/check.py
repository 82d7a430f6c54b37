from rempart.check import Figure, Result, verdict
from rempart.judge.identifiers import proven
from rempart.observations.fixtures import HealthIdentifiers
from rempart.observations.identifiers.catalogue import BY_NAME


def check(people: HealthIdentifiers, *, min_valid: int = 5, min_named: int = 1) -> Result:
    real = people.valid - people.test
    found = people.named >= min_named or proven(
        people.identifier, people.candidates - people.test, real, min_valid=min_valid
    )
    known = BY_NAME.get(people.identifier)
    label = known.label if known else people.identifier
    facts: dict[str, Figure] = {"identifier": label, "valid": real, "test": people.test}
    seen = f"{label}: {real} valid numbers beside {people.test} made for tests"
    return verdict(not found, seen, people, facts=facts)
