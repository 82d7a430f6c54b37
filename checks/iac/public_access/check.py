from collections.abc import Iterator

from rempart.check import Figure, Result, negated, verdict
from rempart.observations.exposure import PublicEndpoint


def check(endpoints: tuple[PublicEndpoint, ...]) -> Iterator[Result]:
    for endpoint in endpoints:
        if endpoint.kind != "bucket":
            public = endpoint.public == True  # noqa: E712  (three-valued)
            facts: dict[str, Figure] = {"setting": endpoint.setting}
            yield verdict(negated(public), endpoint.setting, endpoint, facts=facts)
