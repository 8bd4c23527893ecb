#include "verify/conformance.h"

#include <algorithm>

#include "engine/kernels/kernel_table.h"
#include "ibid/errors.h"
#include "platform/signals.h"
#include "verify/conformance_call.h"

namespace ibid::verify {
namespace {

constexpr const char* kReference = "scalar";
constexpr const char* kSoftwareFma = "scalar-soft";

const ConformanceOperation* find_operation(std::string_view name) {
  for (const auto& operations :
       {elementwise_operations(), tensor_operations(), layer_operations(), training_operations()}) {
    for (const ConformanceOperation& operation : operations) {
      if (operation.name == name) return &operation;
    }
  }
  return nullptr;
}

ConformanceRow& row_of(ConformanceReport& report, const std::string& operation) {
  for (ConformanceRow& row : report.rows) {
    if (row.operation == operation) return row;
  }
  report.rows.push_back({operation, 0, std::vector<int64_t>(report.columns.size(), 0)});
  return report.rows.back();
}

// The names of outputs in which the two disagree.
std::vector<std::string> differing_outputs(const io::NamedDigests& expected, const io::NamedDigests& actual) {
  std::vector<std::string> names;
  const auto has = [](const io::NamedDigests& digests, const auto& entry) {
    return std::find(digests.begin(), digests.end(), entry) != digests.end();
  };
  for (const auto& entry : expected) {
    if (!has(actual, entry)) names.push_back(entry.first);
  }
  for (const auto& entry : actual) {
    const bool named = std::find(names.begin(), names.end(), entry.first) != names.end();
    if (!has(expected, entry) && !named) names.push_back(entry.first);
  }
  return names;
}

Result<void> run_column(const ConformanceFile& file, size_t column, int32_t threads,
                        ConformanceReport& report) {
  const std::string& isa = report.columns[column].isa;
  Context context({threads, isa});
  for (const ConformanceCase& own : file.cases) {
    IBID_TRY(platform::check_not_stopped());
    IBID_ASSIGN(const nn::StateDict outputs, compute_case(context, own));
    std::vector<std::string> different = differing_outputs(own.outputs, io::tensor_digests(outputs));
    report.n_digests += static_cast<int64_t>(own.outputs.size());
    if (different.empty()) continue;
    ++row_of(report, own.operation).n_different[column];
    report.differences.push_back({isa, threads, own.question(), std::move(different)});
  }
  return {};
}

}  // namespace

Result<nn::StateDict> compute_case(Context& context, const ConformanceCase& own) {
  const ConformanceOperation* operation = find_operation(own.operation);
  if (operation == nullptr) {
    return Error(ErrorCode::kConfig,
                 "a conformance case asks for '" + own.operation + "', which is no operation",
                 "docs/formats/conformance.md names them");
  }
  try {
    ConformanceCall call(context, own);
    operation->run(call);
    return call.outputs();
  } catch (const TensorError& error) {
    return Error(ErrorCode::kConfig,
                 "the conformance case '" + own.question() + "' cannot be computed: " + error.what());
  }
}

Result<void> record_conformance(ConformanceFile& file) {
  Context context({1, kReference});
  for (ConformanceCase& own : file.cases) {
    IBID_TRY(platform::check_not_stopped());
    IBID_ASSIGN(const nn::StateDict outputs, compute_case(context, own));
    own.outputs = io::tensor_digests(outputs);
  }
  return {};
}

std::vector<std::string> known_isas() {
  std::vector<std::string> names{kSoftwareFma};
  for (kernels::Isa isa :
       {kernels::Isa::kScalar, kernels::Isa::kAvx2, kernels::Isa::kAvx512, kernels::Isa::kNeon}) {
    names.emplace_back(kernels::isa_name(isa));
  }
  return names;
}

std::string reason_not_to_run(const std::string& isa) {
  if (isa == kSoftwareFma) {
    return kernels::has_software_fma_table() ? "" : "'scalar' is all there is without FMA instructions here";
  }
  const auto has = [&](const std::vector<kernels::Isa>& isas) {
    return std::any_of(isas.begin(), isas.end(),
                       [&](kernels::Isa candidate) { return isa == kernels::isa_name(candidate); });
  };
  if (!has(kernels::built_isas())) return "this build has no kernels for it";
  if (!has(kernels::available_isas())) return "this processor cannot run it";
  return {};
}

Result<ConformanceReport> run_conformance(const ConformanceFile& file, const ConformanceOptions& options) {
  ConformanceReport report;
  for (const std::string& isa : options.isas) report.columns.push_back({isa, reason_not_to_run(isa)});
  report.n_cases = static_cast<int64_t>(file.cases.size());
  for (const ConformanceCase& own : file.cases) ++row_of(report, own.operation).n_cases;
  for (size_t column = 0; column < report.columns.size(); ++column) {
    if (!report.columns[column].skipped.empty()) continue;
    for (int32_t threads : options.threads) IBID_TRY(run_column(file, column, threads, report));
  }
  report.agrees = report.differences.empty() && report.n_digests > 0;
  return report;
}

}  // namespace ibid::verify
