"""This build beside an older one, by turns on one machine: what a person waits for, and that no result has moved."""
