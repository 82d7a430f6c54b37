from rempart.check import Result, spoken, verdict
from rempart.observations.tls import TlsFeatures


def check(granted: TlsFeatures) -> Result:
    good = granted.secure_renegotiation
    return verdict(good, f"secure renegotiation: {spoken(granted.secure_renegotiation)}", granted)
