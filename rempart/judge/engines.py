"""Whether what an engine writes beside its tables is encrypted: the same question for every log."""

from collections.abc import Iterable, Iterator

from rempart.check import Fact, Figure, Result, any_of, negated, notapplicable, verdict
from rempart.observations.engines import EngineArea


def written(areas: Iterable[EngineArea], kinds: tuple[str, ...]) -> Iterator[Result]:
    """One result for each area of these kinds: nothing is written there, or it is encrypted."""
    for area in areas:
        if area.kind not in kinds:
            continue
        if area.written is False:
            yield notapplicable(f"{area.key}: nothing is written there", area)
        elif not area.able:
            yield notapplicable(f"{area.key}: this product has no encryption for it", area)
        else:
            reached: Fact = area.written == True  # noqa: E712  (three-valued)
            sealed: Fact = area.encrypted == True  # noqa: E712
            facts: dict[str, Figure] = {"setting": area.setting}
            good = any_of(sealed, negated(reached))
            yield verdict(good, area.setting, area, facts=facts)
