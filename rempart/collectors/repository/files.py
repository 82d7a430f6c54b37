"""Files of Terraform in any of their forms and encodings."""

import codecs
import re
from dataclasses import replace
from typing import Final

from rempart.collectors.repository.terraform.syntax import File

MARKS: Final = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_CONFLICT: Final = re.compile(rb"^(?:<{7}|>{7}|={7}|\|{7})(?: [^\r\n]*)?(?=\r?$)", re.M)


def parsed(source: bytes, path: str) -> File:
    """A file's blocks and attributes; lines that cannot be read are named in it.

    Raises ContentErrors for JSON that is none. Both sides of a merge conflict count, and its marks
    are named as lines that cannot be read.
    """
    for mark, encoding in MARKS.items():
        if source.startswith(mark):
            source = source.decode(encoding, "replace").removeprefix("\ufeff").encode()
    if path.endswith(".json"):
        from rempart.collectors.repository.terraform.json_syntax import parsed as parsed_json

        return parsed_json(source, path)
    from rempart.collectors.repository.terraform.hcl import parsed as parsed_hcl

    marks: list[int] = []
    if b"<<<<<<< " in source:
        marks = [source.count(b"\n", 0, one.start()) + 1 for one in _CONFLICT.finditer(source)]
        source = _CONFLICT.sub(b"", source)
    file = parsed_hcl(source.replace(b"\r\n", b"\n"), path)
    return replace(file, broken=tuple(sorted({*file.broken, *marks})))
