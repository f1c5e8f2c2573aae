"""AWS Batch in memory."""
