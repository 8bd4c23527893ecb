#!/usr/bin/env python3
"""Makes what follows from the fields that specs/REPORT/*.toml declare.

    tools/generate_report.py hardware --code FOLDER   report_fields.{h,cc}: structs, JSON writer, table of fields
    tools/generate_report.py hardware --docs          docs/formats/REPORT.md and REPORT.schema.json

specs/hardware/README.md describes the declarations.
"""

import argparse
import json
import pathlib
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMAT_VERSION = 1

CXX_TYPES = {"text": "std::string", "integer": "int64_t", "number": "double", "flag": "bool",
             "texts": "std::vector<std::string>"}
JSON_TYPES = {"text": {"type": "string"}, "integer": {"type": "integer"}, "number": {"type": "number"},
              "flag": {"type": "boolean"}, "texts": {"type": "array", "items": {"type": "string"}}}
MATTERS = {"class": "kClass", "may": "kMay", "speed": "kSpeed", "no": "kNo"}
FIELD_KEYS = {"name", "title", "type", "unit", "source", "absent", "matters", "why", "frameworks", "private"}


def fail(message):
    sys.exit(f"error[spec]: {message}")


def checked_field(field, where):
    unknown = set(field) - FIELD_KEYS
    if unknown:
        fail(f"{where}: no such key: {', '.join(sorted(unknown))}")
    for key in ("name", "title", "type", "source", "absent", "matters"):
        if not field.get(key):
            fail(f"{where}: '{key}' is missing")
    if field["type"] not in CXX_TYPES:
        fail(f"{where}: type is '{field['type']}', not one of {', '.join(CXX_TYPES)}")
    if field["matters"] not in MATTERS:
        fail(f"{where}: matters is '{field['matters']}', not one of {', '.join(MATTERS)}")
    if (field["matters"] in ("class", "may")) != bool(field.get("why")):
        fail(f"{where}: 'why' belongs to matters = class and may, and to those alone")
    return {"unit": "", "why": "", "frameworks": [], "private": False, **field}


def read_sections(report):
    sections = []
    for path in sorted((ROOT / "specs" / report).glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        section = dict(content["section"], fields=[checked_field(f, f"{path.name}, field {f.get('name', '?')}")
                                                   for f in content.get("field", [])])
        names = [field["name"] for field in section["fields"]]
        unknown = [name for name in [section.get("key")] + section.get("brief", []) if name and name not in names]
        if unknown:
            fail(f"{path.name}: key or brief name '{unknown[0]}', which is no field")
        if not names or len(set(names)) != len(names):
            fail(f"{path.name}: no fields, or two of one name")
        sections.append(section)
    if not sections:
        fail(f"specs/{report} declares nothing")
    return sorted(sections, key=lambda section: section["order"])


def struct_name(section):
    singular = section.get("item", section["name"])
    return "".join(word.capitalize() for word in singular.split("_"))


def literal(text):
    return json.dumps(text, ensure_ascii=True)


def header(report, sections):
    out = [f"// Made by tools/generate_report.py from specs/{report}.", "#pragma once", "", "#include <cstdint>",
           "#include <span>", "#include <string>", "#include <vector>", "", '#include "report/fact.h"',
           '#include "report/fact_json.h"', '#include "report/fields.h"', "", f"namespace ibid::{report} {{", ""]
    for section in sections:
        out.append(f"struct {struct_name(section)} {{")
        out += [f"  report::Fact<{CXX_TYPES[field['type']]}> {field['name']};" for field in section["fields"]]
        out += ["};", ""]
    out += ["// use(name, title, fact) for every fact of a section or an item."]
    for section in sections:
        out += ["template <class Use>", f"void for_each_fact({struct_name(section)}& of, Use&& use) {{"]
        out += [f"  use({literal(f['name'])}, {literal(f['title'])}, of.{f['name']});" for f in section["fields"]]
        out += ["}", ""]
    out.append("struct Report {")
    for section in sections:
        kind = struct_name(section)
        out.append(f"  {f'report::FactList<{kind}>' if section['list'] else kind} {section['name']};")
    out += ["};", "", f"inline constexpr int64_t kFormatVersion = {FORMAT_VERSION};", "",
            "Json report_json(const Report& facts);", "std::span<const report::Section> report_sections();", "",
            f"}}  // namespace ibid::{report}", ""]
    return "\n".join(out)


def source(report, sections):
    out = [f"// Made by tools/generate_report.py from specs/{report}.", f'#include "{report}/report_fields.h"', "",
           "#include <array>", "", f"namespace ibid::{report} {{", "namespace {", ""]
    for section in sections:
        kind, name = struct_name(section), section["name"]
        out.append(f"Json {name}_json(const {kind}& {name}) {{")
        out.append("  Json json = Json::object();")
        out += [f"  json[\"{f['name']}\"] = report::fact_json({name}.{f['name']});" for f in section["fields"]]
        out += ["  return json;", "}", ""]
    for section in sections:
        for field in section["fields"]:
            if field["frameworks"]:
                names = ", ".join(literal(name) for name in field["frameworks"])
                out.append(f"constexpr std::string_view {frameworks_name(section, field)}[] = {{{names}}};")
        out.append(f"constexpr report::Field {section['name']}_fields[] = {{")
        for f in section["fields"]:
            texts = ", ".join(literal(f[key]) for key in ("name", "title", "type", "unit", "source", "absent"))
            frameworks = frameworks_name(section, f) if f["frameworks"] else "{}"
            out.append(f"    {{{texts}, report::Matters::{MATTERS[f['matters']]}, {literal(f['why'])}, {frameworks}, "
                       f"{str(f['private']).lower()}}},")
        out += ["};", ""]
    for s in sections:
        if s.get("brief"):
            names = ", ".join(literal(name) for name in s["brief"])
            out += [f"constexpr std::string_view {brief_name(s)}[] = {{{names}}};", ""]
    out.append("constexpr report::Section all_sections[] = {")
    out += [f"    {{{literal(s['name'])}, {literal(s['title'])}, {str(s['list']).lower()}, {literal(s.get('key', ''))}, "
            f"{brief_name(s) if s.get('brief') else '{}'}, {s['name']}_fields}},"
            for s in sections]
    out += ["};", "", "}  // namespace", "", "Json report_json(const Report& facts) {", "  Json json = Json::object();",
            f"  json[\"format\"] = \"ibid.{report}\";", "  json[\"version\"] = kFormatVersion;"]
    for s in sections:
        value = f"report::fact_list_json(facts.{s['name']}, {s['name']}_json)" if s["list"] else f"{s['name']}_json(facts.{s['name']})"
        out.append(f"  json[\"{s['name']}\"] = {value};")
    out += ["  return json;", "}", "", "std::span<const report::Section> report_sections() { return all_sections; }", "",
            f"}}  // namespace ibid::{report}", ""]
    return "\n".join(out)


def brief_name(section):
    return f"{section['name']}_brief"


def frameworks_name(section, field):
    return f"{section['name']}_{field['name']}_frameworks"


def fact_schema(type_name):
    value = JSON_TYPES[type_name]
    reading = {"type": "object", "properties": {"value": value, "source": {"type": "string"}},
               "required": ["value", "source"], "additionalProperties": False}
    known = json.loads(json.dumps(reading))
    known["properties"]["also"] = {"type": "array", "items": reading}
    return {"oneOf": [known, {"$ref": "#/$defs/unknown"}, {"$ref": "#/$defs/redacted"}]}


def schema(report, sections):
    properties = {"format": {"const": f"ibid.{report}"}, "version": {"const": FORMAT_VERSION}}
    for section in sections:
        item = {"type": "object", "properties": {f["name"]: fact_schema(f["type"]) for f in section["fields"]},
                "required": [f["name"] for f in section["fields"]], "additionalProperties": False}
        if section["list"]:
            item = {"type": "object", "properties": {"items": {"type": "array", "items": item},
                                                     "source": {"type": "string"}, "unknown": {"type": "string"}},
                    "required": ["items"], "additionalProperties": False}
        properties[section["name"]] = item
    one_text = lambda key: {"type": "object", "properties": {key: {"type": "string", "minLength": 1}}, "required": [key],
                            "additionalProperties": False}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"ibid.{report}, version {FORMAT_VERSION}",
            "type": "object", "properties": properties, "required": list(properties),
            "$defs": {"unknown": one_text("unknown"), "redacted": one_text("redacted")}}


