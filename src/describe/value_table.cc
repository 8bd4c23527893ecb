#include "describe/value_table.h"

#include <algorithm>

#include "base/digest.h"

namespace ibid::describe {
namespace {

constexpr size_t kMaxValues = 10'000;
constexpr int64_t kMaxTextBytes = int64_t{1} << 20;
constexpr size_t kKeptHashes = 1024;  // the estimate's relative deviation is 1 / sqrt(1022)

}  // namespace

bool ValueTable::add(std::string_view text, uint32_t label, std::vector<ValueCount>& out) {
  if (overflowed_) {
    estimate(digest_bytes(text).low);
    return false;
  }
  if (const auto found = entries_.find(text); found != entries_.end()) {
    ++found->second.count;
    if (found->second.label != label) found->second.several_labels = true;
    return false;
  }
  add_entry(text, {1, label, false});
  if (entries_.size() <= kMaxValues && text_bytes_ <= kMaxTextBytes) return false;
  out = values();
  overflow();
  return true;
}

void ValueTable::add_entry(std::string_view text, const Entry& entry) {
  const auto [place, is_new] = entries_.try_emplace(std::string(text), entry);
  if (is_new) {
    text_bytes_ += static_cast<int64_t>(text.size());
    return;
  }
  Entry& known = place->second;
  known.count += entry.count;
  known.several_labels = known.several_labels || entry.several_labels || known.label != entry.label;
}

void ValueTable::overflow() {
  overflowed_ = true;
  for (const auto& [text, entry] : entries_) estimate(digest_bytes(text).low);
  entries_ = {};
}

void ValueTable::estimate(uint64_t hash) {
  const bool full = smallest_.size() == kKeptHashes;
  if (full && hash >= smallest_.front()) return;
  if (std::ranges::find(smallest_, hash) != smallest_.end()) return;
  if (full) {
    std::ranges::pop_heap(smallest_);
    smallest_.pop_back();
  }
  smallest_.push_back(hash);
  std::ranges::push_heap(smallest_);
}

std::vector<ValueCount> ValueTable::values() const {
  std::vector<ValueCount> values;
  values.reserve(entries_.size());
  for (const auto& [text, entry] : entries_)
    values.push_back({text, entry.count, entry.label, entry.several_labels});
  std::ranges::sort(values, {}, &ValueCount::text);
  return values;
}

int64_t ValueTable::n_distinct() const {
  if (!overflowed_) return static_cast<int64_t>(entries_.size());
  if (smallest_.size() < kKeptHashes) return static_cast<int64_t>(smallest_.size());
  // The hashes are spread evenly over 2^64: as many as there are below the largest kept one tells how dense.
  const double share = static_cast<double>(smallest_.front()) / 0x1p64;
  return static_cast<int64_t>(static_cast<double>(kKeptHashes - 1) / share);
}

void ValueTable::merge(const ValueTable& other) {
  if (!overflowed_ && !other.overflowed_) {
    for (const ValueCount& value : other.values())
      add_entry(value.text, {value.count, value.label, value.several_labels});
    if (entries_.size() > kMaxValues || text_bytes_ > kMaxTextBytes) overflow();
    return;
  }
  if (!overflowed_) overflow();
  for (const ValueCount& value : other.values()) estimate(digest_bytes(value.text).low);
  for (const uint64_t hash : other.smallest_) estimate(hash);
}

}  // namespace ibid::describe
