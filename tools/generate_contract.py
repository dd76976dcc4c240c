#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints a large OpenAPI 3.1 contract, shaped like a public API of a code-hosting company.

The same arguments always give the same bytes. About 11 KB of indented JSON per operation: shared and
inline schemas, parameters, headers, examples, error responses.

    tools/generate_contract.py --operations 1200 > big.json
    tools/generate_contract.py --operations 20000 --format yaml > huge.yaml
"""

import argparse
import json
import random
import sys

NOUNS = ["repository", "issue", "comment", "release", "branch", "commit", "review", "team", "member",
         "project", "column", "card", "milestone", "label", "workflow", "run", "job", "artifact",
         "secret", "runner", "package", "version", "deployment", "environment", "check", "suite"]
WORDS = ("the a this each every list name state owner date time when that which holds gives returns "
         "updates creates removes permission scope access user team organization default enabled "
         "disabled optional required filter order page result value field object request response "
         "event change history branch merge protected public private internal").split()


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.schemas = {}
        self.examples = {}
        self.paths = {}

    def sentence(self, least, most):
        count = self.random.randint(least, most)
        words = [self.random.choice(WORDS) for _ in range(count)]
        return " ".join(words).capitalize() + "."

    def property(self, resource, index):
        """A property's schema with a value that conforms to it."""
        r = self.random
        described = {"description": self.sentence(5, 16)}
        kind = r.randrange(10)
        if kind == 0:
            return {"type": "integer", "format": "int64", "minimum": 0, **described}, r.randrange(10**9)
        if kind == 1:
            return {"type": "boolean", "default": False, **described}, r.random() < 0.5
        if kind == 2:
            values = [f"{resource}_{v}" for v in ("open", "closed", "merged", "draft")]
            return {"type": "string", "enum": values, **described}, values[r.randrange(4)]
        if kind == 3:
            return ({"type": "string", "format": "date-time", **described},
                    f"2026-0{r.randint(1, 9)}-1{r.randint(0, 9)}T10:00:00Z")
        if kind == 4:
            return ({"type": "string", "format": "uri", **described},
                    f"https://api.example.com/{resource}/{index}")
        if kind == 5:
            return ({"type": ["string", "null"], "maxLength": 500, **described},
                    self.sentence(4, 10) if r.random() < 0.7 else None)
        if kind == 6:
            return ({"type": "array", "maxItems": 100, "items": {"type": "string", "minLength": 1},
                     **described}, [r.choice(WORDS) for _ in range(r.randint(1, 4))])
        if kind == 7:
            inner = {"login": {"type": "string", "pattern": "^[a-z0-9-]{1,39}$"},
                     "id": {"type": "integer"}, "site_admin": {"type": "boolean"}}
            return ({"type": "object", "required": ["login", "id"], "properties": inner, **described},
                    {"login": r.choice(WORDS), "id": r.randrange(10**6), "site_admin": False})
        if kind == 8:
            return ({"type": "number", "minimum": 0, "maximum": 100, **described},
                    r.randrange(1000) / 10)
        return {"type": "string", "maxLength": 255, **described}, r.choice(WORDS)

    def record(self, resource, name, count):
        """Adds a component schema with `count` properties; gives a conforming value."""
        properties, value = {}, {}
        properties["id"] = {"type": "integer", "format": "int64", "readOnly": True,
                            "description": "Unique identifier."}
        value["id"] = self.random.randrange(10**9)
        properties["owner"] = {"$ref": "#/components/schemas/simple-user"}
        value["owner"] = SIMPLE_USER_EXAMPLE
        for i in range(count):
            key = f"{self.random.choice(WORDS)}_{i}"
            properties[key], value[key] = self.property(resource, i)
        required = [key for key in properties if self.random.random() < 0.4]
        self.schemas[name] = {"title": name, "description": self.sentence(6, 14), "type": "object",
                              "required": required or ["id"], "properties": properties}
        return value

    def resource(self, number):
        noun = NOUNS[number % len(NOUNS)]
        name = f"{noun}-{number}"
        full = self.record(noun, name, 54)
        brief = self.record(noun, f"{name}-summary", 20)
        self.record(noun, f"{name}-input", 24)
        self.examples[name] = {"value": full}
        self.examples[f"{name}-items"] = {"value": [brief, brief]}
        return name, f"/orgs/{{org}}/{noun}s-{number}"

    def operation(self, name, verb, extra):
        reference = "https://docs.example.com/rest/" + name
        return {"summary": f"{verb.capitalize()} {name}",
                "description": "\n\n".join(self.sentence(12, 30) for _ in range(4)),
                "tags": [name.split("-")[0]], "operationId": f"{name}/{verb}",
                "externalDocs": {"description": "API method documentation", "url": reference}, **extra}

    def content(self, schema, example):
        return {"content": {"application/json": {
            "schema": schema, "examples": {"default": {"$ref": f"#/components/examples/{example}"}}}}}

    def inline_body(self, noun, count):
        properties, value = {}, {}
        for i in range(count):
            key = f"{self.random.choice(WORDS)}_{i}"
            properties[key], value[key] = self.property(noun, i)
        return {"required": True, "content": {"application/json": {
            "schema": {"type": "object", "properties": properties},
            "examples": {"default": {"value": value}}}}}

    def query(self, count):
        parameters = [{"$ref": "#/components/parameters/per-page"},
                      {"$ref": "#/components/parameters/page"}]
        for i in range(count):
            schema, _ = self.property("filter", i)
            if schema["type"] in ("array", "object"):
                schema = {"type": "string", "maxLength": 60}
            parameters.append({"name": f"{self.random.choice(WORDS)}_{i}", "in": "query",
                               "description": self.sentence(8, 20), "schema": schema})
        return parameters

    def add_operations(self, number, left):
        """Adds a resource's operations, at most `left`; gives how many."""
        name, base = self.resource(number)
        noun = name.split("-")[0]
        schema = {"$ref": f"#/components/schemas/{name}"}
        summary = {"$ref": f"#/components/schemas/{name}-summary"}
        org = [{"$ref": "#/components/parameters/org"}]
        item = org + [{"name": "id", "in": "path", "required": True,
                       "description": self.sentence(5, 9), "schema": {"type": "integer"}}]
        found = {"200": {"description": "Response", **self.content(schema, name)}}
        listed = {"200": {"description": "Response", "headers": {
            "Link": {"$ref": "#/components/headers/link"}},
            **self.content({"type": "array", "items": summary}, f"{name}-items")}}
        created = {"201": {"description": "Response", "headers": {"Location": {
            "description": "The new one.", "schema": {"type": "string", "format": "uri"},
            "example": "https://api.example.com/x/1"}}, **self.content(schema, name)}}
        inline = {"200": {"description": "Response", "content": {"application/json": {
            "schema": {"type": "object", "required": ["total_count", "items"], "properties": {
                "total_count": {"type": "integer"}, "items": {"type": "array", "items": summary}}},
            "examples": {"default": {"value": {"total_count": 0, "items": []}}}}}}}
        gone = {"204": {"description": "Response"}}
        errors = {code: {"$ref": f"#/components/responses/{code}"} for code in ("403", "404", "422")}
        body = {"required": True, **self.content(
            {"$ref": f"#/components/schemas/{name}-input"}, name)}
        plan = [
            (base, "get", "list", {"parameters": org + self.query(8), "responses": listed}),
            (base, "post", "create", {"parameters": org, "requestBody": body, "responses": created}),
            (base + "/{id}", "get", "get", {"parameters": item, "responses": found}),
            (base + "/{id}", "patch", "update", {"parameters": item, "responses": found,
                                                "requestBody": self.inline_body(noun, 20)}),
            (base + "/{id}", "delete", "delete", {"parameters": item, "responses": gone}),
            (base + "/{id}/members", "get", "list-members",
             {"parameters": item + self.query(8), "responses": inline}),
        ]
        for path, method, verb, extra in plan[:left]:
            extra["responses"] = {**extra["responses"], **errors}
            self.paths.setdefault(path, {})[method] = self.operation(name, verb, extra)
        return min(left, len(plan))


