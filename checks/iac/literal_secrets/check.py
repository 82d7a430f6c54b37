from collections import Counter
from collections.abc import Iterator

from rempart.check import Figure, Result, negated, verdict
from rempart.observations.exposure import LiteralSecret


def check(secrets: tuple[LiteralSecret, ...]) -> Iterator[Result]:
    places = Counter(one.digest for one in secrets if one.digest and one.literal is True)
    for secret in secrets:
        literal = secret.literal == True  # noqa: E712  (three-valued)
        facts: dict[str, Figure] = {
            "kind": secret.kind,
            "attribute": secret.attribute,
            "begins": f"{secret.hint}…",
        }
        if secret.rule:
            facts["rule"] = secret.rule
        same = places[secret.digest] if literal is True else 0
        how = (
            f"a literal value that begins with {secret.hint}…" if secret.hint else "a literal value"
        )
        if same > 1:
            how = f"{how}, the same in {same} places"
        yield verdict(
            negated(literal),
            f"{secret.attribute}: {how if literal is True else 'a reference'}",
            secret,
            facts=facts,
            counts={"places": same} if same > 1 else {},
        )
