"""Messages a second with TLS and without, one after the other into the same smtp-sink.

    python benchmarks/delivery/encrypted.py --rounds 3 --count 15000

TLS ends at Debian's stunnel4, which passes the octets on to smtp-sink: on two cores it takes the better part of one.
The certificate is made for this run, and verified.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from servers import HERE, free_port, program, running_server, smtp_sink

_STUNNEL = "foreground = yes\npid =\n[smtps]\naccept = 127.0.0.1:{port}\nconnect = 127.0.0.1:{sink}\ncert = {cert}\nkey = {key}\n"


@contextmanager
def stunnel(sink: int, folder: Path) -> Iterator[int]:
    """A port that speaks TLS and passes what it hears on to `sink`."""
    key, cert, config = folder / "key.pem", folder / "cert.pem", folder / "stunnel.conf"
    subprocess.run(
        [
            program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert),
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    port = free_port()
    config.write_text(_STUNNEL.format(port=port, sink=sink, cert=cert, key=key), "ascii")
    with running_server(program("stunnel4"), str(config), port=port) as running:
        yield running


def messages_a_second(port: int, count: int, *more: str) -> float:
    command = [sys.executable, str(HERE / "send.py"), "--port", str(port), "--count", str(count), *more]
    return float(
        json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["per_second"]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=15_000)
    options = parser.parse_args()
    rates: dict[str, list[float]] = {"without TLS": [], "with TLS": []}
    with tempfile.TemporaryDirectory() as name, smtp_sink() as sink, stunnel(sink, Path(name)) as tunnel:
        for _ in range(options.rounds):
            rates["without TLS"].append(messages_a_second(sink, options.count))
            secure = ("--security", "tls", "--ca-file", f"{name}/cert.pem")
            rates["with TLS"].append(messages_a_second(tunnel, options.count, *secure))
    plain = statistics.median(rates["without TLS"])
    print("| | messages/s | ratio |\n|---|---|---|")
    for name, found in rates.items():
        print(
            f"| mailer, {name} | {statistics.median(found):,.0f} | {statistics.median(found) / plain:.2f} |"
        )


if __name__ == "__main__":
    main()
