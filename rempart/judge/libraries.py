"""Versions of browser libraries with published flaws, as known on the date of this table.

A row is the library, the first version concerned, the version that mended it (empty where none
does, because the library is no longer maintained), and the flaw. Source: the CVE records.
"""

from datetime import date
from typing import Final

AS_OF: Final = date(2026, 11, 25)
FLAWS: Final = (
    ("jquery", "1.0", "1.9.0", "CVE-2012-6708"),
    ("jquery", "1.0", "3.0.0", "CVE-2015-9251"),
    ("jquery", "1.0", "3.4.0", "CVE-2019-11358"),
    ("jquery", "1.0.3", "3.5.0", "CVE-2020-11023"),
    ("jquery-ui", "1.0", "1.12.0", "CVE-2016-7103"),
    ("jquery-ui", "1.0", "1.13.0", "CVE-2021-41184"),
    ("jquery-ui", "1.0", "1.13.2", "CVE-2022-31160"),
    ("jquery-validation", "1.0", "1.19.3", "CVE-2021-21252"),
    ("jquery-validation", "1.0", "1.19.5", "CVE-2022-31147"),
    ("bootstrap", "3.0.0", "3.4.1", "CVE-2019-8331"),
    ("bootstrap", "4.0.0", "4.3.1", "CVE-2019-8331"),
    ("angularjs", "1.0", "1.8.0", "CVE-2020-7676"),
    ("angularjs", "1.3.0", "", "CVE-2024-21490"),
    ("lodash", "1.0", "4.17.12", "CVE-2019-10744"),
    ("lodash", "1.0", "4.17.21", "CVE-2021-23337"),
    ("underscore", "1.3.2", "1.12.1", "CVE-2021-23358"),
    ("moment", "1.0", "2.19.3", "CVE-2017-18214"),
    ("moment", "2.18.0", "2.29.4", "CVE-2022-31129"),
    ("handlebars", "1.0", "4.7.7", "CVE-2021-23369"),
    ("dompurify", "1.0", "2.5.4", "CVE-2024-45801"),
    ("dompurify", "3.0.0", "3.1.3", "CVE-2024-45801"),
    ("dompurify", "1.0", "3.2.4", "CVE-2025-26791"),
    ("axios", "0.8.1", "0.28.0", "CVE-2023-45857"),
    ("axios", "1.0.0", "1.6.0", "CVE-2023-45857"),
    ("axios", "1.0.0", "1.8.2", "CVE-2025-27152"),
    ("vue", "2.0.0", "3.0.0", "CVE-2024-9506"),
    ("knockout", "1.0", "3.5.0", "CVE-2019-14862"),
    ("prototype", "1.0", "", "CVE-2020-27511"),
    ("datatables", "1.0", "1.10.22", "CVE-2020-28458"),
    ("datatables", "1.0", "1.11.3", "CVE-2021-23445"),
    ("select2", "1.0", "4.0.6", "CVE-2016-10744"),
    ("pdf.js", "1.0", "4.2.67", "CVE-2024-4367"),
    ("swagger-ui", "1.0", "4.1.3", "CVE-2018-25031"),
    ("chart.js", "1.0", "2.9.4", "CVE-2020-7746"),
)


def known_flaws(library: str, version: str) -> tuple[str, ...]:
    """The published flaws of that version of a library."""
    here = _numbers(version)
    return tuple(
        flaw
        for name, since, mended, flaw in FLAWS
        if name == library and _numbers(since) <= here and (not mended or here < _numbers(mended))
    )


def judged(library: str) -> bool:
    """Whether the table speaks of a library."""
    return any(row[0] == library for row in FLAWS)


def _numbers(version: str) -> tuple[int, ...]:
    found = [int(part) for part in version.split(".") if part.isdigit()]
    return tuple([*found, 0, 0, 0][:3])
