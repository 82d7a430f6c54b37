from collections.abc import Iterator

from rempart.check import Figure, Result, negated, verdict
from rempart.observations.exposure import PublicEndpoint


def check(endpoints: tuple[PublicEndpoint, ...]) -> Iterator[Result]:
    for one in endpoints:
        if one.kind == "bucket":
            facts: dict[str, Figure] = {"exposure": one.setting}
            public = one.public == True  # noqa: E712  (three-valued)
            yield verdict(negated(public), one.setting, one, facts=facts)
