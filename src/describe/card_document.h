#pragma once

#include "base/json.h"
#include "report/document.h"

namespace ibid::describe {

// A card (card.h) for people.
report::Document card_document(const Json& card, const std::string& title);

}  // namespace ibid::describe
