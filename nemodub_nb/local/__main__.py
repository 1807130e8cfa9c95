"""`python -m nemodub_nb.local`: the embedded backend as a process of its own."""

from __future__ import annotations

import argparse
import sys


def main() -> int:
    """Serve until told to end; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m nemodub_nb.local", description=__doc__)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: this machine only)"
    )
    parser.add_argument("--port", type=int, default=0, help="port to listen on (default: a free one)")
    parser.add_argument("--home", help="data folder (default: NEMODUB_HOME, else the user's data folder)")
    parser.add_argument("--json", action="store_true", help='first line on stdout: {"url", "token"}')
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input ends")
    options = parser.parse_args()
    try:
        from nemodub_nb.local.server import serve

        serve(
            host=options.host,
            port=options.port,
            home=options.home,
            as_json=options.json,
            exit_with_stdin=options.exit_with_stdin,
        )
    except ImportError as error:
        sys.stderr.write(f'The embedded backend needs {error.name}. Run: pip install "nemodub_nb[local]"\n')
        return 2
    except (OSError, ValueError, OverflowError) as error:
        sys.stderr.write(f"{getattr(error, 'strerror', None) or error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
