"""Spreadsheets of LibreOffice and others (.ods): one XML part in a zip (OpenDocument 1.3)."""
