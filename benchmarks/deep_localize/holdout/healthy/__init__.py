"""Training scripts with nothing wrong, in settings that a naive rule takes for a fault."""