SIMPLE_USER_EXAMPLE = {"login": "octocat", "id": 1, "type": "User", "site_admin": False,
                       "url": "https://api.example.com/users/octocat"}


def shared_components():
    error = {"type": "object", "required": ["message"], "properties": {
        "message": {"type": "string"}, "documentation_url": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object", "properties": {
            "field": {"type": "string"}, "code": {"type": "string"}}}}}}
    user = {"title": "Simple User", "type": "object", "required": ["login", "id"], "properties": {
        "login": {"type": "string"}, "id": {"type": "integer", "format": "int64"},
        "type": {"type": "string"}, "site_admin": {"type": "boolean"},
        "url": {"type": "string", "format": "uri"},
        "manager": {"$ref": "#/components/schemas/simple-user"}}}
    response = {"content": {"application/json": {
        "schema": {"$ref": "#/components/schemas/basic-error"},
        "example": {"message": "Something went wrong"}}}}
    return {
        "schemas": {"basic-error": error, "simple-user": user},
        "responses": {code: {"description": text, **response} for code, text in
                      (("403", "Forbidden"), ("404", "Not found"), ("422", "Validation failed"))},
        "parameters": {
            "org": {"name": "org", "in": "path", "required": True,
                    "schema": {"type": "string", "maxLength": 39}},
            "per-page": {"name": "per_page", "in": "query",
                         "schema": {"type": "integer", "default": 30, "maximum": 100}},
            "page": {"name": "page", "in": "query", "schema": {"type": "integer", "default": 1}}},
        "headers": {"link": {"example": "<https://api.example.com/x?page=2>; rel=\"next\"",
                             "schema": {"type": "string"}}},
    }


def contract(operations):
    generator = Generator(20260101)
    number, left = 0, operations
    while left > 0:
        left -= generator.add_operations(number, left)
        number += 1
    components = shared_components()
    components["schemas"].update(generator.schemas)
    components["examples"] = generator.examples
    return {"openapi": "3.1.0",
            "info": {"title": "Generated API", "version": "1.0.0", "license": {"name": "None"}},
            "servers": [{"url": "https://api.example.com"}],
            "tags": [{"name": noun} for noun in NOUNS],
            "paths": generator.paths, "components": components}


def write_yaml(value, out, indent=0):
    """Block style; strings and keys as JSON strings, which YAML 1.2 reads alike."""
    pad = "  " * indent
    entries = value.items() if isinstance(value, dict) else ((None, item) for item in value)
    for key, item in entries:
        head = pad + (json.dumps(key) + ":" if key is not None else "-")
        if isinstance(item, (dict, list)) and item:
            out.write(head + "\n")
            write_yaml(item, out, indent + 1)
        else:
            out.write(head + " " + json.dumps(item) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--operations", type=int, default=1200)
    parser.add_argument("--format", choices=["json", "yaml"], default="json")
    arguments = parser.parse_args()
    document = contract(arguments.operations)
    if arguments.format == "json":
        json.dump(document, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        write_yaml(document, sys.stdout)


if __name__ == "__main__":
    main()
