"""Invented exports with known defects, and real ones made shareable."""
