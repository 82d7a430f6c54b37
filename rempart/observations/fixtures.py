"""What a repository holds of people: numbers of insured persons in its texts."""

from dataclasses import dataclass

from rempart.check import Observation


@dataclass(frozen=True, slots=True)
class HealthIdentifiers(Observation):
    """Insured persons' numbers of one class in one text, counted; key: the path and the class.

    `candidates` have the shape of the identifier, `valid` of these the right check digits, `test`
    of the valid are invented or published for tests, and `named` of the valid others stand beside
    words that say what they are. No digit of any is part of what is seen.
    """

    identifier: str
    candidates: int
    valid: int
    test: int
    named: int
