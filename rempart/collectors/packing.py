"""Packed files, unpacked in memory, a few megabytes at a time however well they pack."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol

BLOCK: Final = 4 << 20
ZSTANDARD: Final = "zstd files need one package: pip install 'rempart[logs]'"
MAGIC: Final = (
    (b"\x1f\x8b", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ\0", "xz"),
)
_BIT: Final = 1024  # bytes of zstd given at once: 256 blocks at most, of 128 KiB each


class NoPackage(Exception):
    """A package is missing that unpacks this; the message is what to type."""


class Stream(Protocol):
    """One packed stream; `unused` is what stands behind its end."""

    ended: bool
    unused: bytes

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What these bytes unpack to. Raises one of `DAMAGES` where they are none."""


class _Gzip:
    def __init__(self) -> None:
        self._stream = zlib.decompressobj(wbits=31)
        self.ended, self.unused = False, b""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        while data and not self.ended:
            yield self._stream.decompress(data, BLOCK)
            data = self._stream.unconsumed_tail
            self.ended, self.unused = self._stream.eof, self._stream.unused_data


class _Fed:
    """bz2 and lzma: they hold back what they were given until it is asked for."""

    def __init__(self, stream: Any) -> None:  # noqa: ANN401
        self._stream = stream
        self.ended, self.unused = False, b""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        yield self._stream.decompress(data, BLOCK)
        while not self._stream.eof and not self._stream.needs_input:
            yield self._stream.decompress(b"", BLOCK)
        self.ended = self._stream.eof
        self.unused = self._stream.unused_data if self.ended else b""


class _Zstandard:
    def __init__(self) -> None:
        try:
            import zstandard
        except ImportError:
            raise NoPackage(ZSTANDARD) from None
        self._damage = zstandard.ZstdError
        self._stream = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        self.ended, self.unused = False, b""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        held, size = [], 0
        for start in range(0, len(data), _BIT):
            try:
                held.append(self._stream.decompress(data[start : start + _BIT]))
            except self._damage:
                raise ValueError("no zstd data") from None
            size += len(held[-1])
            if size >= BLOCK:
                yield b"".join(held)
                held, size = [], 0
            if self._stream.eof:
                self.ended = True
                self.unused = self._stream.unused_data + data[start + _BIT :]
                break
        yield b"".join(held)


def stream(packed: str) -> Stream:
    """A fresh stream of that packing. Raises NoPackage."""
    if packed == "gz":
        return _Gzip()
    if packed == "zst":
        return _Zstandard()
    if packed == "bz2":
        import bz2

        return _Fed(bz2.BZ2Decompressor())
    import lzma

    return _Fed(lzma.LZMADecompressor(memlimit=256 << 20))


def damages() -> tuple[type[Exception], ...]:
    """What a damaged stream raises."""
    import lzma

    return (zlib.error, OSError, ValueError, EOFError, lzma.LZMAError)


class EndsEarly(Exception):
    """The last stream has no end."""


def unpacked(pieces: Iterable[bytes], packed: str) -> Iterator[bytes]:
    """What packed pieces unpack to, streams one after another as rotation tools append them.

    Raises NoPackage, EndsEarly, or one of `damages`.
    """
    open_: Stream | None = None
    for piece in pieces:
        waiting = piece
        while waiting:
            open_ = open_ or stream(packed)
            yield from open_.pieces(waiting)
            waiting = open_.unused.lstrip(b"\0") if open_.ended else b""
            if open_.ended:
                open_ = None
    if open_ is not None:
        raise EndsEarly
