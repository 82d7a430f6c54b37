from collections.abc import Iterator

from rempart.check import Result, verdict
from rempart.observations.sign_in import SignIn


def check(ways: tuple[SignIn, ...]) -> Iterator[Result]:
    for way in ways:
        if way.kind == "factor":
            good = way.guarded == True  # noqa: E712  (three-valued)
            yield verdict(good, way.setting, way, facts={"setting": way.setting})
