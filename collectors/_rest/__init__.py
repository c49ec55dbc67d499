"""The adapter for REST vendors: a vendor declares its reads, everything else happens here."""
