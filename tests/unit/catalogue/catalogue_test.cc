#include "catalogue/catalogue.h"

#include <doctest/doctest.h>

#include <set>

namespace ibid::catalogue {
namespace {

TEST_CASE("the catalogue of the program has all facts, each with a source and something to do") {
  const Catalogue& all = Catalogue::built_in();
  CHECK(all.facts().size() == 376);
  std::set<std::string> ids;
  for (const Fact& fact : all.facts()) {
    CAPTURE(fact.id);
    CHECK(ids.insert(fact.id).second);
    CHECK_FALSE(fact.apis.empty());
    CHECK_FALSE(fact.source.empty());
    CHECK_FALSE(fact.alternative.empty());
    CHECK_FALSE(all.behaviour_text(fact.behaviour).empty());
    CHECK(all.find(fact.id) == &fact);
  }
}

TEST_CASE("facts are found by the function they are about") {
  const Catalogue& all = Catalogue::built_in();
  const std::vector<const Fact*> facts = all.of("numpy.random.default_rng");
  REQUIRE(facts.size() == 1);
  CHECK(facts.front()->id == "NP002");
  CHECK(facts.front()->library == "numpy");
  CHECK(all.of("numpy.no_such_function").empty());
  CHECK(all.find("PT000") == nullptr);
  CHECK(all.behaviour_text("sometimes").empty());
}

TEST_CASE("device and direction are read") {
  const Fact* fact = Catalogue::built_in().find("TF001");
  REQUIRE(fact != nullptr);
  CHECK(fact->device == Device::kCuda);
  CHECK(fact->direction == Direction::kBackward);
  CHECK(fact->since == "1.14");
}

}  // namespace
}  // namespace ibid::catalogue
