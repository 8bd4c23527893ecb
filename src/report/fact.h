#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"

namespace ibid::report {

// Something known of a machine or a process: a value with where it comes from, or the reason why it is not
// known. There is no third state: a fact nobody looked for says so.
template <class T>
class Fact {
 public:
  // Another source that says otherwise.
  struct Reading {
    T value;
    std::string source;
  };

  Fact() : reason_("nobody looked for it") {}
  static Fact known(T value, std::string source) {
    Fact fact;
    fact.value_ = std::move(value);
    fact.source_ = std::move(source);
    fact.reason_.clear();
    return fact;
  }
  static Fact unknown(std::string reason) {
    IBID_CHECK(!reason.empty(), "an unknown fact needs a reason");
    Fact fact;
    fact.reason_ = std::move(reason);
    return fact;
  }

  bool is_known() const { return value_.has_value(); }
  const T& value() const {
    IBID_CHECK(is_known(), "value() of an unknown fact: " + reason_);
    return *value_;
  }
  const std::string& source() const { return source_; }
  const std::string& reason() const { return reason_; }
  const std::vector<Reading>& other_readings() const { return others_; }

  // What a further source says: fills an unknown fact, is kept beside a known one when it disagrees.
  void also(T value, std::string source) {
    if (!is_known()) {
      *this = known(std::move(value), std::move(source));
    } else if (!(value == *value_)) {
      others_.push_back({std::move(value), std::move(source)});
    }
  }

 private:
  std::optional<T> value_;
  std::string source_, reason_;
  std::vector<Reading> others_;
};

// The things of one kind that a machine has. An empty list says what was looked at, so that "none" can be
// told from "nobody could look".
template <class T>
struct FactList {
  std::vector<T> items;
  std::string source;  // where the items come from, or what shows that there are none
  std::string unknown_reason = "nobody looked for them";  // empty when the list is complete

  static FactList known(std::vector<T> items, std::string source) {
    return {std::move(items), std::move(source), {}};
  }
  static FactList unknown(std::string reason) { return {{}, {}, std::move(reason)}; }
  bool is_known() const { return unknown_reason.empty(); }
};

}  // namespace ibid::report
