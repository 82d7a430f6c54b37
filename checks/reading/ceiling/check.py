from rempart.check import Reason, Result, all_of, notchecked, verdict
from rempart.observations.reading import ReadingDistribution


def check(windows: tuple[ReadingDistribution, ...]) -> Result:
    bound = next((window for window in windows if window.ceiling is not None), None)
    if bound is None:
        return notchecked(
            Reason.UNRESOLVED, "no ceiling is declared for this log", windows[0], of="ceiling"
        )
    seen = f"{bound.over} accounts above {bound.ceiling}, most {bound.maximum}"
    return verdict(
        all_of(not bound.over, bound.whole),
        seen,
        bound,
        of="ceiling",
        facts={
            "accounts": bound.over,
            "windows": bound.over_windows,
            "ceiling": bound.ceiling,
            "hours": bound.seconds // 3600,
            "maximum": bound.maximum,
        }
        if bound.seconds >= 3600
        else {},
    )
