"""The desk of exposure: who runs what is vulnerable, and by when it must be remediated."""
