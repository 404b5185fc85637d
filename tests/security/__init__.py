"""What shows that the dashboard and the store withstand: `make security` tries each row and prints a line."""
