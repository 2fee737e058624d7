"""One command of `faultloc` a file: options in, library called, a few words out."""
