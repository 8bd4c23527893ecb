#include "verify/operation_divergence.h"

#include <algorithm>

namespace ibid::verify {
namespace {

// The name of the first value that differs; nothing if all agree.
std::optional<std::string> first_other(const std::vector<OperationValue>& a,
                                       const std::vector<OperationValue>& b) {
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!a[i].same_content(b[i])) return a[i].name;
  }
  return std::nullopt;
}

std::optional<std::string> first_other_argument(const Operation& a, const Operation& b) {
  for (const auto& [name, value] : a.arguments) {
    const auto found = b.arguments.find(name);
    if (found == b.arguments.end() || found->second != value) return name;
  }
  return a.arguments.size() == b.arguments.size() ? std::nullopt : std::optional<std::string>("arguments");
}

bool same_shapes(const std::vector<OperationValue>& a, const std::vector<OperationValue>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.type == y.type && x.shape == y.shape && x.name == y.name;
  });
}

// Whether the two are the same call at the same place, whatever it was given.
bool same_call(const Operation& a, const Operation& b) {
  return a.op == b.op && a.at == b.at && same_shapes(a.inputs, b.inputs);
}

std::optional<OperationDivergence> difference(const Operation& a, const Operation& b) {
  OperationDivergence found{
      .cause = OperationCause::kPath, .a = a, .b = b, .what = "", .clock = std::nullopt};
  if (!same_call(a, b)) return found;
  const auto is = [&](OperationCause cause, const std::optional<std::string>& what) {
    if (!what) return false;
    found.cause = cause;
    found.what = *what;
    return true;
  };
  if (is(OperationCause::kArgument, first_other_argument(a, b))) return found;
  if (is(OperationCause::kInput, first_other(a.inputs, b.inputs))) return found;
  if (a.generator != b.generator && is(OperationCause::kGenerator, "generator")) return found;
  const bool is_outside =
      a.generator.empty() && a.inputs.empty() && a.module.empty() && !a.op.starts_with("aten.");
  if (is(is_outside ? OperationCause::kOutsideValue : OperationCause::kComputation,
         first_other(a.outputs, b.outputs)))
    return found;
  if (!same_shapes(a.outputs, b.outputs)) return found;
  return std::nullopt;
}

// Both agree as far as the shorter one goes.
std::optional<OperationDivergence> difference_of_length(const OperationLog& a, const OperationLog& b) {
  if (a.size() == b.size()) return std::nullopt;
  const size_t n = std::min(a.size(), b.size());
  return OperationDivergence{.cause = OperationCause::kPath,
                             .a = a.size() > n ? a[n] : b[n],
                             .b = std::nullopt,
                             .what = "",
                             .n_same_before = static_cast<int64_t>(n),
                             .clock = std::nullopt};
}

std::optional<OperationDivergence> first_difference(const OperationLog& a, const OperationLog& b) {
  std::optional<Operation> clock;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i].ever_new && same_call(a[i], b[i])) {
      clock = a[i];
      continue;
    }
    std::optional<OperationDivergence> found = difference(a[i], b[i]);
    if (!found) continue;
    found->n_same_before = static_cast<int64_t>(i);
    found->clock = clock;
    return found;
  }
  return std::nullopt;
}

// Whether a log ends where its process did: those of forked ones may have been cut.
bool is_whole(const OperationLog& log) { return log.empty() || !log.front().of_child; }

std::optional<OperationDivergence> first_difference_or_end(const OperationLog& a, const OperationLog& b) {
  std::optional<OperationDivergence> found = first_difference(a, b);
  return found || !is_whole(a) || !is_whole(b) ? found : difference_of_length(a, b);
}

template <typename Compare>
std::optional<OperationDivergence> earliest(const std::vector<OperationLog>& a,
                                            const std::vector<OperationLog>& b, const Compare& compare) {
  std::optional<OperationDivergence> first;
  for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    std::optional<OperationDivergence> found = compare(a[i], b[i]);
    if (found && (!first || found->a.clock_ns < first->a.clock_ns)) first = std::move(found);
  }
  return first;
}

}  // namespace

std::optional<OperationDivergence> first_difference(const std::vector<OperationLog>& a,
                                                    const std::vector<OperationLog>& b) {
  if (auto found = earliest(a, b, first_difference_or_end)) return found;
  return earliest(a, b, difference_of_length);
}

std::vector<Operation> different_clocks(const std::vector<OperationLog>& a,
                                        const std::vector<OperationLog>& b, size_t most) {
  std::vector<Operation> clocks;
  const auto is_known = [&](const Operation& clock) {
    return std::any_of(clocks.begin(), clocks.end(),
                       [&](const Operation& known) { return known.op == clock.op && known.at == clock.at; });
  };
  for (size_t process = 0; process < std::min(a.size(), b.size()); ++process) {
    const OperationLog &x = a[process], &y = b[process];
    for (size_t i = 0; i < std::min(x.size(), y.size()) && clocks.size() < most; ++i) {
      if (x[i].ever_new && same_call(x[i], y[i]) && !is_known(x[i]) && difference(x[i], y[i]))
        clocks.push_back(x[i]);
    }
  }
  return clocks;
}

const char* cause_name(OperationCause cause) {
  switch (cause) {
    case OperationCause::kComputation:
      return "computation";
    case OperationCause::kGenerator:
      return "generator";
    case OperationCause::kOutsideValue:
      return "outside value";
    case OperationCause::kArgument:
      return "argument";
    case OperationCause::kInput:
      return "input";
    case OperationCause::kPath:
      return "path";
  }
  return "path";
}

}  // namespace ibid::verify
