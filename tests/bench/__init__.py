"""`make bench`: what everything costs on this machine; `__main__.py` lists the parts."""
