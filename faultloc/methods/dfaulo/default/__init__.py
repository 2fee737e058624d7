"""Our own scorer: a calibrated probability of being faulty."""
