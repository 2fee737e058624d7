"""Faulty training scripts with their fixed twins, a file for each kind of root cause."""
