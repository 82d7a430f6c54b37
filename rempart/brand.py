"""Whose report it is: a logo, colours and cover fields, from `brand.yaml` beside the templates.

    schema: rempart.brand/1
    name: Cabinet Exemple
    logo: file:logo.svg            # PNG, JPEG or SVG, at most 512 KiB; it goes into the page
    colours: {band: "#12293b", on_band: "#f4f8fb", link: "#0b5a8a"}
    cover:
      - {label: {fr: Mission, en: Engagement, de: Auftrag}, text: 2026-114}

Colours that people with weak eyes cannot read are refused: WCAG 2.2 asks for 4.5 to 1.
"""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from rempart import documents
from rempart.errors import ContentErrors

SCHEMA = "rempart.brand/1"
FILE = "brand.yaml"
LOGO = 512 << 10  # bytes
SIDE = 4000  # pixels of a PNG: a small file may hold a very large picture
CONTRAST = 4.5
PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
# What an SVG could use to run, to load, or to be something else than a picture.
LIVE = re.compile(
    rb"<!DOCTYPE|<!ENTITY|<\s*(?:\w+:)?(?:script|foreignObject|iframe)\b"
    rb"|\bon\w+\s*=|@import|url\(\s*['\"]?(?!#)|href\s*=\s*['\"](?!#)|<\?xml-stylesheet",
    re.IGNORECASE,
)
Colour: TypeAlias = Annotated[str, Meta(pattern="^#[0-9A-Fa-f]{6}$")]
Text: TypeAlias = Annotated[str, Meta(min_length=1, max_length=400)]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of what stands in the file: frozen, strict."""


class Colours(_Strict, frozen=True):
    """The band at the top and what is written on it; links."""

    band: Colour = "#12293b"
    on_band: Colour = "#f4f8fb"
    link: Colour = "#0b5a8a"


class Label(_Strict, frozen=True):
    """A label in three languages."""

    fr: Text
    en: Text
    de: Text


class Field(_Strict, frozen=True):
    """One more line of the cover."""

    label: Text | Label
    text: Text


class File(_Strict, frozen=True):
    """The keys of `brand.yaml`."""

    schema: Literal["rempart.brand/1"]
    name: Text
    logo: str = ""
    colours: Colours = Colours()
    cover: tuple[Field, ...] = ()


class Brand(msgspec.Struct, frozen=True):
    """What templates see as `brand`: texts, the logo as a `data:` URL, cover lines by language."""

    name: str = ""
    logo: str = ""
    css: str = ""
    cover: tuple[tuple[dict[str, str], str], ...] = ()


def load(folder: Path) -> Brand:
    """The brand of a folder of templates, an empty one where there is no `brand.yaml`.

    Raises ContentErrors with lines: unknown keys, a logo that is none, is alive or too large,
    colours that cannot be read.
    """
    path = folder / FILE
    if not path.exists():
        return Brand()
    document = documents.read(path)
    file = documents.decode(document, File)
    errors = [document.error(at, text) for at, text in _unreadable(file.colours)]
    logo = ""
    try:
        logo = picture(file.logo, folder) if file.logo else ""
    except ValueError as error:
        errors.append(document.error(("logo",), str(error)))
    if errors:
        raise ContentErrors(errors)
    return Brand(file.name, logo, _css(file.colours), tuple(map(_cover, file.cover)))


def schema() -> dict[str, Any]:
    """The JSON Schema of `brand.yaml`, for editors."""
    title = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA}
    return {**title, **msgspec.json.schema(File)}


def picture(reference: str, folder: Path) -> str:
    """A logo as a `data:` URL; raises ValueError for what is no harmless picture."""
    name = reference.removeprefix("file:")
    if not reference.startswith("file:") or not name:
        raise ValueError(f'expected file:PATH, found "{reference}"')
    try:
        raw = documents.contents(folder / name, LOGO)
    except ContentErrors as several:
        raise ValueError(f'"{reference}": {several.errors[0].message}') from None
    kind = _kind(raw)
    if kind is None:
        raise ValueError(f'expected a PNG, JPEG or SVG picture, found something else: "{name}"')
    return f"data:{kind};base64,{base64.b64encode(raw).decode()}"


def _kind(raw: bytes) -> str | None:
    if raw.startswith(PNG) and len(raw) > 24:
        width, height = (int.from_bytes(raw[at : at + 4], "big") for at in (16, 20))
        if max(width, height) > SIDE:
            raise ValueError(f"expected at most {SIDE} pixels a side, found {width} x {height}")
        return "image/png"
    if raw.startswith(JPEG):
        return "image/jpeg"
    if re.match(
        rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<svg[\s>]", raw, re.S
    ):
        if LIVE.search(raw):
            raise ValueError("expected an SVG that runs and loads nothing")
        return "image/svg+xml"
    return None


def contrast(one: str, other: str) -> float:
    """How well a colour reads on another, 1 to 21 (WCAG 2.2, relative luminance)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _unreadable(colours: Colours) -> Iterator[tuple[tuple[str, str], str]]:
    pairs = (("on_band", colours.on_band, colours.band), ("link", colours.link, "#ffffff"))
    for key, ink, ground in pairs:
        found = contrast(ink, ground)
        if found < CONTRAST:
            message = f"expected a contrast of {CONTRAST} to 1 on {ground}, found {found:.1f}"
            yield ("colours", key), message


def _css(colours: Colours) -> str:
    """Colours in place of ours; on dark screens links keep the colour that reads there."""
    band = f"--wall: {colours.band}; --wall-ink: {colours.on_band}; --wall-soft: {colours.on_band}"
    return (
        f":root {{ {band} }}\n"
        f"@media (prefers-color-scheme: light) {{ :root {{ --link: {colours.link} }} }}\n"
        f"@media print {{ :root {{ --link: {colours.link} }} }}\n"
        ".brand img { max-height: 3rem; max-width: 14rem }\n"
    )


def _cover(field: Field) -> tuple[dict[str, str], str]:
    label = field.label
    if isinstance(label, Label):
        return {"fr": label.fr, "en": label.en, "de": label.de}, field.text
    return dict.fromkeys(("fr", "en", "de"), label), field.text
