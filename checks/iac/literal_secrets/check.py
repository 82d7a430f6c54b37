from rempart.check import Figure, Result, negated, verdict
from rempart.observations.exposure import LiteralSecret


def check(secret: LiteralSecret) -> Result:
    literal = secret.literal == True  # noqa: E712  (three-valued)
    facts: dict[str, Figure] = {"kind": secret.kind, "attribute": secret.attribute}
    how = "a literal value" if literal is True else "a reference"
    return verdict(negated(literal), f"{secret.attribute}: {how}", secret, facts=facts)
