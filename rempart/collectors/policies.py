"""What a policy document in JSON lets people do: whom it lets in, and whether clear text is denied.

Source: AWS IAM, grammar of the JSON policy language and global condition keys; other providers of
the S3 protocol follow it. A part written `${...}` was not decided where the policy was read.
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from rempart.check import Fact, Unknown, any_of
from rempart.collectors.reach import lets_everybody_in
from rempart.errors import Reason

LONGEST: Final = 200_000
OPEN: Final = "${"  # the start of what is not decided
# Condition keys that say who asks or from where; others (the transport, the time) limit nobody.
WHO: Final = (
    "aws:principal", "aws:source", "aws:userid", "aws:username", "aws:calledvia", "aws:viaaws",
    "aws:federatedprovider", "aws:vpcsource", "kms:calleraccount", "kms:viaservice",
    "sts:externalid",
    "s3:dataaccesspoint", "s3:accesspoint", "sns:endpoint", "sns:protocol", "ec2:sourceinstance",
    "lambda:functionurlauthtype", "elasticfilesystem:accessedviamounttarget", "aws:resource",
    "acs:source", "token.actions.githubusercontent.com:", "aws:multifactorauth",
)  # fmt: skip


def lets_anybody(policy: Any) -> Fact:  # noqa: ANN401  (JSON, as text or read)
    """Whether a policy allows something to everybody, with no condition on who asks."""
    statements = _statements(policy)
    if isinstance(statements, Unknown):
        return statements
    return any_of(*(_open(one) for one in statements))


def denies_clear_text(policy: Any) -> Fact:  # noqa: ANN401
    """Whether a policy denies everybody who comes without TLS."""
    statements = _statements(policy)
    if isinstance(statements, Unknown):
        return statements
    return any(_denies(one) for one in statements)


def _statements(policy: Any) -> list[dict[str, Any]] | Unknown:  # noqa: ANN401
    if isinstance(policy, str):
        if len(policy) > LONGEST:
            return Unknown(Reason.LIMIT, "the policy is too long")
        try:
            policy = json.loads(policy)
        except (ValueError, RecursionError):
            return Unknown(Reason.UNRESOLVED, "the policy is not decided here")
    found = policy.get("Statement") if isinstance(policy, dict) else None
    if isinstance(found, Unknown):
        return found
    listed = found if isinstance(found, list | tuple) else [found]
    return [one for one in listed if isinstance(one, dict)]


def _open(statement: dict[str, Any]) -> Fact:
    if not _is(statement.get("Effect"), "Allow"):
        return False
    if "NotPrincipal" in statement:
        return not _limited(statement.get("Condition"))
    everybody = _everybody(statement.get("Principal"))
    if everybody is not False and _limited(statement.get("Condition")):
        return False
    return everybody


def _everybody(principal: Any) -> Fact:  # noqa: ANN401
    """Whether a principal is anybody; one that is not decided is not known."""
    names = list(_names(principal))
    if any(_is(name, "*") for name in names):
        return True
    for name in names:
        if isinstance(name, Unknown):
            return name
        if str(name).startswith(OPEN) and str(name).endswith("}") and _foreign(str(name)):
            return Unknown(Reason.UNRESOLVED, f"the principal {str(name)[2:60].rstrip('}')}")
    return False


def _foreign(name: str) -> bool:
    """Whether what is not decided may be anybody: a role or user of one's own is not."""
    return name.startswith((f"{OPEN}var.", f"{OPEN}local.", f"{OPEN}each.", f"{OPEN}module."))


def _names(principal: Any) -> Iterator[Any]:  # noqa: ANN401
    if isinstance(principal, dict):
        for kind in ("AWS", "*", "SCW"):
            yield from _names(principal.get(kind))
    elif isinstance(principal, list | tuple):
        for one in principal:
            yield from _names(one)
    elif principal is not None:
        yield principal


def _is(value: Any, word: str) -> bool:  # noqa: ANN401
    return isinstance(value, str) and value == word


def _limited(condition: Any) -> bool:  # noqa: ANN401
    """Whether a condition says who asks or from where."""
    if not isinstance(condition, dict):
        return condition is not None
    for operator, keys in condition.items():
        for key, value in keys.items() if isinstance(keys, dict) else ():
            name = str(key).lower()
            if not name.startswith(WHO) or "Not" in str(operator).partition(":")[2]:
                continue
            if name == "aws:sourceip" and lets_everybody_in([value]) is True:
                continue
            values = value if isinstance(value, list | tuple) else [value]
            if any(_is(one, "*") for one in values):
                continue
            return True
    return False


def _denies(statement: dict[str, Any]) -> bool:
    if (
        not _is(statement.get("Effect"), "Deny")
        or _everybody(statement.get("Principal")) is not True
    ):
        return False
    condition = statement.get("Condition")
    for keys in condition.values() if isinstance(condition, dict) else ():
        for key, value in keys.items() if isinstance(keys, dict) else ():
            words = value if isinstance(value, list | tuple) else [value]
            if str(key).lower() == "aws:securetransport":
                return any(str(one).lower() == "false" for one in words)
    return False
