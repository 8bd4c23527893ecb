#include "cli/order_report.h"

#include "base/json.h"
#include "base/number_text.h"
#include "verify/summation_order.h"

namespace ibid::cli {
namespace {

struct Column {
  std::string isa;
  int32_t threads;
  std::vector<verify::OrderFinding> findings;
};

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string structure_text(const verify::OrderFinding& finding) {
  if (finding.explains.empty()) return "no structure explains it";
  std::string text = finding.explains[0].describe();
  for (size_t i = 1; i < finding.explains.size(); ++i) text += ", or " + finding.explains[i].describe();
  return text;
}

// One line per operation; where a column reveals something else, one more.
void print_operation(const std::vector<Column>& columns, size_t operation, Console& console) {
  bool agrees = true;
  for (const Column& column : columns) agrees = agrees && column.findings[operation].agrees();
  const verify::OrderFinding& first = columns[0].findings[operation];
  console.print(padded(first.operation, 26) +
                console.styled(agrees ? Style::kGood : Style::kBad, padded(agrees ? "ok" : "differs", 9)) +
                (agrees ? structure_text(first) : "expected: " + first.expected.describe()) + "\n");
  for (const Column& column : columns) {
    const verify::OrderFinding& finding = column.findings[operation];
    if (finding.agrees()) continue;
    console.print("  " + column.isa + ", " + number_text(column.threads) +
                  " threads: " + structure_text(finding) + "\n");
  }
}

Json columns_json(const std::vector<Column>& columns) {
  Json list = Json::array();
  for (const Column& column : columns) {
    Json operations = Json::array();
    for (const verify::OrderFinding& finding : column.findings) {
      operations.push_back({{"operation", finding.operation},
                            {"revealed", structure_text(finding)},
                            {"expected", finding.expected.describe()},
                            {"agrees", finding.agrees()}});
    }
    list.push_back({{"isa", column.isa}, {"threads", column.threads}, {"operations", operations}});
  }
  return list;
}

}  // namespace

Result<int> report_orders(const verify::ConformanceOptions& options, bool json, Console& console) {
  std::vector<Column> columns;
  std::string skipped;
  bool agrees = true;
  for (const std::string& isa : options.isas) {
    const std::string reason = verify::reason_not_to_run(isa);
    if (!reason.empty()) {
      skipped += isa + " was not run: " + reason + "\n";
      continue;
    }
    for (int32_t threads : options.threads) {
      console.show_progress("probing " + isa + " with " + number_text(threads) + " threads");
      Context context({threads, isa});
      columns.push_back({isa, threads, verify::summation_orders(context)});
      for (const verify::OrderFinding& finding : columns.back().findings) agrees = agrees && finding.agrees();
    }
  }
  console.show_progress("");
  agrees = agrees && !columns.empty();
  if (json) {
    console.print(json_text({{"agrees", agrees}, {"runs", columns_json(columns)}}));
    return agrees ? 0 : 1;
  }
  const size_t n_operations = columns.empty() ? 0 : columns[0].findings.size();
  for (size_t i = 0; i < n_operations; ++i) print_operation(columns, i, console);
  console.print("\n" + skipped);
  console.print(console.styled(agrees ? Style::kGood : Style::kBad, agrees ? "ok" : "differs") + ": " +
                number_text(static_cast<uint64_t>(n_operations)) + " sums on " +
                number_text(static_cast<uint64_t>(columns.size())) +
                " combinations of instruction set and threads\n");
  return agrees ? 0 : 1;
}

}  // namespace ibid::cli
