"""From Word, Google Docs, text … to a release file: source → blocks → structure → release file."""

from mailer.importing.imported import Imported, faults_of, import_document, of_source, save

__all__ = ["Imported", "faults_of", "import_document", "of_source", "save"]
