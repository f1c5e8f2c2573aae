"""What fakebatch costs, as ratios to floors of the same run. `python -m benchmarks` prints the table."""
