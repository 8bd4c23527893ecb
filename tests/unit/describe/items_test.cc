#include "describe/items.h"

#include <doctest/doctest.h>

#include "base/digest.h"
#include "describe/labels.h"

namespace ibid::describe {
namespace {

struct Item {
  const char* content;
  uint32_t label;
};

EqualItems analysed(const std::vector<std::vector<Item>>& splits, size_t n_examples = 5) {
  ItemIndex index;
  for (const std::vector<Item>& split : splits) {
    index.start_split();
    for (const Item& item : split) REQUIRE(index.add(digest_bytes(item.content), item.label).ok());
  }
  return index.analyse(n_examples);
}

TEST_CASE("nothing equal") {
  const EqualItems found = analysed({{{"a", 0}, {"b", 0}}, {}, {{"c", 1}}});
  REQUIRE(found.within.size() == 3);
  for (const DuplicateFacts& facts : found.within) CHECK(facts.n_surplus == 0);
  CHECK(found.conflicts.n_contents == 0);
  CHECK(found.overlaps.empty());
}

TEST_CASE("copies within a split") {
  const EqualItems found =
      analysed({{{"x", 0}}, {{"b", 0}, {"a", 0}, {"b", 0}, {"a", 0}, {"a", 0}, {"c", 0}}});
  CHECK(found.within[0].n_surplus == 0);
  const DuplicateFacts& facts = found.within[1];
  CHECK(facts.n_surplus == 3);
  CHECK(facts.n_contents == 2);
  CHECK(facts.most == 3);
  REQUIRE(facts.examples.size() == 2);
  CHECK(facts.examples[0] == std::vector<ItemRef>{{1, 0}, {1, 2}});
  CHECK(facts.examples[1] == std::vector<ItemRef>{{1, 1}, {1, 3}, {1, 4}});
  CHECK(found.overlaps.empty());
}

TEST_CASE("contents in several splits, by pair") {
  const EqualItems found =
      analysed({{{"a", 0}, {"b", 0}, {"b", 0}}, {{"b", 0}, {"c", 0}}, {{"c", 0}, {"b", 1}, {"a", 0}}});
  REQUIRE(found.overlaps.size() == 3);
  const OverlapFacts& first = found.overlaps[0];
  CHECK((first.a == 0 && first.b == 1));
  CHECK(first.n_contents == 1);
  CHECK(first.n_items_a == 2);
  CHECK(first.n_items_b == 1);
  CHECK(first.n_other_label == 0);
  const OverlapFacts& second = found.overlaps[1];
  CHECK((second.a == 0 && second.b == 2));
  CHECK(second.n_contents == 2);
  CHECK(second.n_other_label == 1);
  CHECK(second.examples[0] == std::vector<ItemRef>{{0, 0}, {2, 2}});
  CHECK((found.overlaps[2].a == 1 && found.overlaps[2].b == 2));
  CHECK(found.conflicts.n_contents == 1);
  CHECK(found.conflicts.n_items == 4);
}

TEST_CASE("an item without a label contradicts none") {
  CHECK(analysed({{{"a", 3}}, {{"a", kNoLabel}}}).conflicts.n_contents == 0);
  CHECK(analysed({{{"a", kNoLabel}, {"b", kNoLabel}}, {{"a", 3}}}).conflicts.n_contents == 0);
  CHECK(analysed({{{"a", kNoLabel}, {"a", 1}}, {{"a", 3}}}).conflicts.n_contents == 1);
}

TEST_CASE("no more examples than asked for, and those that come first") {
  std::vector<Item> items;
  for (const char* content : {"e", "d", "c", "b", "a"}) items.push_back({content, 0});
  const EqualItems found = analysed({items, items}, 2);
  REQUIRE(found.overlaps.size() == 1);
  CHECK(found.overlaps[0].n_contents == 5);
  REQUIRE(found.overlaps[0].examples.size() == 2);
  CHECK(found.overlaps[0].examples[0] == std::vector<ItemRef>{{0, 0}, {1, 0}});
  CHECK(found.overlaps[0].examples[1] == std::vector<ItemRef>{{0, 1}, {1, 1}});
}

TEST_CASE("labels in the order of their value, counts by split, runs") {
  Labels labels;
  labels.start_split();
  for (const char* label : {"10", "9", "9", "10"}) labels.add(label);
  labels.start_split();
  for (const char* label : {"2", "2"}) labels.add(label);
  CHECK(labels.names() == std::vector<std::string>{"2", "9", "10"});
  CHECK(labels.counts(0) == std::vector<int64_t>{0, 2, 2});
  CHECK(labels.counts(1) == std::vector<int64_t>{2, 0, 0});
  CHECK(labels.counts() == std::vector<int64_t>{2, 2, 2});
  CHECK(labels.n_runs(0) == 3);
  CHECK(labels.n_runs(1) == 1);
}

TEST_CASE("balance and shift of classes") {
  const Balance mix = balance({8, 0, 2, 2});
  CHECK(mix.ratio == 4);
  CHECK(mix.entropy == doctest::Approx(1.251629));
  CHECK(balance({5, 5}).evenness == 1);
  const LabelShift shift = label_shift({10, 10}, {15, 5});
  CHECK(shift.total_variation == doctest::Approx(0.25));
  CHECK(shift.chi_square == doctest::Approx(8.0 / 3));
  CHECK(shift.degrees == 1);
  CHECK(label_shift({3, 1}, {0, 0}).total_variation == 0);
}

}  // namespace
}  // namespace ibid::describe
