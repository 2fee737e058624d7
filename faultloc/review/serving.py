"""Serves the review page until it is interrupted."""

import contextlib
import logging
import os
import sys
import threading
import webbrowser
from collections.abc import Callable

from flask import Flask
from waitress import create_server

from faultloc.errors import ConfigError


def serve(app: Flask, host: str, port: int, on_start: Callable[[str], object]) -> None:
    """Serves ``app`` until Ctrl-C; ``on_start`` gets the address once it can be opened. ``port`` 0 takes a free one.

    Raises:
        ConfigError: nothing can listen there.
    """
    try:
        server = create_server(app, host=host, port=port, threads=8, ident=None)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ConfigError(
            f"cannot listen at {host}, port {port} ({reason}); expected an address of this machine and a port that is "
            "free: choose others with --host and --port (0: any that is free)"
        ) from error
    # A page with its pictures is a queue of a few requests, and nothing to tell anybody about.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    # A name can stand for several addresses, each with its own socket.
    listening = getattr(server, "effective_listen", None)
    bound = listening[0][1] if listening else server.effective_port
    shown = "127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host
    # The server returns at Ctrl-C; one that comes before it runs must end as quietly.
    with contextlib.suppress(KeyboardInterrupt):
        on_start(f"http://{f'[{shown}]' if ':' in shown else shown}:{bound}/")
        server.run()


def open_browser(address: str) -> None:
    """Opens ``address``, unless only a browser in this terminal could."""
    has_screen = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if has_screen:
        threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
