"""Work that goes wrong, where processes of their own find it."""

from __future__ import annotations

import os
import time


def dawdle(_path, seconds):
    """Takes so long."""
    time.sleep(seconds)


def crash(_path):
    """Ends its process."""
    os._exit(3)
