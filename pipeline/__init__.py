"""The work of the product: bytes in, trusted figures out. Imports no user-interface framework."""
