"""What the pages of all methods draw with: figures, tables, pictures, and how rankings and metrics are headed."""
