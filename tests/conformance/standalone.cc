// The conformance check without the program around it, so that it can be built where only a C++ compiler is:
// tools/ci/conformance_arm64.sh does. Prints what differs; exit status 1 if anything does.

#include <cstdio>
#include <string>

#include "engine/kernels/isa.h"
#include "verify/conformance.h"
#include "verify/summation_order.h"

namespace ibid::verify {
namespace {

int check_digests(const ConformanceOptions& options) {
  const auto file = parse_conformance(committed_conformance(), "the built-in conformance file");
  const auto report =
      file.ok() ? run_conformance(file.value(), options) : Result<ConformanceReport>(file.error());
  if (!report.ok()) {
    std::printf("%s\n", report.error().to_string().c_str());
    return 1;
  }
  for (const ConformanceDifference& d : report.value().differences) {
    std::printf("differs: %s, %d threads: %s\n", d.isa.c_str(), d.threads, d.question.c_str());
  }
  std::printf("%lld cases, %lld digests compared, %zu cases differ\n",
              static_cast<long long>(report.value().n_cases),
              static_cast<long long>(report.value().n_digests), report.value().differences.size());
  return report.value().agrees ? 0 : 1;
}

int check_orders(const ConformanceOptions& options) {
  int n_different = 0;
  for (const std::string& isa : options.isas) {
    Context context({options.threads.back(), isa});
    for (const OrderFinding& finding : summation_orders(context)) {
      if (finding.agrees()) continue;
      ++n_different;
      std::printf("order differs: %s on %s\n", finding.operation.c_str(), isa.c_str());
    }
  }
  std::printf("%d orders differ\n", n_different);
  return n_different == 0 ? 0 : 1;
}

int run() {
  ConformanceOptions options{{}, {1, 3}};
  for (kernels::Isa isa : kernels::available_isas()) options.isas.emplace_back(kernels::isa_name(isa));
  for (const std::string& isa : options.isas) std::printf("%s ", isa.c_str());
  std::printf("\n");
  const int digests = check_digests(options), orders = check_orders(options);
  return digests + orders == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ibid::verify

int main() { return ibid::verify::run(); }
