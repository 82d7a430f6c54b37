"""How an identity provider lets people in: its flows, its codes, what it lets them do alone."""

from dataclasses import dataclass

from rempart.check import Observation, Seen


@dataclass(frozen=True, slots=True)
class SignInFlow(Observation):
    """One way through an identity provider beside its main one; key: realm and flow.

    `way` is `direct grant` (an application hands the password over), `reset` (a forgotten
    password), `client` (a client with a flow of its own), `rule` (a policy for some people).
    `factor` is whether everybody who passes shows a second factor, `closed` whether nobody can
    pass. `clients` are the applications that may use it, empty where none may; `words` shows what
    decided.
    """

    way: str
    factor: Seen[bool]
    closed: Seen[bool]
    clients: tuple[str, ...]
    words: str = ""


@dataclass(frozen=True, slots=True)
class OtpPolicy(Observation):
    """How one-time codes are made; key: the realm.

    `algorithm` is the hash of the HMAC, `reusable` whether a code is taken twice, `drift` how many
    periods a code is taken before and after its own.
    """

    digits: Seen[int]
    algorithm: Seen[str]
    reusable: Seen[bool]
    period_seconds: Seen[int | None]
    drift: Seen[int]


@dataclass(frozen=True, slots=True)
class SecurityKeys(Observation):
    """How security keys and passkeys let people in; key: the realm.

    `alone` is whether a key takes the place of the password; `verification` is what the key must
    ask of its holder (a PIN, a finger): `required`, `preferred`, `discouraged`, `not specified`.
    """

    alone: Seen[bool]
    verification: Seen[str]


@dataclass(frozen=True, slots=True)
class SelfService(Observation):
    """What people may do without anybody of the payer; key: the realm.

    `registers` opens an account of one's own, `resets` a new password by e-mail, `verified_mail`
    proves the address first.
    """

    registers: Seen[bool]
    resets: Seen[bool]
    verified_mail: Seen[bool]


@dataclass(frozen=True, slots=True)
class SignInEvents(Observation):
    """What an identity provider writes down; key: the realm.

    `kept_seconds` is how long sign-in events stay, None without an end; `details` is whether
    administrators' changes are kept with what they changed.
    """

    sign_ins: Seen[bool]
    admin: Seen[bool]
    details: Seen[bool]
    kept_seconds: Seen[int | None]


@dataclass(frozen=True, slots=True)
class KeyAge(Observation):
    """A key or password of an account at a cloud provider; key: account and secret.

    `days` is its age when it was seen, `used` whether it is active.
    """

    kind: str
    days: Seen[int]
    used: Seen[bool]
