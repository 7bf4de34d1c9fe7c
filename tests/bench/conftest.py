"""The houses of stories serve here too."""

from tests.stories.conftest import opened

__all__ = ["opened"]
