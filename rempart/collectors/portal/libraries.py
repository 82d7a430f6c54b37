"""Which library a script is, and its version, by its address and by its first lines."""

import re
from typing import Final

_HEAD: Final = 4096
_VERSION: Final = r"v?([0-9]{1,3}\.[0-9]{1,4}(?:\.[0-9]{1,4})?)"
# The spelling in addresses, and the name it is judged under.
_SPELLINGS: Final = {
    "jquery": "jquery",
    "jquery.min": "jquery",
    "jquery.slim": "jquery",
    "jquery-ui": "jquery-ui",
    "jqueryui": "jquery-ui",
    "jquery.validate": "jquery-validation",
    "jquery-validate": "jquery-validation",
    "jquery-validation": "jquery-validation",
    "bootstrap": "bootstrap",
    "bootstrap.bundle": "bootstrap",
    "twitter-bootstrap": "bootstrap",
    "angular": "angularjs",
    "angular.js": "angularjs",
    "angularjs": "angularjs",
    "lodash": "lodash",
    "lodash.js": "lodash",
    "underscore": "underscore",
    "underscore.js": "underscore",
    "moment": "moment",
    "moment.js": "moment",
    "handlebars": "handlebars",
    "handlebars.js": "handlebars",
    "dompurify": "dompurify",
    "purify": "dompurify",
    "axios": "axios",
    "vue": "vue",
    "knockout": "knockout",
    "prototype": "prototype",
    "datatables": "datatables",
    "datatables.net": "datatables",
    "jquery.datatables": "datatables",
    "select2": "select2",
    "pdf.js": "pdf.js",
    "pdfjs-dist": "pdf.js",
    "swagger-ui": "swagger-ui",
    "swagger-ui-dist": "swagger-ui",
    "chart.js": "chart.js",
}
_NAME: Final = "|".join(sorted(map(re.escape, _SPELLINGS), key=len, reverse=True))
_IN_FILE: Final = re.compile(
    rf"(?:^|/)({_NAME})[.-]{_VERSION}(?:[.-](?:slim|min|bundle|umd|core|all|js))*$", re.IGNORECASE
)
_IN_FOLDER: Final = re.compile(rf"/({_NAME})[/@]{_VERSION}(?:/|$)", re.IGNORECASE)
# The banner in a file's first comment, as its project writes it.
_BANNERS: Final = (
    ("jquery-ui", re.compile(rf"jQuery UI(?: -)? {_VERSION}")),
    ("jquery-validation", re.compile(rf"jQuery Validation Plugin(?: -)? {_VERSION}")),
    ("jquery", re.compile(rf"jQuery(?: JavaScript Library)? {_VERSION}")),
    ("bootstrap", re.compile(rf"Bootstrap(?:\.js)? {_VERSION}")),
    ("angularjs", re.compile(rf"AngularJS {_VERSION}")),
    ("moment", re.compile(rf"moment\.js\s{{1,9}}(?://! )?version : {_VERSION}")),
    ("handlebars", re.compile(rf"handlebars {_VERSION}")),
    ("dompurify", re.compile(rf"DOMPurify {_VERSION}")),
    ("axios", re.compile(rf"[Aa]xios {_VERSION} ")),
    ("vue", re.compile(rf"Vue\.js {_VERSION}")),
    ("knockout", re.compile(rf"Knockout JavaScript library {_VERSION}")),
    ("prototype", re.compile(rf"Prototype JavaScript framework, version {_VERSION}")),
    ("underscore", re.compile(rf"Underscore\.js {_VERSION}")),
    ("datatables", re.compile(rf"DataTables {_VERSION}")),
    ("select2", re.compile(rf"Select2 {_VERSION}")),
    ("chart.js", re.compile(rf"Chart\.js {_VERSION}")),
)


def library(path: str) -> tuple[str, str]:
    """The library and version an address's path names; empty when it names none."""
    stem = path[-300:].removesuffix(".js").removesuffix(".mjs")
    found = _IN_FILE.search(stem) or _IN_FOLDER.search(f"{path[-300:]}")
    return (_SPELLINGS[found[1].lower()], found[2]) if found else ("", "")


def library_of(text: str) -> tuple[str, str]:
    """The library and version a script's first lines name; empty when they name none."""
    for name, banner in _BANNERS:
        found = banner.search(text[:_HEAD])
        if found:
            return name, found[1]
    return "", ""
