from rempart.check import Result, spoken, verdict
from rempart.observations.tls import TlsFeatures


def check(granted: TlsFeatures) -> Result:
    good = granted.extended_master_secret
    return verdict(
        good, f"extended master secret: {spoken(granted.extended_master_secret)}", granted
    )
