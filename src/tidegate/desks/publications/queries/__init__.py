"""What can be read at this desk, narrowed by the policy first."""
