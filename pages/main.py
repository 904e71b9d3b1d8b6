"""The script behind every page of the console: `app.py` hands it to Streamlit."""

from pages.frame import shell

shell.run()
