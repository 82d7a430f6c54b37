"""The measures sorted for those who carry them out: by team, then by product, soonest first."""

from dataclasses import dataclass

from rempart.errors import UsageError
from rempart.report.roadmap import Measure


@dataclass(frozen=True, slots=True)
class Package:
    """The measures of one team on one product (the domain of their checks)."""

    product: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything one team has to do; an empty `team` is nobody's."""

    team: str
    packages: tuple[Package, ...]

    @property
    def measures(self) -> tuple[Measure, ...]:
        """All of them, in the order of their packages."""
        return tuple(measure for package in self.packages for measure in package.measures)

    @property
    def owners(self) -> tuple[str, ...]:
        """Who answers for the subjects concerned, each once."""
        return tuple(dict.fromkeys(owner for one in self.measures for owner in one.owners))


def playbook(measures: tuple[Measure, ...]) -> tuple[Sheet, ...]:
    """One sheet a team, the team with the soonest measure first, the unassigned last."""
    teams = dict.fromkeys(one.finding.record.team for one in measures)
    ordered = [team for team in teams if team] + [team for team in teams if not team]
    return tuple(
        Sheet(team, _packages([one for one in measures if one.finding.record.team == team]))
        for team in ordered
    )


def sheet(sheets: tuple[Sheet, ...], team: str) -> Sheet:
    """The sheet of that team; raises UsageError naming those with something to do."""
    for one in sheets:
        if one.team == team:
            return one
    known = ", ".join(one.team for one in sheets if one.team) or "none"
    raise UsageError(f'no measure for a team "{team}"; teams with measures: {known}')


def _packages(measures: list[Measure]) -> tuple[Package, ...]:
    products = dict.fromkeys(product(one) for one in measures)
    return tuple(
        Package(name, tuple(one for one in measures if product(one) == name)) for name in products
    )


def product(measure: Measure) -> str:
    """The domain of a measure's check: `ssh` of `ssh.root_login`."""
    return measure.finding.check.partition(".")[0]
