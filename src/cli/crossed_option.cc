#include "cli/crossed_option.h"

#include "base/text.h"
#include "cli/invocation.h"
#include "cli/variation_options.h"

namespace ibid::cli {
namespace {

// How each factor is called in the names of runs: "seed", "order-seed", "threads", "isa", ...
Result<std::vector<verify::Variation>> levels_of(const Invocation& invocation,
                                                 const verify::RecordOptions& record,
                                                 const std::string& factor) {
  std::vector<verify::Variation> levels;
  if (factor == "seed" && invocation.integer("init-seeds")) {
    levels = verify::seed_variations(*invocation.integer("init-seeds"));
  } else if (factor == "order-seed" && invocation.integer("order-seeds")) {
    levels = verify::order_seed_variations(*invocation.integer("order-seeds"));
  } else {
    IBID_ASSIGN(std::vector<verify::Variation> all, read_variations(invocation, record, {}));
    for (verify::Variation& variation : all) {
      if (variation.factor == factor) levels.push_back(std::move(variation));
    }
  }
  if (levels.size() >= 2) return levels;
  return Error(ErrorCode::kUsage, "--cross names '" + factor + "', of which there are no two values to cross",
               "give them too, as in --cross seed,threads --init-seeds 10 --threads 1,2");
}

}  // namespace

OptionSpec crossed_option() {
  return {
      .name = "cross",
      .type = OptionType::kText,
      .value_name = "A,B",
      .help =
          "also every value of one factor with every value of another, and how much of the variance of each "
          "metric comes from which: seed,threads; order-seed,isa"};
}

Result<std::optional<verify::Setup>> read_crossed(const Invocation& invocation,
                                                  const verify::RecordOptions& record) {
  const auto text = invocation.text("cross");
  if (!text) return std::optional<verify::Setup>();
  const std::vector<std::string> factors = split(*text, ',');
  if (factors.size() != 2 || factors[0] == factors[1])
    return Error(ErrorCode::kUsage, "--cross has '" + *text + "', which is not two factors",
                 "write for example --cross seed,threads");
  IBID_ASSIGN(const std::vector<verify::Variation> a, levels_of(invocation, record, factors[0]));
  IBID_ASSIGN(const std::vector<verify::Variation> b, levels_of(invocation, record, factors[1]));
  return std::optional(verify::crossed_setup(a, b, record.enforcement));
}

}  // namespace ibid::cli
