#pragma once

#include <string_view>

namespace ibid {

// How this program was built. Nothing of when and where: two builds of one source are the same bytes.
struct BuildFacts {
  std::string_view version;
  int arithmetic_version;  // of the arithmetic standard the results follow
  std::string_view compiler;
  std::string_view flags;
  std::string_view build_type;
  std::string_view sanitizers;  // empty: none
  std::string_view architecture;
};

const BuildFacts& build_facts();

}  // namespace ibid
