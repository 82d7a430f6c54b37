"""A title in the three languages of the reports."""

import msgspec


class Titles(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same words in English, French and German; none may be missing."""

    en: str
    fr: str
    de: str

    def __getitem__(self, language: str) -> str:
        """The words in that language, English for a language nobody translated to."""
        found: str = getattr(self, language, self.en)
        return found

    def every(self) -> dict[str, str]:
        """The words by language, as a run keeps them."""
        return {"en": self.en, "fr": self.fr, "de": self.de}
