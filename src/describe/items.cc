#include "describe/items.h"

#include <algorithm>
#include <limits>
#include <tuple>

namespace ibid::describe {
namespace {

constexpr size_t kItemsShown = 4;  // of one content

}  // namespace

Result<void> ItemIndex::add(const Digest128& content, uint32_t label) {
  if (records_.size() >= std::numeric_limits<uint32_t>::max()) {
    return Error(ErrorCode::kUnsupported, "there are more than 4,294,967,295 items",
                 "describe the first ones with --max-rows");
  }
  records_.push_back(
      {content.high, static_cast<uint32_t>(content.low), static_cast<uint32_t>(records_.size())});
  // Items without a label before the first one that has one cost nothing.
  if (label != kNoLabel && labels_.empty()) labels_.assign(records_.size() - 1, kNoLabel);
  if (label != kNoLabel || !labels_.empty()) labels_.push_back(label);
  return {};
}

ItemRef ItemIndex::reference(uint32_t item) const {
  const auto after = std::ranges::upper_bound(starts_, int64_t{item});
  const auto split = static_cast<size_t>(after - starts_.begin()) - 1;
  return {split, int64_t{item} - starts_[split]};
}

std::vector<ItemRef> ItemIndex::references(const Group& group, size_t most) const {
  std::vector<ItemRef> items;
  for (size_t i = group.begin; i < group.end && items.size() < most; ++i)
    items.push_back(reference(records_[i].item));
  return items;
}

// Contents that come more than once, by their first item.
std::vector<ItemIndex::Group> ItemIndex::groups() const {
  const auto same = [](const Record& a, const Record& b) { return a.high == b.high && a.low == b.low; };
  std::vector<Group> groups;
  for (size_t begin = 0; begin < records_.size();) {
    size_t end = begin + 1;
    while (end < records_.size() && same(records_[begin], records_[end])) ++end;
    if (end - begin > 1) groups.push_back({begin, end});
    begin = end;
  }
  std::ranges::sort(groups, {}, [this](const Group& group) { return records_[group.begin].item; });
  return groups;
}

// Of two groups together. An item without a label contradicts none.
bool ItemIndex::one_label(const Group& a, const Group& b) const {
  uint32_t label = kNoLabel;
  for (const Group& group : {a, b}) {
    for (size_t i = group.begin; i < group.end && !labels_.empty(); ++i) {
      const uint32_t other = labels_[records_[i].item];
      if (other != kNoLabel && label != kNoLabel && other != label) return false;
      if (other != kNoLabel) label = other;
    }
  }
  return true;
}

void ItemIndex::count_group(const Group& group, size_t n_examples, EqualItems& found) const {
  if (!one_label(group, group)) {
    ++found.conflicts.n_contents;
    found.conflicts.n_items += static_cast<int64_t>(group.end - group.begin);
    if (found.conflicts.examples.size() < n_examples)
      found.conflicts.examples.push_back(references(group, kItemsShown));
  }
  // Items are in order, so those of one split stand together.
  std::vector<Group> parts;
  for (size_t i = group.begin; i < group.end; ++i) {
    const bool starts = parts.empty() || reference(records_[i].item).split !=
                                             reference(records_[parts.back().begin].item).split;
    if (starts) parts.push_back({i, i});
    parts.back().end = i + 1;
  }
  for (const Group& part : parts) {
    const auto n = static_cast<int64_t>(part.end - part.begin);
    if (n < 2) continue;
    DuplicateFacts& within = found.within[reference(records_[part.begin].item).split];
    within.n_surplus += n - 1;
    ++within.n_contents;
    within.most = std::max(within.most, n);
    if (within.examples.size() < n_examples) within.examples.push_back(references(part, kItemsShown));
  }
  count_overlaps(parts, n_examples, found);
}

void ItemIndex::count_overlaps(const std::vector<Group>& parts, size_t n_examples, EqualItems& found) const {
  for (size_t i = 0; i < parts.size(); ++i) {
    for (size_t j = i + 1; j < parts.size(); ++j) {
      const ItemRef first = reference(records_[parts[i].begin].item);
      const ItemRef second = reference(records_[parts[j].begin].item);
      const auto is_pair = [&](const OverlapFacts& facts) {
        return facts.a == first.split && facts.b == second.split;
      };
      auto facts = std::ranges::find_if(found.overlaps, is_pair);
      if (facts == found.overlaps.end()) {
        found.overlaps.push_back({.a = first.split, .b = second.split});
        facts = found.overlaps.end() - 1;
      }
      ++facts->n_contents;
      facts->n_items_a += static_cast<int64_t>(parts[i].end - parts[i].begin);
      facts->n_items_b += static_cast<int64_t>(parts[j].end - parts[j].begin);
      if (!one_label(parts[i], parts[j])) ++facts->n_other_label;
      if (facts->examples.size() < n_examples) facts->examples.push_back({first, second});
    }
  }
}

EqualItems ItemIndex::analyse(size_t n_examples) {
  if (!labels_.empty()) labels_.resize(records_.size(), kNoLabel);
  std::ranges::sort(records_, [](const Record& a, const Record& b) {
    return std::tie(a.high, a.low, a.item) < std::tie(b.high, b.low, b.item);
  });
  EqualItems found;
  found.within.resize(starts_.size());
  for (const Group& group : groups()) count_group(group, n_examples, found);
  std::ranges::sort(found.overlaps, {},
                    [](const OverlapFacts& facts) { return std::pair(facts.a, facts.b); });
  records_ = {};
  labels_ = {};
  return found;
}

}  // namespace ibid::describe