def page(report, sections):
    out = [f"# The {report} report", "",
           f"Made by `tools/generate_report.py` from `specs/{report}`; the JSON schema lies beside it in "
           f"`{report}.schema.json`.", "",
           f"A JSON object with `format` (`ibid.{report}`), `version` ({FORMAT_VERSION}) and one member for each section "
           "below. A field is `{\"value\", \"source\"}`, with `\"also\"` listing every source that says otherwise; or "
           "`{\"unknown\": reason}`; or `{\"redacted\": reason}` where the report was made fit to be shown. No field is "
           "left out. A section that is a list has `items`, and `source` (what shows that these are all) or `unknown` "
           "(why there may be more).", "",
           "*Matters* says what a difference means for results: **class** (different machines to a numerical library), "
           "**may** (can change results), *speed* (only the time), *no*.", ""]
    for section in sections:
        out += [f"## {section['title']}: `{section['name']}`" + (" (list)" if section["list"] else ""), "",
                "| field | type | what | source | unknown when | matters |", "|---|---|---|---|---|---|"]
        for f in section["fields"]:
            matters = {"class": "**class**", "may": "**may**", "speed": "*speed*", "no": "no"}[f["matters"]]
            if f["why"]:
                matters += f": {f['why']}" + (f" ({', '.join(f['frameworks'])})" if f["frameworks"] else "")
            unit = f", {f['unit']}" if f["unit"] else ""
            private = " *Private.*" if f["private"] else ""
            out.append(f"| `{f['name']}` | {f['type']}{unit} | {f['title']}.{private} | {f['source']} | {f['absent']} "
                       f"| {matters} |")
        out.append("")
    return "\n".join(out)


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report")
    parser.add_argument("--code", metavar="FOLDER", help="write the C++ sources there")
    parser.add_argument("--docs", metavar="FOLDER", nargs="?", const=str(ROOT / "docs" / "formats"),
                        help="write the page and the schema (default: docs/formats)")
    options = parser.parse_args()
    sections = read_sections(options.report)
    if options.code:
        folder = pathlib.Path(options.code)
        write(folder / "report_fields.h", header(options.report, sections))
        write(folder / "report_fields.cc", source(options.report, sections))
    if options.docs:
        folder = pathlib.Path(options.docs)
        write(folder / f"{options.report}.md", page(options.report, sections))
        write(folder / f"{options.report}.schema.json", json.dumps(schema(options.report, sections), indent=1) + "\n")


if __name__ == "__main__":
    main()
