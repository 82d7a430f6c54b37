"""What lists of Ansible look like: plays, tasks, or neither."""

import re
from typing import Final

KEYWORDS: Final = frozenset(
    [
        "name",
        "when",
        "loop",
        "loop_control",
        "register",
        "vars",
        "tags",
        "become",
        "become_user",
        "become_method",
        "become_flags",
        "become_exe",
        "delegate_to",
        "delegate_facts",
        "notify",
        "listen",
        "ignore_errors",
        "ignore_unreachable",
        "no_log",
        "environment",
        "args",
        "changed_when",
        "failed_when",
        "until",
        "retries",
        "delay",
        "run_once",
        "check_mode",
        "diff",
        "any_errors_fatal",
        "async",
        "poll",
        "connection",
        "collections",
        "debugger",
        "module_defaults",
        "throttle",
        "timeout",
        "remote_user",
        "port",
        "first_available_file",
        "sudo",
        "sudo_user",
    ]
)
_INCLUDES = frozenset(
    [
        "include",
        "include_tasks",
        "import_tasks",
        "include_role",
        "import_role",
        "include_vars",
        "import_playbook",
    ]
)


def is_play(value: object) -> bool:
    """Whether an item of a list is a play."""
    return isinstance(value, dict) and ("hosts" in value or "import_playbook" in value)


def looks_like_tasks(value: object) -> bool:
    """Whether a list holds tasks: mappings with one key that names a module, or blocks."""
    if not isinstance(value, list) or not value:
        return False
    return all(_looks_like_task(item) for item in value[:20])


def _looks_like_task(item: object) -> bool:
    if not isinstance(item, dict):
        return False
    if "block" in item:
        return isinstance(item["block"], list)
    named = [key for key in item if key not in KEYWORDS and not str(key).startswith("with_")]
    if len(named) != 1:
        return False
    module, value = str(named[0]), item[named[0]]
    if not re.fullmatch(r"[a-z_][\w.]*", module):
        return False
    return isinstance(value, dict | str) or value is None or module in _INCLUDES
