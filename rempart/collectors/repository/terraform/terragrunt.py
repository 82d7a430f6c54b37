"""Terragrunt units: a folder that names a module and the inputs it gets.

Source: terragrunt.gruntwork.io, reference of the configuration blocks `terraform`, `include`,
`locals` and `inputs`. Nothing is generated or downloaded.
"""

import posixpath
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from rempart.collectors.repository.terraform.calls import target
from rempart.collectors.repository.terraform.syntax import Block, Call, Expression, File, Template

NAMES: Final = ("terragrunt.hcl", "root.hcl")
REPOSITORY: Final = "get_repo_root()"
ABOVE: Final = "get_parent_terragrunt_dir()"
HERE: Final = "get_terragrunt_dir()"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: the module's folder (None: elsewhere), its inputs, and the blocks of its file."""

    folder: str
    file: str
    block: Block
    source: str
    target: str | None
    inputs: dict[str, Expression]
    blocks: list[tuple[str, Block]]


def units(files: Collection[File], folders: Collection[str]) -> Iterator[Unit]:
    """The units among these files."""
    by_path = {file.path: file for file in files}
    for file in files:
        folder, name = posixpath.split(file.path)
        if name != NAMES[0]:
            continue
        above = _above(folder, by_path) if file.body.all("include") else None
        block, text = _source(file, above)
        base = posixpath.dirname(above.path) if above and text.startswith(ABOVE) else folder
        if block is None and folder not in folders:
            continue  # settings that units include, no unit
        given = {**(_inputs(above) if above else {}), **_inputs(file)}
        blocks = [(one.path, inner) for one in (above, file) if one for inner in one.body.blocks]
        place = (
            target("" if text.startswith(REPOSITORY) else base, _local(text)) if text else folder
        )
        known = place if place in folders else None
        yield Unit(folder, file.path, block or file.body, text, known, given, blocks)


def _above(folder: str, files: dict[str, File]) -> File | None:
    """The settings that a unit includes: the nearest in a folder above it."""
    while folder:
        folder = posixpath.dirname(folder)
        for name in NAMES:
            found = files.get(posixpath.join(folder, name))
            if found is not None:
                return found
    return None


def _source(*files: File | None) -> tuple[Block | None, str]:
    """The block that names a module, and the name; local paths as a call would write them."""
    for file in files:
        for block in file.body.all("terraform") if file else ():
            attribute = block.attributes.get("source")
            value = attribute.value if attribute else None
            if isinstance(value, Template) and len(value.parts) == 2:
                (start, rest) = value.parts
                value = f"{start.name}()/{rest}" if isinstance(start, Call) else None
            if isinstance(value, str) and value:
                return block, value
    return None, ""


def _local(text: str) -> str:
    """A source that starts with a function of Terragrunt as one that starts with a dot."""
    for start in (REPOSITORY, ABOVE, HERE):
        if text.startswith(start):
            return f"./{text.removeprefix(start).strip('/')}"
    return text


def _inputs(file: File) -> dict[str, Expression]:
    attribute = file.body.attributes.get("inputs")
    return dict(attribute.value) if attribute and isinstance(attribute.value, dict) else {}
