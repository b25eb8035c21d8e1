"""Fragments become tables, and tables records: forms, budget rows and facts, recognised by their labels."""
