"""A press office's email distribution tool.

Read `mailer.pipeline` first: it is the whole job in one screen.
"""

__version__ = "0.1.0"
