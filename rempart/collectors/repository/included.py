"""Texts that Terraform takes from files of the repository: `file` and `templatefile`.

Only plain interpolation of a template is worked out; one with directives is not decided. Nothing
outside the repository is read.
"""

import posixpath
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from rempart.collectors.repository.scalars import Value
from rempart.collectors.repository.terraform.filling import Names, filled
from rempart.collectors.repository.terraform.syntax import Expression

Reading: TypeAlias = Callable[[str], str | None]  # the text of a path below the repository
LONGEST: Final = 100_000
MARK: Final = "EOT_OF_REMPART"


def included(name: str, arguments: Sequence[Value], folder: str, read: Reading) -> Expression:
    """What `file` or `templatefile` comes to, still to be worked out; None where that is not known.

    A path stands below the folder of the root, as Terraform is run there.
    """
    if not arguments or not isinstance(arguments[0], str):
        return None
    path = posixpath.normpath(posixpath.join(folder, arguments[0]))
    if path.startswith(("/", "..")):
        return None
    text = read(path)
    if text is None or len(text) > LONGEST:
        return None
    if name == "file":
        return text
    variables = arguments[1] if len(arguments) > 1 else {}
    return _template(text, variables) if isinstance(variables, dict) else None


def _template(text: str, variables: dict[str, Value]) -> Expression:
    from rempart.collectors.repository.terraform.hcl import parsed

    if "${" not in text and "%{" not in text:
        return text
    source = f"x = <<{MARK}\n{text.rstrip()}\n{MARK}\n"
    attribute = parsed(source.encode(), "").body.attributes.get("x")
    names: Names = {(name,): value for name, value in variables.items()}
    filled_in: Expression = filled(attribute.value, names) if attribute else None
    return filled_in
