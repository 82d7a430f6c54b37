from rempart.check import Result, spoken, verdict
from rempart.observations.tls import TlsFeatures


def check(granted: TlsFeatures) -> Result:
    good = granted.fallback_protected == True  # noqa: E712  (three-valued)
    return verdict(good, f"fallback protected: {spoken(granted.fallback_protected)}", granted)
