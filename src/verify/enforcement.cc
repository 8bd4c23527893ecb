#include "verify/enforcement.h"

#include "base/number_text.h"

namespace ibid::verify {
namespace {

const char* own_seeds_text(OwnSeeds own) {
  switch (own) {
    case OwnSeeds::kReplaced:
      return "replaced";
    case OwnSeeds::kEntropy:
      return "entropy";
    case OwnSeeds::kStand:
      break;
  }
  return "stand";
}

// Python takes 32 bits.
std::string hash_seed(int64_t seed) { return number_text(seed & 0xFFFFFFFF); }

}  // namespace

Variables enforced_variables(const Enforcement& enforcement) {
  Variables variables;
  if (enforcement.own_seeds == OwnSeeds::kEntropy) variables.emplace_back("PYTHONHASHSEED", "random");
  if (enforcement.seed) variables.emplace_back("PYTHONHASHSEED", hash_seed(*enforcement.seed));
  if (!enforcement.deterministic) return variables;
  // cuBLAS computes alike only with a workspace of fixed size; TensorFlow before 2.9 knew only its variables.
  variables.emplace_back("CUBLAS_WORKSPACE_CONFIG", ":4096:8");
  variables.emplace_back("TF_DETERMINISTIC_OPS", "1");
  variables.emplace_back("TF_CUDNN_DETERMINISTIC", "1");
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS",
                           "NUMEXPR_NUM_THREADS"})
    variables.emplace_back(name, number_text(enforcement.threads));
  variables.emplace_back("OMP_DYNAMIC", "false");
  variables.emplace_back("MKL_DYNAMIC", "false");
  return variables;
}

Variables hook_variables(const Enforcement& enforcement) {
  Variables variables;
  if (enforcement.own_seeds == OwnSeeds::kEntropy) {
    variables.emplace_back("IBID_HOOK_SEED", "entropy");
  } else if (enforcement.seed) {
    variables.emplace_back("IBID_HOOK_SEED", number_text(*enforcement.seed));
    if (enforcement.own_seeds == OwnSeeds::kReplaced)
      variables.emplace_back("IBID_HOOK_OWN_SEEDS", "replaced");
  }
  if (enforcement.order_seed)
    variables.emplace_back("IBID_HOOK_ORDER_SEED", number_text(*enforcement.order_seed));
  if (!enforcement.deterministic) return variables;
  variables.emplace_back("IBID_HOOK_ENFORCE", "1");
  variables.emplace_back("IBID_HOOK_THREADS", number_text(enforcement.threads));
  if (enforcement.strict) variables.emplace_back("IBID_HOOK_STRICT", "1");
  return variables;
}

Json enforcement_json(const Enforcement& enforcement) {
  Json json = {{"seed", enforcement.seed ? Json(*enforcement.seed) : Json()},
               {"own_seeds", own_seeds_text(enforcement.own_seeds)},
               {"deterministic", enforcement.deterministic}};
  if (enforcement.order_seed) json["order_seed"] = *enforcement.order_seed;
  if (enforcement.deterministic) {
    json["strict"] = enforcement.strict;
    json["threads"] = enforcement.threads;
  }
  return json;
}

Enforcement parse_enforcement(const Json& json) {
  Enforcement enforcement;
  if (!json.is_object()) return enforcement;
  if (const auto seed = json.find("seed"); seed != json.end() && seed->is_number_integer())
    enforcement.seed = seed->get<int64_t>();
  if (const auto seed = json.find("order_seed"); seed != json.end() && seed->is_number_integer())
    enforcement.order_seed = seed->get<int64_t>();
  for (const OwnSeeds own : {OwnSeeds::kReplaced, OwnSeeds::kEntropy}) {
    if (json.value("own_seeds", "stand") == own_seeds_text(own)) enforcement.own_seeds = own;
  }
  enforcement.deterministic = json.value("deterministic", false);
  enforcement.strict = json.value("strict", false);
  enforcement.threads = json.value("threads", int64_t{1});
  return enforcement;
}

}  // namespace ibid::verify
