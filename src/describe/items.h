#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "describe/value_table.h"

namespace ibid::describe {

// Item `index` (from 0) of split `split`.
struct ItemRef {
  size_t split = 0;
  int64_t index = 0;

  bool operator==(const ItemRef&) const = default;
};

// Items of equal content within one split.
struct DuplicateFacts {
  int64_t n_surplus = 0;   // items beyond the first of each content
  int64_t n_contents = 0;  // contents that come more than once
  int64_t most = 1;        // copies of the most frequent content
  std::vector<std::vector<ItemRef>> examples =
      {};  // the first contents, by their first item; of each a few items
};

// Equal content, different label: in all splits together.
struct ConflictFacts {
  int64_t n_contents = 0;
  int64_t n_items = 0;
  std::vector<std::vector<ItemRef>> examples = {};
};

// Content that is in two splits.
struct OverlapFacts {
  size_t a = 0, b = 0;
  int64_t n_contents = 0;
  int64_t n_items_a = 0, n_items_b = 0;
  int64_t n_other_label = 0;  // of the contents: those that have not the same label in both
  std::vector<std::vector<ItemRef>> examples = {};  // the first of a and the first of b
};

struct EqualItems {
  std::vector<DuplicateFacts> within;  // by split
  ConflictFacts conflicts;
  std::vector<OverlapFacts> overlaps;  // of every pair of splits that has any
};

// Finds items of equal content: 96 bits of each content's digest and the item's number are kept, 16 bytes an
// item (20 with labels), and sorted. That two different contents share 96 bits is expected once in 10^14
// times at ten million items.
class ItemIndex {
 public:
  // Items belong to the split started last.
  void start_split() { starts_.push_back(static_cast<int64_t>(records_.size())); }
  // Errors: unsupported, above 2^32 - 1 items.
  Result<void> add(const Digest128& content, uint32_t label);

  // At most `n_examples` of everything. Leaves the index empty.
  EqualItems analyse(size_t n_examples);

 private:
  struct Record {
    uint64_t high;
    uint32_t low;
    uint32_t item;
  };
  struct Group {
    size_t begin, end;  // of records_
  };

  std::vector<Group> groups() const;
  ItemRef reference(uint32_t item) const;
  std::vector<ItemRef> references(const Group& group, size_t most) const;
  void count_group(const Group& group, size_t n_examples, EqualItems& found) const;
  void count_overlaps(const std::vector<Group>& parts, size_t n_examples, EqualItems& found) const;
  bool one_label(const Group& a, const Group& b) const;

  std::vector<int64_t> starts_;  // by split: its first item
  std::vector<Record> records_;
  std::vector<uint32_t> labels_;  // by item
};

}  // namespace ibid::describe
