"""Training scripts with one fault each, and their fixed twins."""
