#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"
#include "verify/repetition_statistics.h"
#include "verify/variance_components.h"

namespace ibid::verify {
namespace {

// Levels of a factor in the order of the runs.
size_t place_of(std::vector<std::string>& levels, const std::string& level) {
  const auto found = std::find(levels.begin(), levels.end(), level);
  if (found != levels.end()) return static_cast<size_t>(found - levels.begin());
  levels.push_back(level);
  return levels.size() - 1;
}

// A metric's last values in all cells; cells without one stay empty.
using Cells = std::vector<std::vector<Values>>;

struct Table {
  std::string a, b;  // the factors
  std::vector<std::string> levels_a, levels_b;
  std::map<std::string, Cells> metrics;
};

// "seed=101, threads=2" has two levels.
Result<Table> table_of(const SetupResult& setup) {
  Table table;
  for (const Repetition& run : setup.runs) {
    const size_t comma = run.name.find(", ");
    if (!run.comparison || comma == std::string::npos) continue;
    const std::string first = run.name.substr(0, comma), second = run.name.substr(comma + 2);
    table.a = first.substr(0, first.find('='));
    table.b = second.substr(0, second.find('='));
    const size_t row = place_of(table.levels_a, first), column = place_of(table.levels_b, second);
    IBID_ASSIGN(const RunFolder folder, RunFolder::open(run.folder));
    IBID_ASSIGN(const auto metrics, last_metrics(folder));
    for (const auto& [name, value] : metrics) {
      Cells& cells = table.metrics[name];
      cells.resize(std::max(cells.size(), row + 1));
      cells[row].resize(std::max(cells[row].size(), column + 1));
      cells[row][column].push_back(value);
    }
  }
  return table;
}

Json components_json(const Table& table, const TwoWayComponents& parts) {
  const double whole = parts.a + parts.b + parts.interaction + parts.residual;
  Json list = Json::array();
  const auto add = [&](const std::string& source, double variance) {
    list.push_back({{"source", source}, {"variance", variance}, {"share", variance / whole}});
  };
  add(table.a, parts.a);
  add(table.b, parts.b);
  if (parts.interaction_known) add(table.a + " and " + table.b + " together", parts.interaction);
  add("rest", parts.residual);
  return list;
}

}  // namespace

Result<Json> crossed_statistics(const SetupResult& setup) {
  IBID_ASSIGN(const Table table, table_of(setup));
  Json metrics = Json::array();
  for (const auto& [name, cells] : table.metrics) {
    const auto parts = two_way_components(cells);
    if (!parts || !(parts->a + parts->b + parts->interaction + parts->residual > 0.0)) continue;
    metrics.push_back({{"name", name},
                       {"levels", {table.levels_a.size(), table.levels_b.size()}},
                       {"components", components_json(table, *parts)}});
  }
  return metrics;
}

}  // namespace ibid::verify
