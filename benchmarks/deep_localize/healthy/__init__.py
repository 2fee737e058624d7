"""Training scripts with nothing wrong: whoever watches them has to keep silent."""
