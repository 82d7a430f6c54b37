"""A mail server that knows a greeting and STARTTLS, over SMTP or IMAP, on 127.0.0.1."""

import contextlib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.tls_servers import accepting

SMTP = {
    b"": b"220-mail.payer.example ESMTP\r\n220 ready\r\n",
    b"EHLO": b"250-mail.payer.example\r\n250-PIPELINING\r\n250 STARTTLS\r\n",
    b"STARTTLS": b"220 go ahead\r\n",
}
IMAP = {
    b"": b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n",
    b"A STARTTLS": b"a OK begin TLS\r\n",
}


@contextmanager
def mail(protocol: str, certificate: Path, key: Path, *, tls: bool = True) -> Iterator[int]:
    """The server; without `tls` it does not offer to encrypt."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    says = dict(SMTP if protocol == "smtp" else IMAP)
    if not tls:
        says[b"EHLO"] = b"250 mail.payer.example\r\n"
        says[b"A STARTTLS"] = b"a BAD unknown command\r\n"

    def serve(line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line.sendall(says[b""])
            while order := line.recv(1024).strip().upper():
                word = order if order in says else order.split(b" ")[0]
                line.sendall(says.get(word, b"500 what?\r\n"))
                if tls and order.endswith(b"STARTTLS"):
                    with context.wrap_socket(line, server_side=True) as secure:
                        secure.recv(1024)
                    return

    with accepting(serve) as port:
        yield port
