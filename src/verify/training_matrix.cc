#include "verify/training_matrix.h"

#include <algorithm>

#include "engine/kernels/isa.h"
#include "platform/signals.h"

namespace ibid::verify {
namespace {

// Why this machine cannot run a cell, or nothing.
std::string reason_to_skip(const MatrixCell& cell) {
  const auto has = [&](const std::vector<kernels::Isa>& isas) {
    return std::any_of(isas.begin(), isas.end(), [&](kernels::Isa isa) { return cell.isa == kernels::isa_name(isa); });
  };
  if (!has(kernels::built_isas())) return "this build has no kernels for " + cell.isa;
  if (!has(kernels::available_isas())) return "this processor cannot run " + cell.isa;
  return {};
}

}  // namespace

Result<MatrixResult> run_matrix(const TrainingData& data, const TrainingRunOptions& options,
                                const std::vector<MatrixCell>& cells,
                                const std::function<void(const MatrixRow&)>& row_done) {
  MatrixResult result;
  result.rows.reserve(cells.size());
  const MatrixRow* first = nullptr;
  result.identical = true;
  for (const MatrixCell& cell : cells) {
    MatrixRow row;
    row.cell = cell;
    row.skipped = reason_to_skip(cell);
    if (row.skipped.empty()) {
      TrainingRunOptions own = options;
      own.machine = {cell.threads, cell.isa};
      own.workers = cell.workers;
      IBID_ASSIGN(row.outcome, run_training(data, own, nullptr, false));
      IBID_TRY(platform::check_not_stopped());
      ++result.n_run;
      if (first != nullptr && row.outcome.signature != first->outcome.signature) {
        result.identical = false;
        row.difference = compare_logs(first->outcome.digests, row.outcome.digests);
      }
    }
    result.rows.push_back(std::move(row));
    if (first == nullptr && result.rows.back().skipped.empty()) first = &result.rows.back();
    row_done(result.rows.back());
  }
  result.identical = result.identical && result.n_run >= 2;
  return result;
}

}  // namespace ibid::verify
