from rempart.check import Fact, Reason, Result, Unknown, all_of, any_of, negated, verdict
from rempart.observations.ssh import SshdSettings

KEYBOARD = "keyboard-interactive"
# What keyboard-interactive asks is PAM's to say: a password, a code, or both.
PAM_SAYS = Unknown(Reason.UNRESOLVED, "KbdInteractiveAuthentication yes: PAM decides what it asks")


def check(sshd: SshdSettings) -> Result:
    words = [f"PasswordAuthentication {_word(sshd.password_authentication)}"]
    if sshd.authentication_methods != "any":
        words.append(f"AuthenticationMethods {sshd.authentication_methods}")
    alone = any_of(_offered(sshd, "password"), _offered(sshd, KEYBOARD))
    return verdict(negated(alone), ", ".join(words), sshd.at("password_authentication"))


def _offered(sshd: SshdSettings, method: str) -> Fact:
    """Whether this method, with no key beside it, opens the door."""
    if method == "password":
        enabled = _fact(sshd.password_authentication)
    else:
        enabled = all_of(_fact(sshd.keyboard_interactive), _fact(sshd.use_pam), PAM_SAYS)
    return all_of(enabled, _enough(sshd, method))


def _enough(sshd: SshdSettings, method: str) -> Fact:
    methods = sshd.authentication_methods
    if not isinstance(methods, str):
        return Unknown(Reason.UNRESOLVED, "AuthenticationMethods is not known")
    if methods == "any":
        return True
    alternatives = [alternative.split(",") for alternative in methods.split()]
    passwords = ("password", KEYBOARD)
    return any(
        all(step.partition(":")[0] in passwords for step in steps)
        and method in {step.partition(":")[0] for step in steps}
        for steps in alternatives
    )


def _fact(value: object) -> Fact:
    fact: Fact = value == True  # noqa: E712  (three-valued)
    return fact


def _word(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, "?") if isinstance(value, bool) else "?"
