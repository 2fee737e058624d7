"""A second set of programs to try a monitor on, written without sight of the monitor or of what it says."""
