"""The desk where finder, vendor and coordinator agree on an embargo, talk, and fix."""
