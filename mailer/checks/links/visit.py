"""One visit to an address of the web: what its server answers, without reading the page, and never inside the house.

A release may come from anybody, and a link in it must not make this machine ask servers that only it can reach (SSRF,
CWE-918): a name is resolved once, every address that it has must be one of the public internet, and the connection goes
to that very address. The same holds for each redirection.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address, ip_network
from threading import Timer
from time import monotonic
from typing import Literal
from urllib.parse import urljoin, urlsplit

AGENT = "mailer-link-check/1.0 (+checks the links of one press release before it is sent)"
MOST_REDIRECTIONS = 5
PORTS = {"http": 80, "https": 443}

Verdict = Literal["there", "gone", "unknown"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a visit.

    Attributes:
        verdict: "there"; "gone", for everybody; "unknown": it could not be found out from here.
        why: in words for staff, "" if it is there.
    """

    verdict: Verdict
    why: str = ""


NO_SUCH_SITE = Answer("gone", "there is no such site")
_NOT_KNOWN = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


_TRANSLATED = ip_network("64:ff9b::/96")
"""IPv4 addresses as networks that have only IPv6 write them (RFC 6052 §2.1)."""


_OF_A_HOUSE = (ip_network("::/96"), ip_network("64:ff9b:1::/48"), ip_network("fec0::/10"))
"""IPv4-compatible, locally translated (RFC 8215) and site-local (RFC 3879) addresses: public ones to Python."""


def names_can_be_looked_up() -> bool:
    """Whether this machine can look names up at all: offline, every site seems to be gone."""
    with suppress(OSError):
        return bool(
            socket.getaddrinfo("example.com", 443)
        )  # kept for such uses, and always there: RFC 2606 §3
    return False


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet: not loopback, private, link-local, multicast, reserved."""
    ip = ip_address(address.partition("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    if ip in _TRANSLATED:
        inner = IPv4Address(int(ip) & 0xFFFFFFFF)
    if any(ip in network for network in _OF_A_HOUSE):
        return False
    return ip.is_global and not ip.is_multicast and (inner is None or bool(inner.is_global))


class _Refused(Exception):
    """An address that is not asked."""


@dataclass(slots=True)
class Visitor:
    """Asks servers, each visit on a connection of its own.

    Attributes:
        timeout: seconds for each of connecting and answering.
        until: of `time.monotonic`, after which nothing is asked any more.
        may_ask: whether a server at an IP address may be asked at all.
    """

    timeout: float
    until: float
    may_ask: Callable[[str], bool] = is_public

    def visit(self, url: str) -> Answer:
        """HEAD, and GET where a server does not want that; redirections are followed, each looked at anew."""
        try:
            for _ in range(MOST_REDIRECTIONS + 1):
                status, onward = self._asked(url)
                if not onward:
                    return _meaning(status)
                url = urljoin(url, onward)
        except _Refused as refused:
            return Answer("unknown", str(refused))
        except socket.gaierror as error:
            return (
                NO_SUCH_SITE
                if error.errno in _NOT_KNOWN
                else Answer("unknown", "its name can't be looked up")
            )
        except ssl.SSLCertVerificationError:
            return Answer("gone", "its certificate is not valid: browsers warn of it")
        except TimeoutError:
            return Answer("unknown", "it does not answer in time")
        except (OSError, http.client.HTTPException, ValueError):
            return Answer("unknown", "it can't be reached from here")
        return Answer("unknown", "it leads from one address to the next without end")

    def page(self, url: str, most: int) -> tuple[int, bytes]:
        """The status and the beginning of a page, up to so many octets.

        Raises:
            OSError, HTTPException, ValueError: it can't be reached.
        """
        for _ in range(MOST_REDIRECTIONS + 1):
            try:
                status, onward, content = self._ask(url, "GET", most)
            except _Refused as refused:
                raise OSError(str(refused)) from None
            if not onward:
                break
            url = urljoin(url, onward)
        return status, content

    def _asked(self, url: str) -> tuple[int, str]:
        """Its status, and where it redirects to or ""."""
        status, onward, _ = self._ask(url, "HEAD")
        if status >= 400 and status != http.client.TOO_MANY_REQUESTS:
            status, onward, _ = self._ask(url, "GET")
        return status, onward

    def _ask(self, url: str, method: str, most: int = 0) -> tuple[int, str, bytes]:
        """Status, where it redirects to or "", and the beginning of what comes."""
        with self._connected(url) as (connection, path):
            connection.request(method, path, headers={"User-Agent": AGENT, "Accept": "*/*"})
            answer = connection.getresponse()
            moved = answer.status in (301, 302, 303, 307, 308)
            content = answer.read(most) if most and not moved else b""
            return answer.status, answer.getheader("Location", "") if moved else "", content

    @contextmanager
    def _connected(self, url: str) -> Iterator[tuple[http.client.HTTPConnection, str]]:
        """A connection, and what to ask for on it. A server that sends an octet now and then is not waited for longer
        than one that sends none."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname or parts.username is not None:
            raise _Refused("it leads to an address that is no page of the web")
        left = self.until - monotonic()
        if left <= 0:
            raise TimeoutError
        host = parts.hostname.encode("idna").decode() if not parts.hostname.isascii() else parts.hostname
        port = parts.port or PORTS[parts.scheme]
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(each[4][0]) for each in found]
        if not all(map(self.may_ask, addresses)):
            raise _Refused("it leads into a private network, which is never asked")
        timeout = min(self.timeout, left)
        connection = http.client.HTTPConnection(host, port, timeout=timeout)
        connection.sock = self._socket(addresses, port, timeout)
        if parts.scheme == "https":
            connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
        connection.default_port = PORTS[
            parts.scheme
        ]  # so that Host names no port where it is the scheme's own
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        end = Timer(timeout, _hang_up, [connection.sock])
        end.daemon = True
        end.start()
        try:
            yield connection, _ascii(path)
        finally:
            end.cancel()
            connection.close()

    def _socket(self, addresses: list[str], port: int, timeout: float) -> socket.socket:
        """Connected to one of the addresses that were looked at; the name is not resolved again. All together get the
        time of one: a name may have a hundred."""
        failure: OSError = OSError("no address")
        until = monotonic() + timeout
        for address in dict.fromkeys(addresses):
            if (left := until - monotonic()) <= 0:
                break
            try:
                return socket.create_connection((address, port), left)
            except OSError as error:
                failure = error
        raise failure


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)


def _ascii(path: str) -> str:
    """A path as it may travel: percent-encoded (RFC 3987 §3.1), without what would end the line."""
    return "".join(c if "!" <= c <= "~" else "".join(f"%{octet:02X}" for octet in c.encode()) for c in path)


def _meaning(status: int) -> Answer:
    if status in (404, 410):
        return Answer("gone", f"its server answers {status}: there is no such page")
    if status < 400:
        return Answer("there")
    words = {
        401: "it asks for a password",
        403: "its server turns programs away",
        429: "its server is asked too often",
    }
    return Answer("unknown", words.get(status, f"its server answers {status}"))
