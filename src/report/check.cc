#include "report/check.h"

#include <string>

#include "base/number_text.h"

namespace ibid::report {
namespace {

class Checker {
 public:
  explicit Checker(std::string_view name) : name_(name) {}

  Result<void> item(const Json& item, const Section& section, const std::string& where) const {
    if (!item.is_object()) return wrong(where, "is no object");
    for (const Field& field : section.fields) {
      const std::string name(field.name), place = where + "." + name;
      if (!item.contains(name)) return wrong(place, "is missing");
      IBID_TRY(fact(item[name], field, place));
    }
    return {};
  }

  Result<void> list(const Json& list, const Section& section, const std::string& where) const {
    if (!list.is_object() || !list.contains("items") || !list["items"].is_array()) {
      return wrong(where, "has no items");
    }
    if (!is_text(list, "source") && !is_text(list, "unknown"))
      return wrong(where, "has neither source nor unknown");
    for (size_t i = 0; i < list["items"].size(); ++i)
      IBID_TRY(item(list["items"][i], section, where + "[" + std::to_string(i) + "]"));
    return {};
  }

  Result<void> wrong(const std::string& where, const std::string& what) const {
    return Error(ErrorCode::kMalformed, std::string(name_) + ": " + where + " " + what,
                 "the file must be a report that ibid wrote, unchanged");
  }

 private:
  static bool is_text(const Json& object, const char* key) {
    return object.contains(key) && object[key].is_string();
  }

  static bool fits(const Json& value, const Field& field) {
    if (field.type == "text") return value.is_string();
    if (field.type == "integer") return value.is_number_integer();
    if (field.type == "number") return value.is_number();
    if (field.type == "flag") return value.is_boolean();
    if (!value.is_array()) return false;
    for (const Json& entry : value) {
      if (!entry.is_string()) return false;
    }
    return true;
  }

  Result<void> reading(const Json& reading, const Field& field, const std::string& where) const {
    if (!reading.is_object() || !reading.contains("value") || !fits(reading["value"], field)) {
      return wrong(where, "has no value of type " + std::string(field.type));
    }
    if (!is_text(reading, "source")) return wrong(where, "has no source");
    return {};
  }

  Result<void> fact(const Json& fact, const Field& field, const std::string& where) const {
    if (!fact.is_object()) return wrong(where, "is no object");
    if (is_text(fact, "unknown") || is_text(fact, "redacted")) return {};
    IBID_TRY(reading(fact, field, where));
    if (!fact.contains("also")) return {};
    if (!fact["also"].is_array()) return wrong(where + ".also", "is no list");
    for (const Json& other : fact["also"]) IBID_TRY(reading(other, field, where + ".also"));
    return {};
  }

  std::string_view name_;
};

}  // namespace

Result<void> check(const Json& report, const Expected& expected, std::string_view name) {
  const Checker checker(name);
  if (!report.is_object() || !report.contains("format") || report["format"] != expected.format) {
    return checker.wrong("format", "is not '" + std::string(expected.format) + "'");
  }
  if (!report.contains("version") || report["version"] != expected.version) {
    return Error(
        ErrorCode::kMalformed,
        std::string(name) + " has another version of the format than " + number_text(expected.version),
        "write the report again with this ibid, or read it with the one that wrote it");
  }
  for (const Section& section : expected.sections) {
    const std::string key(section.name);
    if (!report.contains(key)) return checker.wrong(key, "is missing");
    IBID_TRY(section.is_list ? checker.list(report[key], section, key)
                             : checker.item(report[key], section, key));
  }
  return {};
}

}  // namespace ibid::report
