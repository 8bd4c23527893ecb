#include "describe/card.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/number_text.h"

namespace ibid::describe {
namespace {

constexpr size_t kTopValues = 10;

Json reading_json(const DataFacts& facts) {
  Json json = Json::object();
  for (const Note& note : facts.reading) json[note.title] = note.text;
  return json;
}

Json file_json(const FileFacts& file) {
  Json digest = {{"value", file.sha256}};
  if (file.sha256.empty()) digest = {{"unknown", file.unknown_reason}};
  return {{"path", file.path.string()},
          {"bytes", file.size_bytes},
          {"sha256", std::move(digest)},
          {"items", file.n_items}};
}

Json splits_json(const DataFacts& facts) {
  int64_t total = 0;
  for (const SplitFacts& split : facts.splits) total += split.n_items;
  Json list = Json::array();
  for (size_t i = 0; i < facts.splits.size(); ++i) {
    const SplitFacts& split = facts.splits[i];
    Json files = Json::array();
    for (const FileFacts& file : split.files) files.push_back(file_json(file));
    Json item = {
        {"name", split.name},
        {"items", split.n_items},
        {"share", total == 0 ? 0.0 : static_cast<double>(split.n_items) / static_cast<double>(total)},
        {"complete", !split.cut_short},
        {"files", std::move(files)}};
    if (facts.label_name) item["label_runs"] = facts.labels.n_runs(i);
    list.push_back(std::move(item));
  }
  return list;
}

Json label_json(const DataFacts& facts) {
  if (!facts.label_name) {
    return {{"unknown", facts.kind == "table"    ? "no label was named; --label COLUMN does"
                        : facts.kind == "arrays" ? "no labels were named; --label-file does"
                                                 : "the images lie in no folders of classes"}};
  }
  Json json = {{"name", *facts.label_name}};
  if (!facts.labels.are_classes()) {
    json["classes"] = {{"unknown", "more than 10,000 different labels: a quantity, not classes"}};
    return json;
  }
  const std::vector<std::string> names = facts.labels.names();
  const std::vector<int64_t> total = facts.labels.counts();
  std::vector<std::vector<int64_t>> by_split;
  for (size_t i = 0; i < facts.splits.size(); ++i) by_split.push_back(facts.labels.counts(i));
  Json classes = Json::array();
  for (size_t k = 0; k < names.size(); ++k) {
    Json counts = Json::array();
    for (const std::vector<int64_t>& part : by_split) counts.push_back(part[k]);
    classes.push_back({{"label", names[k]}, {"items", total[k]}, {"by_split", std::move(counts)}});
  }
  const Balance mix = balance(total);
  json["classes"] = std::move(classes);
  json["imbalance_ratio"] = mix.ratio;
  json["entropy_bits"] = mix.entropy;
  json["evenness"] = mix.evenness;
  return json;
}

Json numbers_json(const ColumnSummary& column) {
  constexpr std::array<std::pair<const char*, double>, 5> kQuantiles = {
      {{"p5", 0.05}, {"p25", 0.25}, {"median", 0.5}, {"p75", 0.75}, {"p95", 0.95}}};
  const Moments& moments = column.moments();
  Json json = {
      {"min", moments.least}, {"max", moments.greatest}, {"mean", moments.mean}, {"sd", moments.deviation()}};
  const OrderedSample sample = column.numbers();
  for (const auto& [name, fraction] : kQuantiles) json[name] = sample.quantile(fraction);
  json["rank_error"] = sample.max_rank_error;
  return json;
}

Json top_json(const ColumnSummary& column) {
  std::vector<ValueCount> values = column.values().values();
  std::ranges::sort(values, [](const ValueCount& a, const ValueCount& b) {
    return a.count != b.count ? a.count > b.count : a.text < b.text;
  });
  values.resize(std::min(values.size(), kTopValues));
  Json top = Json::array();
  for (const ValueCount& value : values) top.push_back({{"value", value.text}, {"count", value.count}});
  return top;
}

Json summary_json(const ColumnSummary& column) {
  const ColumnType type = column.type();
  Json json = {{"type", type_name(type)}, {"count", column.n_cells()}, {"missing", column.n_missing()}};
  Json spellings = Json::object();
  for (const auto& [spelling, count] : column.missing_spellings()) spellings[spelling] = count;
  if (!spellings.empty()) json["missing_spellings"] = std::move(spellings);
  // An estimate may come out above what there can be.
  json["distinct"] = std::min(column.values().n_distinct(), column.n_present());
  json["distinct_exact"] = column.values().complete();
  if (column.moments().n > 0 && (column.is_numeric() || type == ColumnType::kBoolean))
    json["numbers"] = numbers_json(column);
  if (column.values().complete() && type != ColumnType::kReal) json["top"] = top_json(column);
  return json;
}

std::string_view role(const DataFacts& facts, size_t column) {
  if (facts.label_column == column) return "label";
  if (facts.group_column == column) return "group";
  return std::ranges::find(facts.ignored_columns, column) != facts.ignored_columns.end() ? "ignored" : "data";
}

Json columns_json(const DataFacts& facts) {
  Json list = Json::array();
  for (size_t i = 0; i < facts.columns.size(); ++i) {
    const ColumnFacts& column = facts.columns[i];
    Json item = {{"name", column.name}, {"role", role(facts, i)}};
    item.update(summary_json(column.whole));
    if (facts.splits.size() > 1) {
      item["by_split"] = Json::array();
      for (const ColumnSummary& part : column.by_split) item["by_split"].push_back(summary_json(part));
    }
    list.push_back(std::move(item));
  }
  return list;
}

Json examples_json(const DataFacts& facts, const std::vector<std::vector<ItemRef>>& examples) {
  Json list = Json::array();
  for (const std::vector<ItemRef>& example : examples) {
    Json items = Json::array();
    for (const ItemRef& item : example)
      items.push_back({{"split", facts.splits[item.split].name}, {"item", facts.item_name(item)}});
    list.push_back(std::move(items));
  }
  return list;
}

Json duplicates_json(const DataFacts& facts) {
  Json list = Json::array();
  for (size_t i = 0; i < facts.splits.size(); ++i) {
    const DuplicateFacts& found = facts.equal.within[i];
    list.push_back({{"split", facts.splits[i].name},
                    {"contents", found.n_contents},
                    {"surplus_items", found.n_surplus},
                    {"most_copies", found.most},
                    {"examples", examples_json(facts, found.examples)}});
  }
  return list;
}

Json conflicts_json(const DataFacts& facts) {
  if (!facts.label_name) return {{"unknown", "there are no labels"}};
  const ConflictFacts& found = facts.equal.conflicts;
  return {{"contents", found.n_contents},
          {"items", found.n_items},
          {"examples", examples_json(facts, found.examples)}};
}

Json overlaps_json(const DataFacts& facts) {
  if (facts.splits.size() < 2) return {{"unknown", "there is one split; --split NAME=PATH names several"}};
  Json list = Json::array();
  for (size_t a = 0; a < facts.splits.size(); ++a) {
    for (size_t b = a + 1; b < facts.splits.size(); ++b) {
      const auto is_pair = [&](const OverlapFacts& overlap) { return overlap.a == a && overlap.b == b; };
      const auto known = std::ranges::find_if(facts.equal.overlaps, is_pair);
      const OverlapFacts found = known == facts.equal.overlaps.end() ? OverlapFacts{} : *known;
      list.push_back({{"a", facts.splits[a].name},
                      {"b", facts.splits[b].name},
                      {"contents", found.n_contents},
                      {"items_a", found.n_items_a},
                      {"items_b", found.n_items_b},
                      {"other_label", found.n_other_label},
                      {"examples", examples_json(facts, found.examples)}});
    }
  }
  return list;
}

Json groups_json(const DataFacts& facts) {
  if (!facts.groups) return {{"unknown", "no group was named; --group COLUMN does"}};
  if (facts.groups->too_many) return {{"unknown", "there are more than a million groups"}};
  Json shared = Json::array();
  for (const auto& [name, counts] : facts.groups->counts) {
    if (counts.size() - static_cast<size_t>(std::ranges::count(counts, 0)) < 2) continue;
    shared.push_back({{"group", name}, {"by_split", counts}});
  }
  return {{"column", facts.groups->column},
          {"groups", facts.groups->counts.size()},
          {"shared", std::move(shared)}};
}

Json shifts_json(const DataFacts& facts, const std::vector<SplitShift>& shifts) {
  Json list = Json::array();
  for (const SplitShift& shift : shifts) {
    Json item = {{"a", facts.splits[shift.a].name}, {"b", facts.splits[shift.b].name}};
    if (shift.label) {
      item["label"] = {{"total_variation", shift.label->total_variation},
                       {"chi_square", shift.label->chi_square},
                       {"degrees", shift.label->degrees},
                       {"notable", shift.label_notable()}};
    } else {
      item["label"] = {{"unknown", "there are no classes in both"}};
    }
    item["columns"] = Json::array();
    for (const ColumnShift& column : shift.columns) {
      item["columns"].push_back({{"name", facts.columns[column.column].name},
                                 {"ks_distance", column.distance},
                                 {"uncertainty", column.uncertainty},
                                 {"notable", column.notable()}});
    }
    list.push_back(std::move(item));
  }
  return list;
}

Json images_json(const DataFacts& facts) {
  Json list = Json::array();
  for (const auto& [kind, count] : facts.image_kinds) {
    list.push_back({{"format", kind.format},
                    {"width", kind.width},
                    {"height", kind.height},
                    {"depth", kind.depth},
                    {"channels", kind.channels},
                    {"bits", kind.bits},
                    {"items", count}});
  }
  return list;
}

Json irregularities_json(const DataFacts& facts) {
  Json list = Json::array();
  for (const Irregularity& found : facts.irregularities) {
    list.push_back(
        {{"kind", found.kind}, {"what", found.text}, {"count", found.n}, {"examples", found.examples}});
  }
  return list;
}

Json findings_json(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"factor", factor_title(finding.factor)},
                    {"kind", finding.kind},
                    {"strict", finding.strict},
                    {"text", finding.text}});
  }
  return list;
}

