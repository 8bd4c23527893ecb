#include "describe/findings.h"

#include <algorithm>

#include "base/number_text.h"
#include "base/text.h"
#include "data/quoted_name.h"

namespace ibid::describe {
namespace {

constexpr double kImbalanceRatio = 10;
constexpr size_t kNamed = 5;
constexpr int64_t kFewestForIdentifier = 20;

std::string counted(int64_t n, const std::string& word) {
  return number_text(n) + " " + word + (n == 1 ? "" : "s");
}

std::string percent(int64_t part, int64_t whole) {
  return fixed_text(100.0 * static_cast<double>(part) / static_cast<double>(std::max<int64_t>(1, whole)), 2) +
         " %";
}

// The first few in quotes, and how many there are besides.
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < std::min(names.size(), kNamed); ++i)
    text += (i > 0 ? ", " : "") + data::quoted_name(names[i]);
  if (names.size() > kNamed)
    text += " and " + number_text(static_cast<int64_t>(names.size() - kNamed)) + " more";
  return text;
}

class Finder {
 public:
  Finder(const DataFacts& facts, const std::vector<SplitShift>& shifts) : facts_(facts), shifts_(shifts) {}

  std::vector<Finding> run() {
    overlaps();
    shared_groups();
    conflicts();
    predictors();
    duplicates();
    imbalance();
    missing_classes();
    shifted();
    order();
    columns();
    mixed_images();
    other_columns();
    irregularities();
    return std::move(findings_);
  }

 private:
  void add(Factor factor, const char* kind, std::string text, bool strict = false) {
    findings_.push_back({factor, kind, strict, std::move(text)});
  }

  const std::string& split(size_t index) const { return facts_.splits[index].name; }
  std::string items(int64_t n) const { return counted(n, facts_.item_word); }
  int64_t n_items() const {
    int64_t n = 0;
    for (const SplitFacts& part : facts_.splits) n += part.n_items;
    return n;
  }

  void overlaps() {
    for (const OverlapFacts& facts : facts_.equal.overlaps) {
      std::string text = "'" + split(facts.b) + "' shares " + items(facts.n_items_b) + " (" +
                         percent(facts.n_items_b, facts_.splits[facts.b].n_items) + " of it) with '" +
                         split(facts.a) + "', which has " + items(facts.n_items_a) + " of these contents";
      if (facts.n_other_label > 0)
        text += "; " + counted(facts.n_other_label, "content") + " with another label there";
      add(Factor::kTestData, "overlap", text + ": what is measured on one was seen in the other", true);
    }
  }

  void shared_groups() {
    if (!facts_.groups) return;
    for (size_t a = 0; a < facts_.splits.size(); ++a) {
      for (size_t b = a + 1; b < facts_.splits.size(); ++b) {
        std::vector<std::string> shared;
        for (const auto& [name, counts] : facts_.groups->counts) {
          if (counts[a] > 0 && counts[b] > 0) shared.push_back(name);
        }
        if (shared.empty()) continue;
        add(Factor::kTestData, "shared-group",
            counted(static_cast<int64_t>(shared.size()), "group") + " of " +
                data::quoted_name(facts_.groups->column) + " are in '" + split(a) + "' and in '" + split(b) +
                "': " + listed(shared),
            true);
      }
    }
  }

  void conflicts() {
    const ConflictFacts& facts = facts_.equal.conflicts;
    if (facts.n_contents == 0) return;
    add(Factor::kAnnotationQuality, "label-conflict",
        items(facts.n_items) + " share " + counted(facts.n_contents, "content") +
            " and have different labels: at least one of each is labelled wrongly, or the columns do not "
            "decide the label",
        true);
  }

  // A column in which each value goes with one label alone.
  bool predicts(size_t column) const {
    const ColumnSummary& whole = facts_.columns[column].whole;
    const ValueTable& values = whole.values();
    if (column == facts_.label_column || column == facts_.group_column || !values.complete()) return false;
    if (values.n_distinct() < 2 || 2 * values.n_distinct() >= whole.n_present()) return false;
    uint32_t label = kNoLabel;
    bool several = false;
    for (const ValueCount& value : values.values()) {
      if (value.several_labels || value.label == kNoLabel) return false;
      several = several || (label != kNoLabel && value.label != label);
      label = value.label;
    }
    return several;
  }

