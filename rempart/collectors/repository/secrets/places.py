"""What sort of file a path names, for secrets: a setting of a server is judged unlike a program."""

import re
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final


class Sort(StrEnum):
    """Sorts of text."""

    SETTINGS = "settings"  # names and values, quoted or not
    TERRAFORM = "terraform"  # values are quoted, all else is an expression
    SHELL = "shell"
    PROGRAM = "program"
    PROSE = "prose"  # manuals, logs, data: only what cannot be anything else


_ENDINGS: Final = {
    Sort.SETTINGS: """yaml yml json json5 jsonc toml ini cfg conf cnf config properties props env
        xml plist tfstate j2 jinja jinja2 tpl tmpl template service ovpn prod dev local staging
        production development kubeconfig xsl wsdl resx pubxml bicep bicepparam netrc""",
    Sort.TERRAFORM: "tf tfvars hcl nomad tofu",
    Sort.SHELL: "sh bash zsh ksh fish ps1 psm1 bat cmd mk",
    Sort.PROGRAM: """py js ts jsx tsx mjs cjs go rb java kt kts scala cs fs vb php phtml pl pm lua
        rs c h cc cpp hpp cxx swift groovy gradle dart ex exs clj r jl sql ipynb vue svelte erb pp
        jsp asp aspx cshtml m mm nix""",
}
_BY_ENDING: Final = {ending: sort for sort, text in _ENDINGS.items() for ending in text.split()}
_SHELL_NAMES: Final = re.compile(
    r"(?:gnu)?makefile|\.(?:bash|zsh|k?sh)?(?:rc|_profile)|\.profile|\.envrc", re.I
)
_SETTINGS_NAMES: Final = re.compile(
    r"\.env.*|.*\.env|(?:docker|container)file.*|.*\.dockerfile|\.\w*rc|config|credentials|hosts"
    r"|inventory|.*_config|\.my\.cnf|fstab|crontab|secrets?",
    re.I,
)
_PROGRAM_NAMES: Final = re.compile(
    r"jenkinsfile.*|vagrantfile|rakefile|gemfile|podfile|fastfile", re.I
)
_APART: Final = re.compile(
    r"(?:^|/)(?:tests?|testing|unittests?|specs?|__tests__|test_?\w*|fixtures?|mocks?|docs?"
    r"|doc-\w+|documentation|examples?|samples?|demos?|benchmarks?|tutorials?|man|e2e|integration)/"
    r"|(?:^|/)(?:test_|conftest)[^/]*$|[_.-](?:test|tests|spec|mock|example|sample)\.\w+$|Tests?\.\w+$",
)
_WORDS_OF_PEOPLE: Final = re.compile(
    r"(?:^|/)(?:locales?|i18n|l10n|lang|langs|languages|translations?|messages|nls)(?:/|[._-])"
    r"|\.(?:lock|lock\.json|min\.js|min\.css|map|schema\.json)$|(?:^|/)(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml)$",
    re.I,
)
_TEMPLATE: Final = re.compile(
    r"\.(?:example|sample|dist)$|[._-](?:example|sample|template)\b", re.I
)


def sort_of(path: str, content: bytes = b"") -> Sort:
    """The sort of a file, by its name and, where that says nothing, its first line."""
    name = PurePosixPath(path).name
    if _PROGRAM_NAMES.fullmatch(name):
        return Sort.PROGRAM
    if _SHELL_NAMES.fullmatch(name):
        return Sort.SHELL
    if _SETTINGS_NAMES.fullmatch(name):
        return Sort.SETTINGS
    ending = name.rpartition(".")[2].lower() if "." in name[1:] else ""
    if sort := _BY_ENDING.get(ending):
        return sort
    if content.startswith(b"#!"):
        first = content[:120].partition(b"\n")[0]
        return Sort.SHELL if re.search(rb"\b(?:ba|z|k|da)?sh\b", first) else Sort.PROGRAM
    return Sort.PROSE


def apart(path: str) -> bool:
    """Whether a program stands among tests, manuals and examples."""
    return _APART.search(path) is not None


def template(path: str) -> bool:
    """Whether a file of settings is one to be copied and filled in."""
    return _TEMPLATE.search(PurePosixPath(path).name) is not None


def of_words(path: str) -> bool:
    """Whether a file holds translations, lock entries or packed code: many names, no settings."""
    return _WORDS_OF_PEOPLE.search(path) is not None
