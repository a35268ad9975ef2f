"""Progress of a long search on stderr: at once on a terminal, else after two seconds, then every five."""

from __future__ import annotations

import sys
import time

from symkv.solve.effort import Effort


class Progress:
    """Writes how far a search is; to be called with its `Effort`, and closed before anything else is printed."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self.next = time.monotonic() + (0.5 if self.live else 2)
        self.shown = False

    def __call__(self, effort: Effort) -> None:
        """One line on stderr when it is time for one."""
        now = time.monotonic()
        if now < self.next:
            return
        self.next, self.shown = now + (0.5 if self.live else 5), True
        name, place, count = effort.place
        at = f", {name} {place + 1} of {count}" if name else ""
        line = f"symkv: {effort.found} designs so far, {effort.nodes} nodes{at}; Ctrl-C gives what is found"
        sys.stderr.write(f"\r{line}\x1b[K" if self.live else f"{line}\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Clear the line on a terminal."""
        if self.shown and self.live:
            sys.stderr.write("\r\x1b[K")
