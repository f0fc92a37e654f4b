"""What can be wrong with updates and their keys; each error is one sentence with the mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class UpdatesError(Exception):
    """Something of the signed updates is not what it has to be."""


class ChangeListError(UpdatesError):
    """A part of the list of changes is not one, or does not go on where the last part ended."""


class BundleError(UpdatesError):
    """An advisory's bundle is not one, is not signed as it has to be, or cannot be made."""


class AudienceError(UpdatesError):
    """Something cannot be encrypted for these organisations, or what was opened is malformed."""


class KeyFileError(UpdatesError):
    """A file with an offline key cannot be made, read or opened."""


class CeremonyError(UpdatesError):
    """A root or targets document cannot be made, signed or adopted like this."""


class RepositoryError(UpdatesError):
    """The folder of the updates, or something in it, is not what this publisher wrote."""


class PublicationError(UpdatesError):
    """What should be published cannot be; nothing of it was."""


class VanishedError(PublicationError):
    """Records that the repository holds are gone, and nobody has withdrawn them."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = tuple(sorted(paths))
        named = ", ".join(self.paths[:5])
        more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
        super().__init__(
            f"nothing was published: the updates hold {named}{more}, and the desk knows nothing of"
            f" {'them' if len(paths) > 1 else 'it'}; withdraw what should go by name, or restore"
            " the desk's database from a backup that has it"
        )
