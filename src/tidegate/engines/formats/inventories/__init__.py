"""Inventories: what an SBOM, a lock file or a package manager says that is installed."""
