"""What every page of the console shares: who, language, formats, errors, navigation."""
