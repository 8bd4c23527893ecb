#pragma once

#include <span>
#include <string_view>

namespace ibid::report {

// What it means for results when two machines differ in a field.
enum class Matters {
  kClass,  // they are different machines to a numerical library; equal results would be chance
  kMay,    // it can change results, by the reason given
  kSpeed,  // only how long it takes
  kNo,
};

// A field of a report as declared under specs/; tools/generate_report.py writes the tables.
struct Field {
  std::string_view name;   // its key in the JSON, with its unit
  std::string_view title;  // for people
  std::string_view type;   // text, integer, number, flag, texts
  std::string_view unit;   // of a value written for people; empty if it has none
  std::string_view source;
  std::string_view absent;  // when it is unknown
  Matters matters;
  std::string_view why;                          // for kClass and kMay
  std::span<const std::string_view> frameworks;  // to which `why` applies; empty: all
  bool is_private;
};

struct Section {
  std::string_view name;   // its key in the JSON
  std::string_view title;  // for people
  bool is_list;
  std::string_view
      key;  // of a list: the field by which the items of two reports belong together; empty: the position
  std::span<const std::string_view>
      brief;  // of a list: the fields that tell enough where there are many items
  std::span<const Field> fields;
};

}  // namespace ibid::report
