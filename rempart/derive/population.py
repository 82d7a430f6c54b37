"""The password policies behind each population: whoever guesses takes the weakest door."""

from collections.abc import Iterator

from rempart.check import Gap, Observation
from rempart.derive import ESTATE, Estate
from rempart.observations.estate import PopulationPolicies
from rempart.observations.passwords import PasswordPolicy

NEEDS: tuple[type[Observation], ...] = (PasswordPolicy,)
BRINGS: tuple[type[Observation], ...] = (PopulationPolicies,)


def derived(estate: Estate) -> Iterator[Observation | Gap]:
    """One observation a population that the inventory names on a subject with a policy.

    A Gap for each source of a population whose policy was not seen.
    """
    found: dict[str, list[PasswordPolicy]] = {}
    for subject in estate.subjects:
        if not subject.population:
            continue
        policies = found.setdefault(subject.population, [])
        for one in estate.observations.get(subject.id, ()):
            if isinstance(one, PasswordPolicy) and not one.on_device:
                policies.append(one)
        for gap in estate.gaps.get(subject.id, ()):
            if gap.type == PasswordPolicy.__name__:
                yield Gap(
                    PopulationPolicies.__name__,
                    gap.reason,
                    f"{subject.id}: {gap.detail}",
                    subject=ESTATE,
                    key=subject.population,
                    taken=gap.taken,
                )
    for population, policies in sorted(found.items()):
        if policies:
            yield PopulationPolicies(
                tuple(policies),
                subject=ESTATE,
                key=population,
                vantage=policies[0].vantage,
                source=", ".join(dict.fromkeys(one.subject for one in policies)),
                taken=max(one.taken for one in policies),
            )
