"""`python -m mailer` is `mailer`."""

import sys

from mailer.cli import main

sys.exit(main())
