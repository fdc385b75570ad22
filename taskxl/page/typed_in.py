"""What somebody typed into a form that was not taken: it stands there again beside the reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.datastructures import FormData

_NEVER = {"csrf", "password", "sure"}
"""Fields that nobody gets back: what is secret, and what has to be said anew each time."""
_WORDS = {"reason": "理由", "note": "怎么收到的", "folder": "文件夹"}


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields of a form, each with its values."""

    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.fields)

    def text(self, name: str) -> str:
        """Return a field's text, "" where it was not there."""
        return (self.fields.get(name) or ("",))[-1]

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a field."""
        return self.fields.get(name, ())

    def texts(self, words: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return what a person wrote themselves, each with what its field is called.

        `words` name the texts of tasks that can be mended.
        """
        names = {f"text-{name}": word for name, word in words.items()} | _WORDS
        found = [(word, self.text(name)) for name, word in names.items()]
        return [(word, text) for word, text in found if text.strip()]


def typed_of(form: FormData) -> Typed:
    """Return the fields of a form; of files and secrets nothing."""
    names = [name for name in dict.fromkeys(form) if name not in _NEVER]
    values = {
        name: tuple(one for one in form.getlist(name) if isinstance(one, str)) for name in names
    }
    return Typed({name: some for name, some in values.items() if some})
