"""Pictures of a mail: found, looked over, and made small enough."""

from mailer.render.pictures.embedded import Picture, Pictures

__all__ = ["Picture", "Pictures"]
