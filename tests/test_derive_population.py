"""All doors of a population, side by side."""

from dataclasses import replace

from rempart.archive import Tie
from rempart.check import Gap, Reason
from rempart.derive import Estate
from rempart.derive.population import derived
from rempart.observations.estate import PopulationPolicies
from tests.test_judge_strength import DOMAIN, GUIDE

TIES = (
    Tie("ad", "directory", population="staff"),
    Tie("realm", "identity", population="staff"),
    Tie("host", "host"),
)


def test_the_policies_of_a_population_stand_together() -> None:
    seen = {
        "ad": (replace(DOMAIN, subject="ad", key="default"),),
        "realm": (
            replace(GUIDE, subject="realm", key="realm a"),
            replace(GUIDE, subject="realm", key="device", on_device=True),
        ),
        "host": (replace(GUIDE, subject="host"),),
    }
    (found,) = derived(Estate(seen, {}, TIES))
    assert isinstance(found, PopulationPolicies)
    assert (found.key, found.source) == ("staff", "ad, realm")
    assert [one.key for one in found.policies] == ["default", "realm a"]


def test_a_source_that_was_not_seen_is_said() -> None:
    gap = Gap("PasswordPolicy", Reason.REFUSED, "no bind")
    (found,) = derived(Estate({}, {"ad": (gap,)}, TIES))
    assert isinstance(found, Gap)
    assert (found.type, found.detail) == ("PopulationPolicies", "ad: no bind")
