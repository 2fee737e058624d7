"""Coverage: speed and agreement beside the peers."""
