"""Who may know and do what: the one policy, in one table. Every other desk asks here."""
