"""The make-believe company behind real HTTP on loopback."""
