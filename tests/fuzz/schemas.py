"""From the JSON schemas of an OpenAPI document to values that keep them, and to values that nearly do."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.wild import texts, values

Schema = Mapping[str, Any]


def keeping(schema: Schema, named: Mapping[str, Schema]) -> st.SearchStrategy[Any]:
    """Values that a schema allows, as far as its words say. named: schemas by `#/components/schemas/…`."""
    if "$ref" in schema:
        return st.deferred(lambda: keeping(named[schema["$ref"].rsplit("/", 1)[1]], named))
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    for word in ("anyOf", "oneOf", "allOf"):
        if word in schema:
            return st.one_of([keeping(choice, named) for choice in schema[word]])
    return _typed(schema, named)


def straying(schema: Schema, named: Mapping[str, Schema]) -> st.SearchStrategy[Any]:
    """An object that keeps the schema but for one field, which is odd, missing, or nobody's."""
    return st.builds(_stray, keeping(schema, named), st.randoms(use_true_random=False), values, texts)


def _typed(schema: Schema, named: Mapping[str, Schema]) -> st.SearchStrategy[Any]:
    match schema.get("type"):
        case "object":
            fields = {name: keeping(part, named) for name, part in schema.get("properties", {}).items()}
            needed = set(schema.get("required", ()))
            return st.fixed_dictionaries(
                {name: part for name, part in fields.items() if name in needed},
                optional={name: part for name, part in fields.items() if name not in needed},
            )
        case "array":
            items = keeping(schema.get("items", {}), named)
            return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(schema.get("maxItems", 4), 4))
        case "integer":
            return st.integers(schema.get("minimum", -3), schema.get("maximum", 2**63))
        case "number":
            return st.floats(schema.get("minimum", -3), schema.get("maximum", 1e9))
        case "boolean":
            return st.booleans()
        case "null":
            return st.none()
        case "string":
            return _texts(schema)
        case _:
            return values


def _texts(schema: Schema) -> st.SearchStrategy[str]:
    if "pattern" in schema:
        return st.from_regex(schema["pattern"])
    if schema.get("format") == "date-time":
        return st.datetimes().map(lambda moment: moment.isoformat() + "Z")
    return st.text(min_size=schema.get("minLength", 0), max_size=min(schema.get("maxLength", 30), 30)) | texts


def _stray(kept: Any, random: Any, odd: Any, name: str) -> Any:
    if not isinstance(kept, dict) or not kept:
        return odd
    field = random.choice(sorted(kept))
    match random.randrange(4):
        case 0:
            return {key: value for key, value in kept.items() if key != field}
        case 1:
            return kept | {name: odd}
        case 2:
            return kept | {field: name}
        case _:
            return kept | {field: odd}
