"""The stories in docs/stories are examples for newcomers: each goes as it says, and leaves one ticket."""

import pytest

from simulator.story import Story
from simulator.story_file import read_file
from tests.conftest import ROOT

EXAMPLES = [story for file in sorted((ROOT / "docs/stories").glob("*.yaml")) for story in read_file(file)]


@pytest.mark.parametrize("story", EXAMPLES, ids=lambda story: story.name)
def test_an_example_goes_as_it_says(house, story: Story):
    house.run(story)
    house.work()
    assert house.one("select count(*) from ticket where status = 'open'") == 1
