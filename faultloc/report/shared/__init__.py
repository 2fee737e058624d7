"""What the pages of all methods draw with: figures, tables, pictures, titles."""
