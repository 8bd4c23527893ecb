#pragma once

#include <span>
#include <vector>

#include "base/json.h"
#include "describe/author_notes.h"
#include "describe/facts.h"
#include "describe/findings.h"
#include "describe/shifts.h"

namespace ibid::describe {

inline constexpr std::string_view kCardFormat = "ibid.data_card";
inline constexpr int kCardVersion = 1;

// The card as docs/formats/data_card.md has it. It depends on the data, the request and the answers alone: no
// time, no machine, no path but those of the request.
Json card_json(const DataFacts& facts, const std::vector<SplitShift>& shifts,
               const std::vector<Finding>& findings, const std::vector<Answer>& answers);

}  // namespace ibid::describe
