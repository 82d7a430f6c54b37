from rempart.check import Reason, Result, notapplicable, notchecked, verdict
from rempart.observations.reading import ReadingCurve


def check(curve: ReadingCurve, *, max_minutes: int = 60) -> Result:
    if not curve.alarms:
        return notchecked(Reason.UNRESOLVED, "no alarm is declared for this log", curve, of="alarm")
    if not curve.noticed:
        return notapplicable("no account to lay the pattern over", curve, of="alarm")
    first = curve.noticed[0]
    in_time = first.minutes is not None and first.minutes <= max_minutes
    seen = f"detected after {first.minutes} minutes and {first.people} people"
    facts = {
        "people": first.taken if first.people is None else first.people,
        "taken": first.taken,
        "allowed": max_minutes,
    }
    if first.minutes is None:
        return verdict(False, "not detected", curve, of="alarm", facts=facts)
    return verdict(in_time, seen, curve, of="alarm", facts={**facts, "minutes": first.minutes})
