"""A name server of our own, on loopback: what stands in its zone is all of DNS."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

import dns.message
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

SILENCE, FAILURE = "silence", "SERVFAIL"


class NameServer:
    """Answers until it is left, as a context manager.

    Args:
        texts: TXT records by name, each as a zone file has it or without quotes; or SILENCE or FAILURE.
        hosts: names with an address.

    Attributes:
        asked: the names of all queries for TXT, in order.
    """

    def __init__(self, texts: Mapping[str, Sequence[str] | str], hosts: Sequence[str] = ()) -> None:
        self._texts, self._hosts = {name.lower(): records for name, records in texts.items()}, hosts
        self.asked: list[str] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers, self.resolver.port = ["127.0.0.1"], self._socket.getsockname()[1]
        self.resolver.lifetime = self.resolver.timeout = 0.3 if SILENCE in self._texts.values() else 20

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bell:
            bell.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            packet, peer = self._socket.recvfrom(4096)
            if not packet:
                return
            if reply := self._reply(dns.message.from_wire(packet)):
                self._socket.sendto(reply.to_wire(), peer)

    def _reply(self, question: dns.message.Message) -> dns.message.Message | None:
        asked = question.question[0]
        name, answer = asked.name.to_text(omit_final_dot=True).lower(), dns.message.make_response(question)
        records = self._texts.get(name, ())
        if asked.rdtype == dns.rdatatype.TXT:
            self.asked.append(name)
        if records == SILENCE:
            return None
        if records == FAILURE:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif asked.rdtype == dns.rdatatype.TXT and records:
            quoted = [text if text.startswith('"') else f'"{text}"' for text in records]
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "TXT", *quoted))
        elif asked.rdtype == dns.rdatatype.A and name in self._hosts:
            answer.answer.append(dns.rrset.from_text(asked.name, 60, "IN", "A", "192.0.2.1"))
        elif not records and name not in self._hosts:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer
