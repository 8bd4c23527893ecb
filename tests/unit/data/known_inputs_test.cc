#include "data/known_inputs.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "platform/atomic_file.h"
#include "support/temporary_folder.h"

namespace ibid::data {
namespace {

const std::string kOld(64, 'a'), kNew(64, 'b');

class Register {
 public:
  Remembered remember(const std::vector<Input>& inputs, const std::string& run, bool accept = false) const {
    Result<Remembered> remembered = remember_inputs(
        inputs, {.file = file(), .run = run, .now = "2026-01-01T00:00:00.000Z", .accept = accept});
    if (!remembered.ok()) FAIL(remembered.error().to_string());
    return std::move(remembered).value();
  }
  platform::Path file() const { return folder_ / "below/inputs.jsonl"; }
  std::string content() const { return platform::read_file(file()).value(); }
  void write(const std::string& content) const {
    REQUIRE(platform::write_file_atomically(file(), content).ok());
  }

 private:
  test::TemporaryFolder folder_;
};

TEST_CASE("an input that stays the same is not a change") {
  const Register known;
  CHECK(known.remember({{"/x", kOld, 3}}, "first").changed.empty());
  CHECK(known.remember({{"/x", kOld, 3}, {"/y", kNew, 4}}, "second").changed.empty());
  CHECK(known.remember({{"/y", kNew, 4}}, "third").changed.empty());
}

TEST_CASE("a change names the last run that met the earlier content, until it is accepted") {
  const Register known;
  known.remember({{"/x", kOld, 3}}, "first");
  known.remember({{"/x", kOld, 3}}, "second");
  for (const char* run : {"third", "fourth"}) {
    const Remembered found = known.remember({{"/x", kNew, 5}}, run);
    REQUIRE(found.changed.size() == 1);
    CHECK(found.changed[0].before.digest == kOld);
    CHECK(found.changed[0].before.first_run == "first");
    CHECK(found.changed[0].before.last_run == "second");
    const std::string text = change_text(found.changed[0]);
    for (const std::string& part : {kOld, kNew, std::string("second"), std::string("--accept \"/x\"")})
      CHECK(text.find(part) != std::string::npos);
  }
  CHECK(known.remember({{"/x", kNew, 5}}, "fifth", true).changed.size() == 1);
  CHECK(known.remember({{"/x", kNew, 5}}, "sixth").changed.empty());
  CHECK(known.remember({{"/x", kOld, 3}}, "seventh").changed[0].before.last_run == "sixth");
}

TEST_CASE("keys and runs of any bytes come back") {
  const Register known;
  const std::string odd = "/a \"b\"\\\n\xff\xc3\xa4";
  known.remember({{odd, kOld, 1}}, odd);
  const Remembered found = known.remember({{odd, kNew, 1}}, "x");
  REQUIRE(found.changed.size() == 1);
  CHECK(found.changed[0].before.last_run == odd);
  CHECK(found.problem.empty());
}

TEST_CASE("the text is one text: read and written again it is the same") {
  const Register known;
  known.remember({{"/b", kOld, 1}, {"/a", kNew, 2}, {"name", kNew, 3}}, "run");
  KnownInputs inputs;
  CHECK(inputs.read(known.content()));
  CHECK(inputs.entries().size() == 3);
  CHECK(inputs.text() == known.content());
}

TEST_CASE("of a damaged register the intact lines are kept and the file is copied aside") {
  const Register known;
  known.remember({{"/a", kOld, 1}, {"/b", kOld, 2}, {"/c", kOld, 3}}, "run");
  const std::string whole = known.content();
  // Cut at every place, and a byte altered at many: never an error, never a loss without a copy.
  for (size_t at = 1; at + 1 < whole.size(); at += 5) {
    std::string altered = whole;
    altered[at] = altered[at] == '#' ? '%' : '#';
    for (const std::string& damaged : {whole.substr(0, at), altered}) {
      KnownInputs inputs;
      const bool intact = inputs.read(damaged);
      CHECK(inputs.entries().size() <= 3);
      if (intact) CHECK(inputs.text() == damaged);
    }
  }
  std::string damaged = whole;
  damaged[whole.find("/b")] = '\0';
  known.write(damaged);
  const Remembered found = known.remember({{"/c", kNew, 4}}, "later");
  CHECK(!found.problem.empty());
  REQUIRE(found.changed.size() == 1);
  CHECK(platform::read_file(known.file().string() + ".damaged-1").value() == damaged);
  CHECK(known.remember({{"/a", kOld, 1}}, "again").problem.empty());
  known.write(damaged + "more\n");
  known.remember({}, "again");
  CHECK(platform::path_exists(known.file().string() + ".damaged-2"));
}

TEST_CASE("two ways to a file are one key") {
  const test::TemporaryFolder folder;
  REQUIRE(platform::write_file_atomically(folder / "f", "x").ok());
  std::filesystem::create_symlink("f", folder / "l");
  CHECK(input_key(folder / "l") == input_key(folder.path() / "." / "f"));
}

}  // namespace
}  // namespace ibid::data
