"""Starts the command line of a checkout: `python cli.py build articles/` is `kg build articles/`."""

from kg.cli import main

if __name__ == "__main__":
    main()
