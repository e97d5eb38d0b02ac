"""One-click unsubscribing: a small server that takes people off the lists."""

from mailer.desk.unsubscribe.server import make_unsubscribe_app, serve_unsubscribing

__all__ = ["make_unsubscribe_app", "serve_unsubscribing"]
