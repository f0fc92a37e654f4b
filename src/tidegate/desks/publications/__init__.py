"""The desk of publications; `README.md` says what it is for."""
