"""The registry as CSV files: their columns, how they are read, checked and written."""
