from rempart.check import Figure, Result, notapplicable, verdict
from rempart.judge.yardsticks import KeyExchangeGroups
from rempart.observations.tls import DiffieHellman


def check(parameters: DiffieHellman, yardstick: KeyExchangeGroups) -> Result:
    least = yardstick.min_modulus_bits
    if least is None:
        return notapplicable("this authority gives no size", parameters)
    seen = f"{parameters.bits} bits"
    seen += f", {parameters.known}" if parameters.known else ""
    facts: dict[str, Figure] = {"seen": seen, "least": least}
    return verdict(parameters.bits >= least, seen, parameters, facts=facts)
