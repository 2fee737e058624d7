"""The monitor inside other libraries' trainers; each module needs its library, and is imported by itself."""
