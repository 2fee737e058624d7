"""A record of one's own training: what it said of every sample, for the scorer to take up."""
