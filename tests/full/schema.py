#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""schema.py SCHEMA DOCUMENT...: validate JSON documents, more strictly than a reader would:
a member that the schema does not describe is refused too."""
import json
import sys

from jsonschema import Draft202012Validator, FormatChecker


def close(schema):
    """The schema, with every object that lists its members holding no others."""
    if isinstance(schema, list):
        return [close(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: close(value) for key, value in schema.items()}
    if isinstance(closed.get("properties"), dict) and closed.get("type") == "object":
        closed.setdefault("additionalProperties", False)
    return closed


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(close(schema), format_checker=FormatChecker())
    bad = 0
    for name in sys.argv[2:]:
        with open(name, encoding="utf-8") as file:
            document = json.load(file)
        for error in validator.iter_errors(document):
            path = "/".join(str(part) for part in error.absolute_path)
            print(f"{name}: /{path}: {error.message}")
            bad += 1
    return 1 if bad else 0


sys.exit(main())
