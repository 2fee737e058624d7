"""HUDD on drawn digits with known causes: how pure its clusters are, beside what is simpler."""
