"""axe-core is heard under the strictest policy, and a page of faults is told: else its silence would prove nothing."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from support.axe import everywhere, violations
from support.browser import chromium
from support.desk import PHONE

from mailer.desk.pages import page_policy

FAULTY = """<!DOCTYPE html><html lang="en"><head><title>t</title><link rel="icon" href="data:,"></head>
<body><main><h1>t</h1>{}</main></body></html>"""

DARK = """<style nonce="n">@media (prefers-color-scheme: dark) { body { background: #000; color: #fff } p { color: #222 } }
</style><p>Text</p>"""


def test_faults_are_found_and_a_good_page_has_none() -> None:
    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", page_policy("n"))
            self.end_headers()
            faulty = {"/faulty": "<input><img src='data:,'>", "/dark": DARK}.get(self.path, "<p>Text</p>")
            self.wfile.write(FAULTY.format(faulty).encode())

        def log_message(self, *_: object) -> None: ...

    site = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=site.serve_forever, daemon=True).start()
    try:
        with chromium() as browser:
            page = browser.new_page()
            said: list[str] = []
            page.on("console", lambda message: said.append(message.text))
            page.goto(f"http://127.0.0.1:{site.server_port}/")
            assert violations(page) == []
            assert said == [], "the policy is in force, and axe breaks nothing of it"
            page.goto(f"http://127.0.0.1:{site.server_port}/faulty")
            assert {line.partition(":")[0] for line in violations(page)} == {"label", "image-alt"}
            page.goto(f"http://127.0.0.1:{site.server_port}/dark")
            assert violations(page) == []
            (told,) = everywhere(page, (PHONE,))
            assert told.startswith("dark, 380 px: color-contrast")
    finally:
        site.shutdown()
