"""What HCL is reduced to: blocks, attributes, and expressions nobody has worked out yet."""

from dataclasses import dataclass, field
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Reference:
    """A name elsewhere: `var.x`, `aws_kms_key.main.arn`; `module` is whose, once worked out."""

    steps: tuple[str, ...]
    module: str = ""

    def __str__(self) -> str:
        return ".".join(self.steps)


@dataclass(frozen=True, slots=True)
class Template:
    """A string with interpolations."""

    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """`condition ? yes : no`."""

    condition: "Expression"
    yes: "Expression"
    no: "Expression"


@dataclass(frozen=True, slots=True)
class Operation:
    """`!a`, `-a`, or `a == b` and its kin."""

    sign: str
    operands: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Call:
    """`name(arguments)`, and as it is written."""

    name: str
    arguments: tuple["Expression", ...]
    text: str


@dataclass(frozen=True, slots=True)
class Indexed:
    """`of[by]`, where `by` is worked out later or `of` is no plain name."""

    of: "Expression"
    by: "Expression"


@dataclass(frozen=True, slots=True)
class Splat:
    """`of[*].steps`: the same part of each."""

    of: "Expression"
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class For:
    """`[for names in of : value if condition]`; with a `key` it makes an object."""

    names: tuple[str, ...]
    of: "Expression"
    key: "Expression"
    value: "Expression"
    condition: "Expression"
    keyed: bool
    grouped: bool
    text: str


@dataclass(frozen=True, slots=True)
class Object:
    """`{ (key) = value }` where a name is worked out."""

    items: tuple[tuple["Expression", "Expression"], ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """An expression that is not worked out, as it is written."""

    text: str


Expression: TypeAlias = (
    str
    | int
    | tuple["Expression", ...]
    | dict[str, "Expression"]
    | Reference
    | Template
    | Choice
    | Operation
    | Call
    | Indexed
    | Splat
    | For
    | Object
    | Opaque
    | None
)


@dataclass(frozen=True, slots=True)
class Attribute:
    """`name = value`."""

    name: str
    value: Expression
    line: int
    end_line: int


@dataclass(frozen=True, slots=True)
class Block:
    """`type "label" { ... }`; of attributes with one name the last counts.

    `instance` is `["a"]` or `[0]` where `for_each` or `count` make several of a resource. `perhaps`
    where nobody knows whether, or how often, it is made.
    """

    type: str
    labels: tuple[str, ...]
    line: int
    end_line: int
    attributes: dict[str, Attribute] = field(default_factory=dict)
    blocks: list["Block"] = field(default_factory=list)
    instance: str = ""
    perhaps: bool = False

    def all(self, type_: str) -> list["Block"]:
        """The nested blocks of that type."""
        return [block for block in self.blocks if block.type == type_]


@dataclass(frozen=True, slots=True)
class File:
    """A parsed file: its body as one block, and the lines where it could not be read."""

    path: str
    body: Block
    broken: tuple[int, ...]
