"""More programs, by another author than the main set's, to try a monitor on that was never tuned on them."""
