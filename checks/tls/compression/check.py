from rempart.check import Result, spoken, verdict
from rempart.observations.tls import TlsFeatures


def check(granted: TlsFeatures) -> Result:
    good = not granted.compression
    return verdict(good, f"compression: {spoken(granted.compression)}", granted)
