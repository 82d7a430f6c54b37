from collections.abc import Iterator

from rempart.check import Figure, Result, Vantage, spoken, verdict
from rempart.observations.volumes import Volume


def check(volumes: tuple[Volume, ...]) -> Iterator[Result]:
    for volume in volumes:
        if volume.vantage is Vantage.DECLARED and volume.key_holder is not None:
            owned = volume.key_holder == "customer"
            facts: dict[str, Figure] = {"volume": volume.key, "key": spoken(volume.key_name)}
            yield verdict(owned, f"key holder: {spoken(volume.key_holder)}", volume, facts=facts)
