#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "hardware/report_fields.h"

namespace ibid::test {

// No field may be left that nobody was asked for.
template <class Item>
void check_all_asked(Item item) {
  hardware::for_each_fact(item,
                          []<class T>(std::string_view name, std::string_view, const report::Fact<T>& fact) {
                            CAPTURE(name);
                            CHECK(fact.is_known() != !fact.reason().empty());
                            CHECK(fact.reason() != report::Fact<T>().reason());
                            CHECK(fact.is_known() != fact.source().empty());
                          });
}

template <class T, class Value>
void check_known(const report::Fact<T>& fact, const Value& value) {
  REQUIRE_MESSAGE(fact.is_known(), fact.reason());
  CHECK(fact.value() == value);
}

// The reason why a fact is not known, or that it is.
template <class T>
std::string reason(const report::Fact<T>& fact) {
  return fact.is_known() ? "(known)" : fact.reason();
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace ibid::test
