"""Policies of Wazuh SCA that the user brings, run on a host without an agent.

All that the rules look at is asked in one script on the host's one connection; what the answers
mean is told here. Commands that may do more than read are not run unless that was asked for.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rempart.check import Observation, Unknown
from rempart.collectors import Probe, Seen, Wanted
from rempart.errors import Limited, NoCollector, Reason, Truncated
from rempart.observations.policies import PolicyRules, RuleSeen

if TYPE_CHECKING:
    from rempart.collectors.sca.policy import Item, Policy
    from rempart.collectors.sca.world import World
    from rempart.transport.access import Access

KIND = "host"
BRINGS: tuple[type[Observation], ...] = (PolicyRules,)
PROBES = (
    Probe(
        "policies",
        "Where a policy file is given: one more script, with the reading commands of its rules.",
        BRINGS,
    ),
)
CAP: Final = 16_000_000  # bytes of all answers


def collect(subject: Any, access: "Access", wanted: Wanted) -> Iterator[Seen]:  # noqa: ANN401
    """What every check of every policy finds on the host. Raises CollectError."""
    policies: Sequence[Policy] = access.policies
    if PolicyRules not in wanted or not policies:
        return
    if subject.captured:
        raise NoCollector("a policy is run on a host that can be asked, not on files of one")
    world = _asked(subject, access, policies)
    for policy in policies:
        yield from told(policy, world, every_command=access.policy_commands)


def _asked(subject: Any, access: "Access", policies: "Sequence[Policy]") -> "World":  # noqa: ANN401
    from rempart.collectors.host import bundle
    from rempart.collectors.host.script import new_nonce
    from rempart.collectors.sca.questions import Questions
    from rempart.collectors.sca.world import World, nonce_of, read

    questions = Questions.of(policies, every_command=access.policy_commands)
    if subject.bundle:
        raw = bundle(Path(subject.bundle))
        nonce = nonce_of(raw)
        if not nonce:
            raise NoCollector("the bundle was made without the policy: rempart collect --policy")
        return World(questions, read(raw, nonce), nonce, bundled=True)
    nonce = new_nonce()
    script = questions.script(nonce, become=subject.become or "")
    if subject.ssh == "local":
        from rempart.transport.local import here

        raw, late = here(script, access.deadline.remaining()), False
    else:
        from rempart.transport.ssh import run_script

        output = run_script(access, subject, script, cap=CAP)
        raw, late = output.stdout, output.reason is Reason.LIMIT
    answers = read(raw, nonce)
    if not answers and questions.asked:
        raise (Limited if late else Truncated)("no answer to the questions of the policies")
    return World(questions, answers, nonce, late)


def told(policy: "Policy", world: "World", *, every_command: bool = False) -> Iterator[Seen]:
    """One observation a check of the policy."""
    required = _required(policy, world, every_command=every_command)
    for item in policy.items:
        key = f"{policy.id}.{item.id}"
        if item.faults:
            rules: tuple[RuleSeen, ...] = (_fault(item),)
        elif required is False:
            rules = ()
        else:
            rules = tuple(_rules(item, world, every_command=every_command))
        notes = "; ".join(dict.fromkeys(rule.note for rule in item.rules if rule.note))
        yield PolicyRules(
            item.condition if not item.faults else "all",
            rules,
            required,
            notes,
            key=key,
            source=policy.file,
            line=item.line,
            end_line=item.line,
        )


def _fault(item: "Item") -> RuleSeen:
    """In the place of the rules of a check that is not of the format: why it is not checked."""
    return RuleSeen("its rules", None, "; ".join(item.faults)[:500], Reason.UNRESOLVED)


def _rules(item: "Item", world: "World", *, every_command: bool) -> Iterator[RuleSeen]:
    from rempart.collectors.sca.evaluate import found
    from rempart.collectors.sca.patterns import Invalid
    from rempart.collectors.text import clean

    for rule in item.rules:
        seen = found(rule, world, every_command=every_command)
        text = clean(rule.text, 240)
        if isinstance(seen, Invalid):
            yield RuleSeen(text, None, clean(seen.detail, 200), seen.reason)
        else:
            yield RuleSeen(text, seen)


def _required(policy: "Policy", world: "World", *, every_command: bool) -> bool | Unknown:
    """Whether the host is one the policy is for; what cannot be told there counts as no."""
    from rempart.check import Outcome
    from rempart.judge.conditions import together

    wanted = policy.requirements
    if wanted is None:
        return True
    if wanted.faults:
        return Unknown(Reason.UNRESOLVED, f"its requirements: {'; '.join(wanted.faults)}")
    rules = _rules(wanted, world, every_command=every_command)
    outcome, rule, reason = together(wanted.condition, rules)
    if outcome is Outcome.NOTCHECKED and reason is not None:
        return Unknown(reason, f"its requirements: {rule.detail if rule else ''}")
    return outcome is Outcome.PASS
