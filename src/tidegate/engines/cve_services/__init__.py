"""CVE Services: CVE ids are reserved, and records published and rejected, at the CVE Program."""
