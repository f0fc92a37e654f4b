"""What runs inside the sandbox, outside of the hostile program's reach; see `init.py`."""
