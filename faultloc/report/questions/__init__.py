"""The research questions' tables and figures."""
