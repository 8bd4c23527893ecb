#pragma once

#include "base/json.h"
#include "report/fact.h"

namespace ibid::report {

// {"value", "source"} with "also": [{"value", "source"}, ...] where sources disagree, or {"unknown": reason}.
template <class T>
Json fact_json(const Fact<T>& fact) {
  if (!fact.is_known()) return {{"unknown", fact.reason()}};
  Json json = {{"value", fact.value()}, {"source", fact.source()}};
  for (const auto& other : fact.other_readings())
    json["also"].push_back({{"value", other.value}, {"source", other.source}});
  return json;
}

// {"items", "source"}, or {"items", "unknown": reason} with what was found nevertheless.
template <class T, class ItemJson>
Json fact_list_json(const FactList<T>& list, ItemJson&& item_json) {
  Json items = Json::array();
  for (const T& item : list.items) items.push_back(item_json(item));
  if (list.is_known()) return {{"items", std::move(items)}, {"source", list.source}};
  return {{"items", std::move(items)}, {"unknown", list.unknown_reason}};
}

}  // namespace ibid::report
