"""Where a PAM stack may end: every way through it, as libpam walks it.

Each module may answer with one of several codes; the walk follows all of them. Impression, status,
jumps and the ends of substacks are those of `_pam_dispatch_aux` in Linux-PAM 1.5.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol, TypeAlias, TypeVar

from rempart.collectors.host.pam_control import SUCCESS, Action, actions
from rempart.errors import Limited

MOST: Final = 10_000  # states of one walk
UNDECIDED, POSITIVE, NEGATIVE = 0, 1, 2


class Step(Protocol):
    """One line of a stack: `level` counts the substacks around it, `silent` ones are not run."""

    @property
    def control(self) -> str: ...

    @property
    def level(self) -> int: ...

    @property
    def silent(self) -> bool: ...


S = TypeVar("S", bound=Step)
Answering: TypeAlias = Callable[[S], Collection[str]]
_View: TypeAlias = tuple[int, bool]  # the impression so far, and whether the status is success


class _State(NamedTuple):
    place: int
    view: _View
    before: int  # the level of the module run last
    kept: tuple[_View, ...]  # what stood when each substack was entered
    met: frozenset[int]


@dataclass(frozen=True, slots=True)
class Ending:
    """One end: whether PAM grants, which watched modules ran, and the answers on the way."""

    granted: bool
    met: frozenset[int]
    way: tuple[tuple[int, str], ...]


def endings(
    stack: Sequence[S], answering: Answering[S], watched: Collection[int] = ()
) -> Iterator[Ending]:
    """Every end that can be reached, once for each set of watched modules that ran.

    Raises Limited for a stack with too many ways.
    """
    first = _State(0, (UNDECIDED, False), 0, (), frozenset())
    came: dict[_State, tuple[_State, str] | None] = {first: None}
    waiting, told = [first], set()
    while waiting:
        state = waiting.pop()
        if state.place >= len(stack):
            granted = state.view == (POSITIVE, True)
            if (granted, state.met) not in told:
                told.add((granted, state.met))
                yield Ending(granted, state.met, _way(state, came))
            continue
        for following, answer in _followers(stack, state, answering, watched):
            if following not in came:
                came[following] = (state, answer)
                waiting.append(following)
        if len(came) > MOST:
            raise Limited(f"a PAM stack has more than {MOST} ways through it")


def _followers(
    stack: Sequence[S], state: _State, answering: Answering[S], watched: Collection[int]
) -> Iterator[tuple[_State, str]]:
    step = stack[state.place]
    kept = state.kept[: step.level]
    if state.before < step.level:
        kept = (*state.kept[: step.level - 1], state.view)
    if step.silent:
        yield state._replace(place=state.place + 1, before=step.level, kept=kept), ""
        return
    met = state.met | {state.place} if state.place in watched else state.met
    deeds, done = actions(step.control), set()
    for answer in answering(step):
        action, good = deeds[answer], answer == SUCCESS
        if (action, good) in done:
            continue
        done.add((action, good))
        view, index = _moved(stack, state, action, kept, good=good)
        yield _State(index, view, step.level, kept, met), answer


def _moved(
    stack: Sequence[S], state: _State, action: Action, kept: tuple[_View, ...], *, good: bool
) -> tuple[_View, int]:
    """What PAM thinks after an answer, and the module it goes to."""
    view, index = state.view, state.place
    if isinstance(action, int):
        index, left = _jumped(stack, index, action)
        return ((NEGATIVE, False) if left else view), index
    if action == "reset":
        level = stack[index].level
        return (kept[level - 1] if level else (UNDECIDED, False)), index + 1
    if action in ("ok", "done"):
        if view[0] == UNDECIDED or view == (POSITIVE, True):
            view = (POSITIVE, good)
        ends = action == "done" and view[0] == POSITIVE
        return view, _end(stack, index) if ends else index + 1
    if action in ("bad", "die"):
        view = view if view[0] == NEGATIVE else (NEGATIVE, False)
        return view, _end(stack, index) if action == "die" else index + 1
    return view, index + 1


def _jumped(stack: Sequence[S], index: int, many: int) -> tuple[int, int]:
    """The index after so many modules of this level, a substack as one, and how many were left."""
    level = stack[index].level
    while many and index + 1 < len(stack) and stack[index + 1].level >= level:
        index += 1
        while index + 1 < len(stack) and stack[index + 1].level > level:
            index += 1
        many -= 1
    return index + 1, many


def _end(stack: Sequence[S], index: int) -> int:
    level = stack[index].level
    return next((at for at in range(index + 1, len(stack)) if stack[at].level < level), len(stack))


def _way(
    state: _State, came: dict[_State, tuple[_State, str] | None]
) -> tuple[tuple[int, str], ...]:
    steps: list[tuple[int, str]] = []
    while (step := came[state]) is not None:
        state, answer = step
        if answer:
            steps.append((state.place, answer))
    return tuple(reversed(steps))