  void predictors() {
    if (!facts_.label_name || !facts_.labels.are_classes()) return;
    std::vector<std::string> names;
    for (size_t i = 0; i < facts_.columns.size(); ++i) {
      if (predicts(i)) names.push_back(facts_.columns[i].name);
    }
    if (names.empty()) return;
    add(Factor::kTestData, "predicts-label",
        "suspicion: each value of column " + listed(names) +
            " goes with one label alone, so the column gives the label away; is it known when a prediction "
            "is made?");
  }

  void duplicates() {
    for (size_t i = 0; i < facts_.splits.size(); ++i) {
      const DuplicateFacts& facts = facts_.equal.within[i];
      if (facts.n_surplus == 0) continue;
      add(Factor::kDatasetBias, "duplicates",
          "'" + split(i) + "' has " + number_text(facts.n_surplus) +
              (facts.n_surplus == 1 ? " copy" : " copies") + " of earlier " + facts_.item_word + "s (" +
              percent(facts.n_surplus, facts_.splits[i].n_items) + "); the most frequent content comes " +
              number_text(facts.most) + " times. A random split would put copies on both sides");
    }
  }

  void imbalance() {
    if (!facts_.label_name || !facts_.labels.are_classes()) return;
    const std::vector<int64_t> counts = facts_.labels.counts();
    const Balance mix = balance(counts);
    if (mix.ratio < kImbalanceRatio) return;
    const std::vector<std::string> names = facts_.labels.names();
    const auto largest = static_cast<size_t>(std::ranges::max_element(counts) - counts.begin());
    add(Factor::kDatasetBias, "imbalance",
        "the largest class, " + data::quoted_name(names[largest]) + ", has " + fixed_text(mix.ratio, 1) +
            " times as many " + facts_.item_word + "s as the smallest: accuracy alone says little");
  }

  void missing_classes() {
    if (!facts_.label_name || !facts_.labels.are_classes()) return;
    const std::vector<std::string> names = facts_.labels.names();
    for (size_t i = 0; i < facts_.splits.size(); ++i) {
      if (facts_.labels.n_runs(i) == 0) continue;
      const std::vector<int64_t> counts = facts_.labels.counts(i);
      std::vector<std::string> absent;
      for (size_t k = 0; k < counts.size(); ++k) {
        if (counts[k] == 0) absent.push_back(names[k]);
      }
      if (!absent.empty()) {
        add(Factor::kDataSplits, "missing-class",
            "'" + split(i) + "' has nothing of class " + listed(absent) + ", which another split has");
      }
    }
  }

  void shifted() {
    for (const SplitShift& shift : shifts_) {
      const std::string pair = "'" + split(shift.a) + "' and '" + split(shift.b) + "'";
      if (shift.label_notable()) {
        add(Factor::kDataSplits, "label-shift",
            "the class mix of " + pair + " differs: total variation " +
                fixed_text(shift.label->total_variation, 4) + ", chi-square " +
                fixed_text(shift.label->chi_square, 1) + " at " + counted(shift.label->degrees, "degree") +
                " of freedom");
      }
      std::vector<std::string> names;
      for (const ColumnShift& column : shift.columns) {
        if (column.notable()) names.push_back(facts_.columns[column.column].name);
      }
      if (names.empty()) continue;
      add(Factor::kDataSplits, "column-shift",
          counted(static_cast<int64_t>(names.size()), "numeric column") + " of " + pair +
              " have another distribution, the most distant first: " + listed(names) + " (distance " +
              fixed_text(shift.columns[0].distance, 3) + ")");
    }
  }

  void order() {
    if (!facts_.label_name || !facts_.labels.are_classes()) return;
    for (size_t i = 0; i < facts_.splits.size(); ++i) {
      const std::vector<int64_t> counts = facts_.labels.counts(i);
      const auto n_classes = static_cast<int64_t>(counts.size()) - std::ranges::count(counts, 0);
      // With hardly more items than classes any order is class by class.
      if (n_classes < 2 || facts_.labels.n_runs(i) != n_classes || facts_.splits[i].n_items < 4 * n_classes)
        continue;
      add(Factor::kDataSplits, "sorted-by-label",
          "the " + facts_.item_word + "s of '" + split(i) +
              "' lie class by class: training in this order, or a split by position, sees one class at a "
              "time");
    }
  }

