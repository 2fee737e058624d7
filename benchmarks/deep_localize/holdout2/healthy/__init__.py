"""Training scripts with nothing wrong."""
