"""Runs the site."""
