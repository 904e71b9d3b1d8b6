"""The work of the product: bytes in, trusted figures out. Never imports a user-interface framework."""
