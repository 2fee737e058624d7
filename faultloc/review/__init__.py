"""The page on which a person gives verdicts, and what they are kept in."""
