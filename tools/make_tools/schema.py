"""JSON Schema in the dialect that every host accepts.

Hosts and model APIs refuse different parts of JSON Schema, some of them silently: `$ref`, unions with null, `const`,
`exclusiveMinimum`, `format`, `additionalProperties`. What is left is an object of plainly typed properties.
"""

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

SAFE_INTEGER = 2**53 - 1
"""The largest integer that JSON consumers other than Python keep exactly; no id of Make is larger."""


class ToolSchema(GenerateJsonSchema):
    """Pydantic's generator, less what costs every conversation tokens and what some host refuses.

    Bounds, lengths and patterns are enforced by the engine, whose refusals state them; they are not listed.
    """

    def generate(self, schema: core_schema.CoreSchema, mode: Any = "validation") -> JsonSchemaValue:
        result = super().generate(schema, mode)
        # `properties` stands even where it is empty: OpenAI refuses a tool without it.
        bundles = result.get("$defs", {})
        properties = {name: _inlined(listed, bundles) for name, listed in result.get("properties", {}).items()}
        trimmed: JsonSchemaValue = {"type": "object", "properties": properties}
        if required := result.get("required"):
            trimmed["required"] = required
        return trimmed

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  # the signature is pydantic's
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        result = super().default_schema(schema)
        # Null and false say what is so without them.
        if not result.get("default"):
            result.pop("default", None)
        return result

    def int_schema(self, schema: core_schema.IntSchema) -> JsonSchemaValue:  # noqa: ARG002  # the signature is pydantic's
        return {"type": "integer"}

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:  # noqa: ARG002  # the signature is pydantic's
        return {"type": "string"}

    def list_schema(self, schema: core_schema.ListSchema) -> JsonSchemaValue:
        return {
            "type": "array",
            "items": self.generate_inner(schema["items_schema"]) if "items_schema" in schema else {},
        }

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:  # noqa: ARG002  # the signature is pydantic's
        return {"type": "object"}

    def typed_dict_schema(self, schema: core_schema.TypedDictSchema) -> JsonSchemaValue:
        """A bundle of rare options: its keys stand in one line, a third of the bytes of listed properties."""
        keys = {name: self.generate_inner(field["schema"]) for name, field in schema["fields"].items()}
        return {"type": "object", "description": ", ".join(_in_short(name, key) for name, key in keys.items())}


def _inlined(schema: JsonSchemaValue, definitions: JsonSchemaValue) -> JsonSchemaValue:
    own = dict(schema)
    reference = own.pop("$ref", None)
    return own if reference is None else {**definitions[reference.rpartition("/")[2]], **own}


def _in_short(name: str, schema: JsonSchemaValue) -> str:
    if values := schema.get("enum"):
        return f"{name} ({'|'.join(str(value) for value in values)})"
    return f"{name} ({schema['description']})" if "description" in schema else name


def in_words(schema: JsonSchemaValue) -> str:
    """What a listed property takes, for a refusal."""
    if values := schema.get("enum"):
        return "one of " + ", ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values)
    words = {"integer": "a whole number", "boolean": "true or false", "array": "a list", "object": "an object"}
    return words.get(schema.get("type", ""), "a string")