  void columns() {
    std::vector<std::string> with_missing, constant, identifiers, infinite;
    int64_t most_missing = 0;
    for (const ColumnFacts& column : facts_.columns) {
      const ColumnSummary& whole = column.whole;
      if (whole.n_missing() > 0) with_missing.push_back(column.name);
      most_missing = std::max(most_missing, whole.n_missing());
      if (whole.n_present() > 1 && whole.values().n_distinct() == 1) constant.push_back(column.name);
      if (whole.type() == ColumnType::kEmpty) constant.push_back(column.name);
      if (looks_like_identifier(whole)) identifiers.push_back(column.name);
      if (whole.n_kind(CellKind::kNotFinite) > 0) infinite.push_back(column.name);
      nearly_numeric(column);
    }
    const auto n = [](const std::vector<std::string>& names) {
      return counted(static_cast<int64_t>(names.size()), "column");
    };
    if (!with_missing.empty()) {
      add(Factor::kPreprocessing, "missing",
          n(with_missing) + " with missing values: " + listed(with_missing) + "; at most " +
              percent(most_missing, n_items()) + " of one. What fills them decides results");
    }
    if (!infinite.empty())
      add(Factor::kPreprocessing, "not-finite", n(infinite) + " with infinite values: " + listed(infinite));
    if (!constant.empty())
      add(Factor::kPreprocessing, "constant", n(constant) + " with one value or none: " + listed(constant));
    if (!identifiers.empty()) {
      add(Factor::kPreprocessing, "identifier",
          n(identifiers) +
              " with another value in every row, or nearly so, as identifiers have: " + listed(identifiers) +
              ". While such a column counts no two rows are equal: leave it out with --ignore");
    }
  }

  bool looks_like_identifier(const ColumnSummary& column) const {
    const int64_t n = column.n_present();
    const ColumnType type = column.type();
    if (n < kFewestForIdentifier || (type != ColumnType::kInteger && type != ColumnType::kText)) return false;
    const ValueTable& values = column.values();
    const bool all_different = values.complete()
                                   ? values.n_distinct() == n
                                   : static_cast<double>(values.n_distinct()) > 0.9 * static_cast<double>(n);
    // Measurements may all differ too; numbers given out one by one lie close together.
    const double range = column.moments().greatest - column.moments().least;
    return all_different && (type == ColumnType::kText || range < 10.0 * static_cast<double>(n));
  }

  void nearly_numeric(const ColumnFacts& column) {
    const ColumnSummary& whole = column.whole;
    const int64_t n_others = whole.n_present() - whole.n_numbers() - whole.n_kind(CellKind::kNotFinite);
    if (n_others == 0 || !whole.is_numeric()) return;
    add(Factor::kPreprocessing, "nearly-numeric",
        "column " + data::quoted_name(column.name) + " has numbers except in " + items(n_others) +
            ", the first being " + data::quoted_name(whole.first_text()) + " in row " +
            number_text(whole.first_text_row()));
  }

  void mixed_images() {
    if (facts_.image_kinds.size() < 2) return;
    add(Factor::kPreprocessing, "mixed-images",
        "the images are of " + number_text(static_cast<int64_t>(facts_.image_kinds.size())) +
            " kinds (format, size, channels, bits): how they are brought to one decides results");
  }

  // Samples side by side instead of one below the other: then files of different samples share no columns.
  void other_columns() {
    const auto missing = std::ranges::find(facts_.irregularities, "missing-column", &Irregularity::kind);
    if (missing == facts_.irregularities.end() || facts_.columns.size() < 4) return;
    if (2 * missing->n < static_cast<int64_t>(facts_.columns.size())) return;
    add(Factor::kPreprocessing, "other-columns",
        "the files have few columns in common, so that rows are compared by what is left; if each column is "
        "a sample, "
        "transpose the tables first");
  }

  void irregularities() {
    for (const Irregularity& irregularity : facts_.irregularities) {
      findings_.push_back(
          {Factor::kPreprocessing, irregularity.kind, false,
           irregularity.text + " (" + number_text(irregularity.n) +
               "): " + join(irregularity.examples, ", ") +
               (irregularity.n > static_cast<int64_t>(irregularity.examples.size()) ? ", ..." : "")});
    }
  }

  const DataFacts& facts_;
  const std::vector<SplitShift>& shifts_;
  std::vector<Finding> findings_;
};

}  // namespace

std::string_view factor_title(Factor factor) {
  switch (factor) {
    case Factor::kDatasetBias:
      return "Dataset bias";
    case Factor::kPreprocessing:
      return "Data pre-processing";
    case Factor::kDataSplits:
      return "Data splits";
    case Factor::kAnnotationQuality:
      return "Annotation quality";
    case Factor::kTestData:
      break;
  }
  return "Test data issues";
}

std::vector<Finding> find(const DataFacts& facts, const std::vector<SplitShift>& shifts) {
  return Finder(facts, shifts).run();
}

}  // namespace ibid::describe
