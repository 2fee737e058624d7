"""What importance-driven coverage and the other criteria say to people."""
