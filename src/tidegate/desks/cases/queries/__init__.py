"""What can be read of coordination: values, never rows, and only what the policy lets one read."""
