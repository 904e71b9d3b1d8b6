"""What the console answers besides pages: sign-in, uploads, fonts, health, and the gate."""
