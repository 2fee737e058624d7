"""`python -m faultloc` is the command `faultloc`."""

from faultloc.cli import main

if __name__ == "__main__":
    main()
