"""The only code that opens a connection: one deadline, one budget, one gate for all of it."""
