#include "cli/invocation.h"

#include <doctest/doctest.h>

namespace ibid::cli {
namespace {

const CommandSpec& sample() {
  static const CommandSpec command = {
      .name = "sample",
      .summary = "",
      .description = "",
      .arguments = {{.name = "FORM", .help = "the form", .choices = {"plain", "fancy"}},
                    {.name = "FILE", .help = "files", .required = false, .repeatable = true}},
      .options = {{.name = "verbose", .help = "", .letter = 'v'},
                  {.name = "seed",
                   .type = OptionType::kInteger,
                   .value_name = "N",
                   .default_value = "7",
                   .help = "",
                   .letter = 's',
                   .least = 0},
                  {.name = "rate", .type = OptionType::kNumber, .value_name = "X", .help = ""},
                  {.name = "output", .type = OptionType::kPath, .value_name = "DIR", .help = ""},
                  {.name = "mirror",
                   .type = OptionType::kText,
                   .value_name = "URL",
                   .help = "",
                   .repeatable = true}},
  };
  return command;
}

Result<Invocation> parse(const std::vector<std::string>& words) { return Invocation::parse(sample(), words); }

Error refused(const std::vector<std::string>& words) {
  auto result = parse(words);
  REQUIRE_FALSE(result.ok());
  CHECK(result.error().code() == ErrorCode::kUsage);
  return std::move(result).error();
}

TEST_CASE("options are read in every usual spelling") {
  for (const std::vector<std::string>& words : {std::vector<std::string>{"plain", "--seed", "3", "-v"},
                                                {"--seed=3", "--verbose", "plain"},
                                                {"-vs3", "plain"},
                                                {"-v", "-s", "3", "plain"},
                                                {"plain", "--seed=9", "-v", "--seed", "3"}}) {
    const Invocation invocation = parse(words).value();
    CHECK(invocation.integer("seed") == 3);
    CHECK(invocation.flag("verbose"));
    CHECK(invocation.argument("FORM") == "plain");
  }
}

TEST_CASE("defaults stand in for what is not given") {
  const Invocation invocation = parse({"fancy"}).value();
  CHECK(invocation.integer("seed") == 7);
  CHECK_FALSE(invocation.number("rate").has_value());
  CHECK_FALSE(invocation.text("output").has_value());
  CHECK_FALSE(invocation.flag("verbose"));
  CHECK(invocation.arguments("FILE").empty());
}

TEST_CASE("repeatable options and arguments keep all values in order") {
  const Invocation invocation =
      parse({"plain", "a", "--mirror", "x", "b", "--mirror=y", "--", "--c"}).value();
  CHECK(invocation.texts("mirror") == std::vector<std::string>{"x", "y"});
  CHECK(invocation.arguments("FILE") == std::vector<std::string>{"a", "b", "--c"});
}

TEST_CASE("numbers are numbers, negative ones are no options") {
  CHECK(parse({"plain", "--rate", "-1e-3"}).value().number("rate") == -1e-3);
  CHECK(parse({"plain", "-3"}).value().arguments("FILE") == std::vector<std::string>{"-3"});
  CHECK(refused({"plain", "--rate", "fast"}).message() == "'--rate' needs a number, not 'fast'");
  CHECK(refused({"plain", "--seed", "1.5"}).message() == "'--seed' needs a whole number, not '1.5'");
  CHECK(refused({"plain", "--seed", "-1"}).hint() == "the least is 0");
}

TEST_CASE("a slip is guessed") {
  CHECK(refused({"plain", "--sede", "1"}).hint() == "did you mean '--seed'?");
  CHECK(refused({"plain", "--ouput=x"}).hint() == "did you mean '--output'?");
  CHECK(refused({"plian"}).hint() == "did you mean 'plain'? possible: plain, fancy");
  CHECK(refused({"plain", "--banana"}).hint() == "'ibid sample --help' lists what there is");
}

TEST_CASE("what is missing or too much is said") {
  CHECK(refused({}).message() == "'ibid sample' needs FORM: the form");
  CHECK(refused({"plain", "--seed"}).hint() == "write --seed N");
  CHECK(refused({"plain", "--verbose=yes"}).message() == "'--verbose' takes no value");
  CHECK(refused({"plain", "-x"}).message() == "'ibid sample' has no option '-x'");
}

TEST_CASE("help is understood even where arguments are missing") {
  CHECK(parse({"--help"}).value().wants_help());
  CHECK(parse({"-h"}).value().wants_help());
  CHECK_FALSE(parse({"plain"}).value().wants_help());
}

}  // namespace
}  // namespace ibid::cli
