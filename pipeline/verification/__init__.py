"""The parts of the ledger check, written apart from the code that they check.

They share with it the database, the contracts and nothing else: what a file holds, which line is
which and what it is worth is found out here a second time, by other means.
"""
