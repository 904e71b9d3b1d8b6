"""What the API answers: feeds page by page, who calls, whether it is up, its description."""
