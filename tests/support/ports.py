"""Free ports on loopback."""

import random
import socket

# Below the range from which Linux takes the ports of outgoing connections, so that none of them takes it meanwhile.
LOWEST, HIGHEST = 15_000, 32_000
_random = random.SystemRandom()


def free_port() -> int:
    """A TCP port that nobody listens on at this moment."""
    while True:
        port = _random.randint(LOWEST, HIGHEST)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
