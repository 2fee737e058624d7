"""How every stage starts, where it finds what, and the machine it runs on."""
