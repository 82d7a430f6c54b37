"""The exceptions of a gate as they are now, and as they stood where a change starts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rempart import documents
from rempart.errors import ContentErrors
from rempart.gate.exceptions import FILE, Before, Held, inline, malformed, written
from rempart.gate.markers import Marker, markers
from rempart.gate.policy import LONGEST, inside
from rempart.gate.revisions import Checkout, Revision
from rempart.gate.survey import Survey
from rempart.results import ResultRecord

Known = Mapping[str, str]


@dataclass(slots=True)
class Exceptions:
    """All exceptions of a gate, those of the tree first, and how they stood before."""

    held: list[Held]
    before: Before | None = None


@dataclass(slots=True)
class Sources:
    """Where exceptions are read from.

    `waivers` is what a person named, if anything; `start` the revision a change starts from, and
    `protected` whether only what stands there excuses. `known` gives the check of each id.
    """

    survey: Survey
    subject: str
    known: Known
    checkout: Checkout | None = None
    waivers: Path | None = None
    start: Revision | None = None
    protected: bool = False
    _then: dict[str, bytes] = field(default_factory=dict)

    def exceptions(self) -> Exceptions:
        """Everything that may excuse, and what is needed to know whether it does."""
        now = [one for path, text in self.survey.ours.items() for one in self._in(path, text)]
        held = [*inline(now, self.survey.modules, self.subject), *self._written()]
        if self.start is None:
            return Exceptions(held)
        self._then = self.start.contents(self.survey.ours)
        then = [
            one
            for path, raw in self._then.items()
            for one in self._in(path, raw.decode("utf-8", "replace"))
        ]
        there = Counter(one.identity for one in then)
        stood = list(self._written_then())
        there.update(one.identity for one in stood)
        held += self._gone_but_in_force(held, stood)
        texts = _texts(then, self._then), _texts(now, self.survey.ours)

        def touched(one: Held, concerned: Sequence[ResultRecord]) -> bool:
            if one.inline:
                return texts[0].get(one.identity) != texts[1].get(one.identity)
            return any(self._changed(result.where.source) for result in concerned)

        return Exceptions(held, Before(self.protected, there, touched))

    def _in(self, path: str, text: str) -> Iterable[Marker]:
        return markers(path, text, self.known)

    def _gone_but_in_force(self, held: Sequence[Held], stood: Sequence[Held]) -> list[Held]:
        """Entries of the protected waivers file that the change took away or the tree never had."""
        if not self.protected:
            return []
        here = Counter(one.identity for one in held)
        return [one for one in stood if not here[one.identity]]

    def _file(self) -> Path:
        return self.waivers or self.survey.root / FILE

    def _named(self) -> str:
        return self._file().name if self.waivers is None else str(self.waivers)

    def _written(self) -> Iterable[Held]:
        """The waivers file of the tree; one outside of it is the operator's, and protected."""
        path = self._file()
        if not path.exists() and not path.is_symlink() and self._optional():
            return ()
        try:
            raw = documents.contents(path, LONGEST)
        except ContentErrors as errors:
            if self._optional():
                return [malformed(self._named(), 0, errors.errors[0].message)]
            raise
        return written(raw, self._named())

    def _optional(self) -> bool:
        """Whether the tree may lack the file: nobody named it, or it counts where it stood."""
        return self.waivers is None or (self.protected and self._from_top() is not None)

    def _from_top(self) -> str | None:
        return inside(self.checkout, self._file())

    def _written_then(self) -> Iterable[Held]:
        if self.start is None:
            return ()
        path = self._from_top()
        if path is None:  # not the repository's: what stands there was never part of a change
            return self._written()
        raw = self.start.at_top(path)
        return () if raw is None else written(raw, self._named())

    def _changed(self, path: str) -> bool:
        """Whether a file is not what it was where the change starts."""
        if self.start is None:
            return True
        then = self._then.get(path)
        if then is None:
            then = self.start.content(path) or b""
            self._then[path] = then
        return then.decode("utf-8", "replace") != self.survey.text(path)


def _texts(found: Iterable[Marker], texts: Mapping[str, str | bytes]) -> dict[object, str]:
    """The lines each exception speaks of, by its identity."""
    told: dict[object, str] = {}
    for one in found:
        text = texts[one.source]
        lines = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).split("\n")
        block = lines[one.block.start - 1 : one.block.end]
        told[one.identity] = "\n".join(line.rstrip() for line in block)
    return told
