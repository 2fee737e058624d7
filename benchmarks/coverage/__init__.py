"""What coverage costs, beside what it is compared with."""
