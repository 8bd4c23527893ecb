#include <algorithm>

#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/order_report.h"
#include "cli/training_options.h"
#include "platform/atomic_file.h"
#include "platform/file.h"
#include "verify/conformance.h"

namespace ibid::cli {
namespace {

constexpr size_t kMaxShown = 20;  // differing cases that are printed

Result<verify::ConformanceOptions> conformance_options(const Invocation& invocation) {
  verify::ConformanceOptions options;
  const std::vector<std::string> known = verify::known_isas();
  const auto isas = invocation.text("isa");
  options.isas = isas ? split(*isas, ',') : known;
  for (const std::string& isa : options.isas) {
    if (std::find(known.begin(), known.end(), isa) == known.end()) {
      return Error(ErrorCode::kUsage, "--isa has '" + isa + "', which is no instruction set ibid knows",
                   "choose from " + join(known, ", ") + ", separated by commas");
    }
  }
  IBID_ASSIGN(const auto threads, parse_integer_list("threads", *invocation.text("threads")));
  for (int64_t n : threads) options.threads.push_back(static_cast<int32_t>(n));
  return options;
}

Result<verify::ConformanceFile> read_file(const Invocation& invocation) {
  const auto path = invocation.text("check");
  if (!path)
    return verify::parse_conformance(verify::committed_conformance(), "the built-in conformance file");
  IBID_ASSIGN(const std::string text, platform::read_file(*path));
  return verify::parse_conformance(text, *path);
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string cell_text(const Console& console, const verify::ConformanceReport& report,
                      const verify::ConformanceRow& row, size_t column) {
  constexpr size_t kWidth = 13;
  if (!report.columns[column].skipped.empty()) {
    return console.styled(Style::kWarning, padded("not run", kWidth));
  }
  const bool same = row.n_different[column] == 0;
  return console.styled(same ? Style::kGood : Style::kBad, padded(same ? "ok" : "differs", kWidth));
}

void print_table(const verify::ConformanceReport& report, Console& console) {
  std::string header = padded("operation", 23) + padded("cases", 7);
  for (const verify::ConformanceColumn& column : report.columns) header += padded(column.isa, 13);
  console.print(std::string(header.substr(0, header.find_last_not_of(' ') + 1)) + "\n");
  for (const verify::ConformanceRow& row : report.rows) {
    std::string line = padded(row.operation, 23) + padded(number_text(row.n_cases), 7);
    for (size_t column = 0; column < report.columns.size(); ++column)
      line += cell_text(console, report, row, column);
    console.print(line + "\n");
  }
  console.print("\n");
  for (const verify::ConformanceColumn& column : report.columns) {
    if (!column.skipped.empty()) console.print(column.isa + " was not run: " + column.skipped + "\n");
  }
  for (size_t i = 0; i < std::min(kMaxShown, report.differences.size()); ++i) {
    const verify::ConformanceDifference& d = report.differences[i];
    console.print(console.styled(Style::kBad, "differs") + ": " + d.isa + ", " + number_text(d.threads) +
                  " threads, " + join(d.outputs, " ") + " of " + d.question + "\n");
  }
  if (report.differences.size() > kMaxShown) {
    const size_t left = report.differences.size() - kMaxShown;
    console.print("and " + number_text(static_cast<uint64_t>(left)) + " more\n");
  }
}

Json report_json(const verify::ConformanceReport& report, int64_t arithmetic) {
  Json columns = Json::array(), rows = Json::array(), differences = Json::array();
  for (const verify::ConformanceColumn& column : report.columns) {
    Json json{{"isa", column.isa}};
    if (!column.skipped.empty()) json["skipped"] = column.skipped;
    columns.push_back(std::move(json));
  }
  for (const verify::ConformanceRow& row : report.rows) {
    Json different = Json::object();
    for (size_t i = 0; i < report.columns.size(); ++i) {
      if (report.columns[i].skipped.empty()) different[report.columns[i].isa] = row.n_different[i];
    }
    rows.push_back({{"operation", row.operation}, {"cases", row.n_cases}, {"different", different}});
  }
  for (const verify::ConformanceDifference& d : report.differences) {
    differences.push_back(
        {{"isa", d.isa}, {"threads", d.threads}, {"case", d.question}, {"outputs", d.outputs}});
  }
  return {{"arithmetic", arithmetic},    {"agrees", report.agrees},
          {"cases", report.n_cases},     {"digests_compared", report.n_digests},
          {"instruction_sets", columns}, {"operations", rows},
          {"differences", differences}};
}

Result<int> write(const Invocation& invocation, verify::ConformanceFile file, Console& console) {
  const std::string path = *invocation.text("write");
  IBID_TRY(verify::record_conformance(file));
  IBID_TRY(platform::write_file_atomically(path, verify::conformance_text(file)));
  console.print("wrote " + number_text(static_cast<uint64_t>(file.cases.size())) + " cases to " + path +
                "\n");
  return 0;
}

Result<int> run(const Invocation& invocation, Console& console) {
  IBID_ASSIGN(const verify::ConformanceOptions options, conformance_options(invocation));
  if (invocation.flag("orders")) return report_orders(options, invocation.flag("json"), console);
  IBID_ASSIGN(verify::ConformanceFile file, read_file(invocation));
  if (invocation.text("write")) return write(invocation, std::move(file), console);
  console.show_progress("computing " + number_text(static_cast<uint64_t>(file.cases.size())) + " cases");
  IBID_ASSIGN(const verify::ConformanceReport report, verify::run_conformance(file, options));
  console.show_progress("");
  if (invocation.flag("json")) {
    console.print(json_text(report_json(report, file.arithmetic)));
    return report.agrees ? 0 : 1;
  }
  print_table(report, console);
  console.print(console.styled(report.agrees ? Style::kGood : Style::kBad,
                               report.agrees ? "conforms" : "does not conform") +
                " to arithmetic " + number_text(file.arithmetic) + ": " + number_text(report.n_cases) +
                " cases, " + number_text(report.n_digests) + " digests compared, " +
                number_text(static_cast<uint64_t>(report.differences.size())) + " cases differ\n");
  return report.agrees ? 0 : 1;
}

}  // namespace

CommandSpec conformance_command() {
  return {
      .name = "conformance",
      .summary = "compare every operation with the arithmetic standard's digests",
      .description =
          "Computes the cases of a conformance file (docs/formats/conformance.md): every operation, forward "
          "and "
          "gradient, on inputs that anybody can make, with signed zeros, subnormal, huge and non-finite "
          "values. "
          "Does so on every instruction set, on the reference with and without FMA instructions, and with "
          "several numbers of threads, and compares the digests of the results with those in the file. "
          "Without "
          "--check the file is the one this program was built with: tests/conformance/arithmetic-1.txt.",
      .options = {{.name = "isa",
                   .type = OptionType::kText,
                   .value_name = "LIST",
                   .help = "instruction sets, separated by commas; by default all ibid knows"},
                  {.name = "threads",
                   .type = OptionType::kText,
                   .value_name = "LIST",
                   .default_value = "1,3",
                   .help = "numbers of threads"},
                  {.name = "check",
                   .type = OptionType::kPath,
                   .value_name = "FILE",
                   .help = "another conformance file"},
                  {.name = "write",
                   .type = OptionType::kPath,
                   .value_name = "FILE",
                   .help = "compute the cases with the scalar reference and write them with their digests"},
                  {.name = "orders",
                   .help =
                       "instead of computing cases, make the operations reveal the order in which they add"},
                  {.name = "json", .help = "report as JSON"}},
      .examples = {{"ibid conformance", "everything this machine can run"},
                   {"ibid conformance --isa avx2 --threads 1,2,3,8",
                    "one instruction set, several thread counts"},
                   {"ibid conformance --orders", "which additions are made in which order"},
                   {"ibid conformance --check cases.txt --write digests.txt",
                    "digests for cases of one's own"}},
      .exit_statuses = {{1, "a digest or an order differs, or nothing was compared"}},
      .run = run,
  };
}

}  // namespace ibid::cli
