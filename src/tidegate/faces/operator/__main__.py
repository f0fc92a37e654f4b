"""Runs the command as `python -m tidegate.faces.operator`."""

from tidegate.faces.operator.main import main

if __name__ == "__main__":
    main()
