"""What people see of a world: its timeline as text, as a page and as a trace."""
