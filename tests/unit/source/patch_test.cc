#include <doctest/doctest.h>

#include "base/random_stream.h"
#include "source/binary_hunk.h"
#include "source/git_repository.h"
#include "source/patch_apply.h"
#include "source/patch_write.h"
#include "unit/source/git_folder.h"

namespace ibid::source {
namespace {

PatchSide side(const std::string& content, uint32_t mode = kFileMode) {
  return {mode, content, blob_id(content)};
}

// What the part for one path makes of `before`, through its text.
std::string through_patch(const PatchSide& before, const PatchSide& after) {
  const FilePatch patch = patch_of_file("f", before, after).value();
  const Result<std::vector<PatchPart>> parts = parse_patch(patch.text, "p");
  REQUIRE_MESSAGE(parts.ok(), (parts.ok() ? "" : parts.error().to_string() + patch.text));
  REQUIRE(parts.value().size() == 1);
  const Result<std::string> result = patched(parts.value()[0], before.content);
  REQUIRE_MESSAGE(result.ok(), (result.ok() ? "" : result.error().to_string() + patch.text));
  return result.value();
}

// Few different lines, so that they repeat and move; now and then no line feed at the end, a carriage return,
// a byte that is no text.
std::string random_text(RandomStream& random) {
  std::string text;
  for (uint32_t left = random.draw(30); left > 0; --left) {
    const uint32_t kind = random.draw(40);
    if (kind == 0) text += '\0';
    if (kind < 4) text += "\r";
    if (kind != 5) text += std::string(1, static_cast<char>('a' + random.draw(4)));
    if (kind == 6) text += "-- \\ @@ +";
    if (left > 1 || random.draw(3) != 0) text += '\n';
  }
  return text;
}

TEST_CASE("any content turns into any other through a patch") {
  RandomStream random = RandomStream::create(7, {}).value();
  for (int i = 0; i < 3000; ++i) {
    const std::string before = random_text(random), after = random_text(random);
    if (before == after) continue;
    CHECK(through_patch(side(before), side(after)) == after);
    CHECK(through_patch({}, side(after)) == after);
  }
}

TEST_CASE("git applies the patches, too, to the same bytes and modes") {
  const GitFolder folder;
  RandomStream random = RandomStream::create(8, {}).value();
  std::string patch;
  folder.shell("mkdir -p was is && cd was && git init -q");
  for (int i = 0; i < 60; ++i) {
    const std::string name = "file " + std::to_string(i) + (i % 7 == 0 ? "\n\"é\\\t" : "");
    const PatchSide before =
        i % 5 == 0 ? PatchSide{} : side(random_text(random), i % 3 == 0 ? kExecutableMode : kFileMode);
    const PatchSide after =
        i % 11 == 1 ? PatchSide{} : side(random_text(random), i % 4 == 0 ? kExecutableMode : kFileMode);
    for (const auto& [place, content] : {std::pair{"was", &before}, {"is", &after}}) {
      if (content->mode == kNoMode) continue;
      const auto path = folder / place / name;
      std::ofstream(path, std::ios::binary) << content->content;
      if (content->mode == kExecutableMode) std::filesystem::permissions(path, std::filesystem::perms(0755));
    }
    if (before.mode != after.mode || before.content != after.content)
      patch += patch_of_file(name, before, after).value().text;
  }
  std::ofstream(folder / "patch", std::ios::binary) << patch;
  folder.shell("cp -r was ours && cd was && git apply --whitespace=nowarn ../patch");
  const Result<std::vector<PatchPart>> parts = parse_patch(patch, "patch");
  REQUIRE(parts.ok());
  const Result<void> applied = apply_patch(parts.value(), folder / "ours");
  REQUIRE_MESSAGE(applied.ok(), (applied.ok() ? "" : applied.error().to_string()));
  CHECK(folder.listing("was") == folder.listing("is"));
  CHECK(folder.listing("ours") == folder.listing("is"));
}

TEST_CASE("binary contents of every length come back") {
  std::string content;
  for (int length = 0; length < 300; ++length) {
    const std::string text = binary_hunk(content).value() + "behind";
    std::string_view rest = text;
    CHECK(parse_binary_hunk(rest).value() == content);
    CHECK(rest == "behind");
    content += static_cast<char>(length * 37);
  }
}

TEST_CASE("damaged binary parts are errors") {
  for (const char* text :
       {"", "literal", "literal 3\n", "literal 3\nXX\n\n", "literal 999999999999\nKc${NkWCj2L2ml2D\n\n",
        "literal 2\nKc${NkWCj2L2ml2D\n\n", "literal 4\nKc${NkWCj2L2ml2D\n\n", "delta 3\n\n"}) {
    std::string_view rest = text;
    CHECK_FALSE(parse_binary_hunk(rest).ok());
  }
  std::string_view whole = "literal 3\nKc${NkWCj2L2ml2D\n\n";
  CHECK(parse_binary_hunk(whole).ok());
}

TEST_CASE("patches that lead out of the folder or into .git are refused") {
  for (const char* path : {"../f", "/f", "a/../f", ".git/hooks/x", "a/.GIT/config", ""}) {
    const std::string text = "diff --git " + patch_name(std::string("a/") + path) + " " +
                             patch_name(std::string("b/") + path) + "\nnew file mode 100644\n";
    CHECK_MESSAGE(!parse_patch(text, "p").ok(), path);
  }
  CHECK(parse_patch("diff --git a/f b/f\nnew file mode 100644\n", "p").ok());
}

TEST_CASE("nothing is written through a link, nor into a file of another content") {
  const GitFolder folder;
  folder.shell("mkdir in out && ln -s ../out in/l && echo other > in/f");
  const auto apply = [&folder](const std::string& path, const PatchSide& before, const PatchSide& after) {
    const std::string text = patch_of_file(path, before, after).value().text;
    const auto parts = parse_patch(text, "p");
    return apply_patch(parts.value(), folder / "in").ok();
  };
  CHECK_FALSE(apply("l/x", {}, side("1\n")));
  CHECK(folder.shell("ls out").empty());
  CHECK_FALSE(apply("f", side("1\n"), side("2\n")));
  CHECK(folder.shell("cat in/f") == "other\n");
  CHECK(apply("l", {}, side("1\n")));
  CHECK(folder.shell("cat in/l") == "1\n");
}

}  // namespace
}  // namespace ibid::source
