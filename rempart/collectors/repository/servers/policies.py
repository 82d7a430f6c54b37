"""Password rules of hosts as a repository keeps them: PAM, pwquality, faillock, login.defs.

The files of one folder are read as those of one host. Where only a module's own settings are kept,
the module is taken to be in use: nobody writes them otherwise.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from rempart.check import Observation, Vantage
from rempart.collectors.host.lines import Files, Line
from rempart.collectors.host.policy import policy_of
from rempart.collectors.repository.servers.lines import TEMPLATED, Text

PAM: Final = "/etc/pam.d/"
PLACES: Final = {
    "pwquality.conf": "/etc/security/pwquality.conf",
    "faillock.conf": "/etc/security/faillock.conf",
    "login.defs": "/etc/login.defs",
}
MODULES: Final = ("pwquality.conf", "faillock.conf")
_ABOUT = re.compile(
    r"^[ \t]*(?:password|auth)\b.*pam_(?:unix|pwquality|cracklib|passwdqc|faillock|tally)", re.M
)
_INNER = re.compile(r"(?:^|/)(?:pam\.d|security|pwquality\.conf\.d)$")
# What stands in PAM where only a module's settings are kept.
_QUALITY: Final = ("password requisite pam_pwquality.so", "password required pam_unix.so")
_LOCK: Final = (
    "auth required pam_faillock.so preauth",
    "auth sufficient pam_unix.so",
    "auth [default=die] pam_faillock.so authfail",
)
_STACKS: Final = {
    "password": ("common-password", "system-auth", "password-auth"),
    "auth": ("common-auth", "password-auth", "system-auth"),
}


def policies(texts: Sequence[Text]) -> Iterator[Observation]:
    """The policy of each folder's files; none where they say nothing of passwords."""
    groups: dict[str, list[Text]] = {}
    for text in texts:
        groups.setdefault(_INNER.sub("", text.folder), []).append(text)
    for folder, group in groups.items():
        if any(text.name in MODULES or _ABOUT.search(text.content) for text in group):
            yield from _policy(folder, group)


def _policy(folder: str, group: Sequence[Text]) -> Iterator[Observation]:
    lines: dict[str, list[Line]] = {}
    for text in group:
        place = PLACES.get(text.name, f"{PAM}{text.name}")
        if "pwquality.conf.d" in text.path:
            place = f"/etc/security/pwquality.conf.d/{text.name}"
        lines[place] = [
            Line(text.path, line.number, _decided(line.text, sure=line.sure)) for line in text.lines
        ]
    kept = {text.name: text.path for text in group}
    _complete(lines, kept)
    if not any(place.startswith(PAM) for place in lines):
        return
    known = policy_of(Files(lines, partial=True))
    shown = {place: listed[0].file for place, listed in lines.items() if listed}
    first = group[0].path
    source = shown.get(known.source, known.source if known.source in kept.values() else first)
    decided = {
        rule: replace(
            at, source=shown.get(at.source, at.source if at.source in kept.values() else first)
        )
        for rule, at in known.decided.items()
    }
    key = f"{folder} passwords".removeprefix(". ")
    yield replace(
        known,
        key=key,
        vantage=Vantage.DECLARED,
        source=source,
        line=known.line or 1,
        end_line=known.line or 1,
        decided=decided,
    )


def _decided(text: str, *, sure: bool) -> str:
    """A line PAM can read; a setting a template fills in has no number and stays undecided."""
    if TEMPLATED.search(text) or (not sure and text.strip()):
        return re.sub(r"\{\{.*?\}\}|\$\{[^}]*\}|<%=.*?%>", "undecided", text)
    return text


def _complete(lines: dict[str, list[Line]], kept: dict[str, str]) -> None:
    """Services whose stack stands in a file they include, or in a module's settings alone."""
    quality = kept.get("pwquality.conf", "")
    if f"{PAM}passwd" not in lines:
        stack = next((one for one in _STACKS["password"] if f"{PAM}{one}" in lines), "")
        if stack:
            lines[f"{PAM}passwd"] = [Line(kept[stack], 1, f"password include {stack}")]
        elif quality:
            lines[f"{PAM}passwd"] = [Line(quality, 1, text) for text in _QUALITY]
    if f"{PAM}sshd" not in lines and f"{PAM}login" not in lines:
        stack = next((one for one in _STACKS["auth"] if f"{PAM}{one}" in lines), "")
        if stack:
            lines[f"{PAM}login"] = [Line(kept[stack], 1, f"auth include {stack}")]
        elif "faillock.conf" in kept:
            lines[f"{PAM}login"] = [Line(kept["faillock.conf"], 1, text) for text in _LOCK]
