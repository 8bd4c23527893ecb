#include "describe/facts.h"

#include <algorithm>

#include "base/number_text.h"
#include "data/quoted_name.h"

namespace ibid::describe {

std::string DataFacts::item_name(const ItemRef& item) const {
  if (!item_names.empty()) return data::quoted_name(item_names[item.split][static_cast<size_t>(item.index)]);
  int64_t index = item.index;
  for (const FileFacts& file : splits[item.split].files) {
    if (index < file.n_items)
      return data::quoted_name(file.path.filename().native()) + " " + item_word + " " +
             number_text(index + 1);
    index -= file.n_items;
  }
  return splits[item.split].name + " " + item_word + " " + number_text(item.index + 1);
}

void count_irregularity(DataFacts& facts, const Irregularity& irregularity, const std::string& place) {
  constexpr size_t kPlaces = 5;
  auto known = std::ranges::find(facts.irregularities, irregularity.kind, &Irregularity::kind);
  if (known == facts.irregularities.end()) {
    facts.irregularities.push_back(irregularity);
    known = facts.irregularities.end() - 1;
  }
  ++known->n;
  if (known->examples.size() < kPlaces) known->examples.push_back(place);
}

}  // namespace ibid::describe
