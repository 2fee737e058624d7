"""What the mutants are trained without: outliers, odd clusters, high losses."""