Json answers_json(const std::vector<Answer>& answers) {
  Json list = Json::array();
  for (const Answer& answer : answers) {
    const Question& question = *answer.question;
    Json fact = {{"value", answer.text}, {"source", answer.source}};
    if (answer.text.empty()) fact = {{"unknown", "nobody wrote it down"}};
    list.push_back({{"key", question.key},
                    {"question", question.title},
                    {"factor", question.factor ? Json(factor_title(*question.factor)) : Json(nullptr)},
                    {"answer", std::move(fact)}});
  }
  return list;
}

}  // namespace

Json card_json(const DataFacts& facts, const std::vector<SplitShift>& shifts,
               const std::vector<Finding>& findings, const std::vector<Answer>& answers) {
  return {{"format", kCardFormat},
          {"version", kCardVersion},
          {"kind", facts.kind},
          {"item", facts.item_word},
          {"reading", reading_json(facts)},
          {"findings", findings_json(findings)},
          {"splits", splits_json(facts)},
          {"label", label_json(facts)},
          {"columns", columns_json(facts)},
          {"images", images_json(facts)},
          {"duplicates", duplicates_json(facts)},
          {"conflicts", conflicts_json(facts)},
          {"overlaps", overlaps_json(facts)},
          {"groups", groups_json(facts)},
          {"shifts", shifts_json(facts, shifts)},
          {"irregularities", irregularities_json(facts)},
          {"asked", answers_json(answers)}};
}

}  // namespace ibid::describe
