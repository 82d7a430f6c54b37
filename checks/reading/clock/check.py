from rempart.check import Result, all_of, notapplicable, verdict
from rempart.observations.reading import ClockFacts


def check(clock: ClockFacts) -> Result:
    if not clock.lines:
        return notapplicable("no line with a moment", clock, of="clock")
    sound = clock.backwards * 1000 <= clock.lines and not clock.ahead
    zoned = not clock.unzoned or bool(clock.zone)
    seen = f"{clock.backwards} back, {clock.ahead} ahead, {clock.unzoned} without a zone"
    return verdict(
        all_of(sound, zoned, clock.whole),
        seen,
        clock,
        of="clock",
        facts={
            "lines": clock.lines,
            "backwards": clock.backwards,
            "ahead": clock.ahead,
            "unzoned": 0 if clock.zone else clock.unzoned,
            "tolerance": clock.tolerance,
        },
    )
