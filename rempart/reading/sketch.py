"""How many different people: exact while they are few, sampled when they are many."""

from collections import Counter
from collections.abc import Collection, Iterable

BITS = 40  # of a person's hash, all equally likely
EXACT = 65_536  # hashes kept; below that a count is exact
ERROR = 17  # per thousand: three standard deviations of a count over half as many hashes


class Readers:
    """By how many accounts each person was read, for as many people as are kept."""

    def __init__(self) -> None:
        self.counts: Counter[int] = Counter()
        self.halvings = 0

    def add(self, people: Collection[int], halvings: int) -> None:
        """Take the people of one account, each once, and how often they were thinned."""
        if halvings > self.halvings:
            self._thin(halvings)
        if self.halvings:
            bound = 1 << (BITS - self.halvings)
            people = [person for person in people if person < bound]
        self.counts.update(people)
        while len(self.counts) > EXACT:
            self._thin(self.halvings + 1)

    def _thin(self, halvings: int) -> None:
        bound = 1 << (BITS - halvings)
        kept = {person: count for person, count in self.counts.items() if person < bound}
        self.counts = Counter(kept)
        self.halvings = halvings

    def people(self, least: int = 1) -> int:
        """How many people were read by at least so many accounts."""
        return sum(count >= least for count in self.counts.values()) << self.halvings

    @property
    def most(self) -> int:
        """How many accounts read the person most accounts read, among those kept."""
        return max(self.counts.values(), default=0)


class Distinct:
    """A set that keeps only every second, fourth, eighth ... person once it is full.

    Adaptive sampling (Flajolet 1990, after Wegman): whoever has a hash below a bound is kept, the
    bound halves when the set is full, and the count is what is kept times the halvings. The same
    person is kept or left out everywhere, so sketches unite without loss.
    """

    __slots__ = ("halvings", "kept")

    def __init__(self, people: Iterable[int] = ()) -> None:
        self.kept: set[int] = set()
        self.halvings = 0
        self.add(people)

    def add(self, people: Iterable[int]) -> None:
        """Take people by their hashes."""
        if self.halvings:
            bound = 1 << (BITS - self.halvings)
            people = [person for person in people if person < bound]
        self.kept.update(people)
        self._halve()

    def unite(self, other: "Distinct") -> None:
        """Take everybody another sketch has seen."""
        if other.halvings > self.halvings:
            self._thin(other.halvings)
        self.add(other.kept)

    def beside(self, known: "Distinct") -> int:
        """How many are here and not among those known."""
        halvings = max(self.halvings, known.halvings)
        bound = 1 << (BITS - halvings)
        return sum(person < bound for person in self.kept - known.kept) << halvings

    def __len__(self) -> int:
        return len(self.kept) << self.halvings

    def _halve(self) -> None:
        while len(self.kept) > EXACT:
            self._thin(self.halvings + 1)

    def _thin(self, halvings: int) -> None:
        bound = 1 << (BITS - halvings)
        self.kept = {person for person in self.kept if person < bound}
        self.halvings = halvings
