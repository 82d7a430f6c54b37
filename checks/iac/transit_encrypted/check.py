from collections.abc import Iterator

from rempart.check import Result, verdict
from rempart.judge.transit import faces_browsers
from rempart.observations.transit import Transit


def check(endpoints: tuple[Transit, ...]) -> Iterator[Result]:
    for endpoint in endpoints:
        if not faces_browsers(endpoint):
            good = endpoint.enforced == True  # noqa: E712  (three-valued)
            yield verdict(good, endpoint.setting, endpoint, facts={"setting": endpoint.setting})
