#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ibid::describe {

// A label's number in the order in which labels came; this one: there is none.
inline constexpr uint32_t kNoLabel = 0xFFFFFFFF;

struct ValueCount {
  std::string text;
  int64_t count = 0;
  uint32_t label = kNoLabel;  // of the first item with this value
  bool several_labels = false;
};

// The different values of a column with their counts, as long as they are few: more than 10,000, or texts of
// more than 1 MiB in all, and only an estimate of their number is kept on.
class ValueTable {
 public:
  // True when the table became too large by this: the values so far, in byte order, are then in `values`,
  // and nothing but their number will be known from here on.
  bool add(std::string_view text, uint32_t label, std::vector<ValueCount>& values);

  // A text with its number of times; before the table is too large only.
  void add_counted(std::string_view text, int64_t count) { add_entry(text, {count, kNoLabel, false}); }

  bool complete() const { return !overflowed_; }
  // In byte order; none if not complete.
  std::vector<ValueCount> values() const;
  // Exact if complete; else estimated from the smallest hashes, with a deviation of about 3 %.
  int64_t n_distinct() const;

  // As if everything added to `other` had been added here, for a whole out of its parts.
  void merge(const ValueTable& other);

 private:
  struct Entry {
    int64_t count = 0;
    uint32_t label = kNoLabel;
    bool several_labels = false;
  };
  struct TextHash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };

  void add_entry(std::string_view text, const Entry& entry);
  void overflow();
  void estimate(uint64_t hash);

  // Looked up only; whatever leaves is sorted.
  std::unordered_map<std::string, Entry, TextHash, std::equal_to<>> entries_;
  int64_t text_bytes_ = 0;
  bool overflowed_ = false;
  std::vector<uint64_t> smallest_;  // a heap of the smallest different hashes, the largest of them first
};

}  // namespace ibid::describe
