"""The work of the product: bytes in, trusted figures out. Imports no user-interface framework."""

import gc

# Objects come here by the thousand, as modules, columns and texts, and stay: to look for garbage
# after each 700 of them, as Python does, is a twentieth of the time of a load.
gc.set_threshold(100_000, 20, 20)
