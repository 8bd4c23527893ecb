#include <algorithm>

#include "base/json.h"
#include "base/number_text.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/console.h"
#include "cli/invocation.h"
#include "cli/training_options.h"
#include "engine/kernels/isa.h"
#include "verify/training_matrix.h"

namespace ibid::cli {
namespace {

std::string available_isa_list() {
  std::vector<std::string> names;
  for (kernels::Isa isa : kernels::available_isas()) names.emplace_back(kernels::isa_name(isa));
  return join(names, ",");
}

Result<std::vector<verify::MatrixCell>> cells_of(const Invocation& invocation) {
  const std::string isa_text = invocation.text("isa").value_or(available_isa_list());
  std::vector<std::string> isas = split(isa_text, ',');
  for (const std::string& isa : isas) {
    if (!kernels::parse_isa(isa)) {
      return Error(ErrorCode::kUsage, "--isa has '" + isa + "', which is no instruction set ibid knows",
                   "choose from scalar, avx2, avx512, neon, separated by commas");
    }
  }
  IBID_ASSIGN(const auto threads, parse_integer_list("threads", *invocation.text("threads")));
  IBID_ASSIGN(const auto workers, parse_integer_list("workers", *invocation.text("workers")));
  std::vector<verify::MatrixCell> cells;
  for (const std::string& isa : isas) {
    for (int64_t n_threads : threads) {
      for (int64_t n_workers : workers) {
        for (int64_t repeat = 1; repeat <= *invocation.integer("repeat"); ++repeat) {
          cells.push_back({isa, static_cast<int32_t>(n_threads), n_workers, repeat});
        }
      }
    }
  }
  return cells;
}

std::string padded(std::string text, size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string row_text(const Console& console, const verify::MatrixRow& row) {
  const verify::MatrixCell& cell = row.cell;
  std::string text = padded(cell.isa, 8) + padded(number_text(int64_t{cell.threads}), 9) +
                     padded(number_text(cell.workers), 9) + padded(number_text(cell.repeat), 8);
  if (!row.skipped.empty()) return text + console.styled(Style::kWarning, "not run: " + row.skipped) + "\n";
  const Style style = row.difference ? Style::kBad : Style::kGood;
  return text + console.styled(style, row.outcome.signature.hex()) + "  " +
         padded(fixed_text(100.0 * row.outcome.evaluation.accuracy(), 2) + " %", 9) + " " +
         format_duration(row.outcome.seconds) + "\n";
}

std::string divergence_text(const verify::LogComparison& comparison) {
  if (!comparison.first) return "no digested step differs; the final results do";
  std::string text = "first difference at step " + number_text(comparison.first->step) + ": ";
  const std::vector<std::string>& tensors = comparison.first->tensors;
  const size_t shown = std::min<size_t>(tensors.size(), 4);
  text += join(std::span(tensors).first(shown), ", ");
  if (tensors.size() > shown) text += " and " + number_text(static_cast<int64_t>(tensors.size() - shown)) + " more";
  return text;
}

Json row_json(const verify::MatrixRow& row) {
  Json json{{"isa", row.cell.isa},
            {"threads", row.cell.threads},
            {"workers", row.cell.workers},
            {"repeat", row.cell.repeat}};
  if (!row.skipped.empty()) {
    json["skipped"] = row.skipped;
    return json;
  }
  json["signature"] = row.outcome.signature.hex();
  json["test_accuracy"] = row.outcome.evaluation.accuracy();
  json["train_loss"] = row.outcome.train_loss;
  json["seconds"] = row.outcome.seconds;
  if (row.difference && row.difference->first) {
    json["first_difference"] = {{"step", row.difference->first->step}, {"tensors", row.difference->first->tensors}};
  }
  return json;
}

Result<int> run(const Invocation& invocation, Console& console) {
  const bool json = invocation.flag("json");
  IBID_ASSIGN(verify::TrainingRunOptions options, read_training_options(invocation));
  options.max_steps = invocation.integer("steps").value_or(8);
  options.evaluation_limit = invocation.integer("test-samples").value_or(200);
  options.digest_every = 1;
  IBID_ASSIGN(const std::vector<verify::MatrixCell> cells, cells_of(invocation));
  std::string note;
  IBID_ASSIGN(const LoadedData data, load_training_data(invocation.text("data-dir"), *invocation.text("data"), note));
  if (!json) {
    console.print(note + "\n" + number_text(options.max_steps) + " steps of " + *invocation.argument("MODEL") +
                  ", tested on " + number_text(std::min(options.evaluation_limit, data.images.test.count)) +
                  " images\n\nisa     threads  workers  repeat  signature                         accuracy  time\n");
  }
  const auto row_done = [&](const verify::MatrixRow& row) {
    if (!json) console.print(row_text(console, row));
  };
  IBID_ASSIGN(const verify::MatrixResult result,
              verify::run_matrix({data.name, &data.images}, options, cells, row_done));
  if (json) {
    Json rows = Json::array();
    for (const verify::MatrixRow& row : result.rows) rows.push_back(row_json(row));
    console.print(json_text({{"identical", result.identical}, {"compared", result.n_run}, {"rows", rows}}));
    return result.identical ? 0 : 1;
  }
  if (result.n_run < 2) {
    console.print("\nnothing was compared: fewer than two rows could run on this machine\n");
    return 1;
  }
  if (result.identical) {
    console.print("\n" + console.styled(Style::kGood, "identical") + ": " + number_text(result.n_run) +
                  " trainings, one signature: every weight, prediction and metric has the same bits\n");
    return 0;
  }
  console.print("\n" + console.styled(Style::kBad, "different") + "\n");
  for (const verify::MatrixRow& row : result.rows) {
    if (row.difference) {
      console.print("  " + row.cell.isa + ", " + number_text(int64_t{row.cell.threads}) + " threads, " +
                    number_text(row.cell.workers) + " workers: " + divergence_text(*row.difference) + "\n");
    }
  }
  return 1;
}

std::vector<OptionSpec> options() {
  std::vector<OptionSpec> options{
      {.name = "isa",
       .type = OptionType::kText,
       .value_name = "LIST",
       .help = "instruction sets, separated by commas; by default all this machine can run"},
      {.name = "threads",
       .type = OptionType::kText,
       .value_name = "LIST",
       .default_value = "1,2,3",
       .help = "numbers of threads"},
      {.name = "workers",
       .type = OptionType::kText,
       .value_name = "LIST",
       .default_value = "1",
       .help = "numbers of data-parallel workers"},
      {.name = "repeat",
       .type = OptionType::kInteger,
       .value_name = "N",
       .default_value = "1",
       .help = "how often each combination is trained",
       .least = 1},
      {.name = "json", .help = "report as JSON"},
  };
  for (OptionSpec& option : training_options()) options.push_back(std::move(option));
  return options;
}

}  // namespace

CommandSpec verify_train_command() {
  return {
      .name = "verify train",
      .summary = "train in many ways and compare every bit",
      .description =
          "Trains the same model once for every combination of instruction set, number of threads, number of workers "
          "and repeat, digesting every tensor after every step, and compares the signatures over weights, predictions "
          "and metrics. Where they differ it names the first step and the tensors that do. Combinations this machine "
          "cannot run are listed as such. By default 8 steps and 200 test images, so that the scalar path takes "
          "seconds.",
      .arguments = {{.name = "MODEL", .help = "which model", .choices = {"mnist-cnn"}}},
      .options = options(),
      .examples = {{"ibid verify train mnist-cnn --isa scalar,avx2,avx512 --threads 1,2,3 --repeat 2",
                    "the matrix of the README"},
                   {"ibid verify train mnist-cnn --workers 1,2,3,4 --steps 100", "data-parallel workers"}},
      .exit_statuses = {{1, "the results are not identical, or there was nothing to compare"}},
      .run = run,
  };
}

}  // namespace ibid::cli
