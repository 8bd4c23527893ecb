#include "data/manifest.h"

#include <doctest/doctest.h>

#include "base/text.h"

namespace ibid::data {
namespace {

// The digests are those of sha256sum, over the files and over the lines.
constexpr const char* kText =
    "ibid-manifest 1\n"
    "folder 14 8112d32253fae0d72486c18d5a26f849194d934e28c010a6a20b2ae35335fe30 \".\"\n"
    "file 3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad \"a\"\n"
    "folder 8 c1b86de45c93dfc161d78bada7e4277b418c2086962c6ac27d5a8f2357e3fc48 \"b\"\n"
    "exec 3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad \"b/run\"\n"
    "link 5 18b7cb099a9ea3f50ba899b5ba81e0d377a5f3b16f8f6eeb8b3e58cd4692b993 \"b/to\"\n"
    "file 3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad \"b-c\"\n"
    "folder 0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 \"empty\"\n";

std::string replaced(const std::string& text, const std::string& part, const std::string& by) {
  const size_t at = text.find(part);
  REQUIRE(at != std::string::npos);
  return text.substr(0, at) + by + text.substr(at + part.size());
}

void check_refused(const std::string& text, ErrorCode code, const std::string& says) {
  CAPTURE(text);
  const Result<Manifest> manifest = parse_manifest(text, "m");
  REQUIRE_FALSE(manifest.ok());
  CHECK(manifest.error().code() == code);
  CHECK(manifest.error().to_string().find(says) != std::string::npos);
  CHECK_FALSE(manifest.error().hint().empty());
}

TEST_CASE("a manifest comes back as it was written") {
  const Result<Manifest> manifest = parse_manifest(kText, "m");
  REQUIRE(manifest.ok());
  CHECK(manifest.value().entries.size() == 7);
  CHECK(manifest.value().root().size_bytes == 14);
  CHECK(manifest.value().entries[3].kind == EntryKind::kExecutable);
  CHECK(manifest_text(manifest.value()) == kText);
}

TEST_CASE("a single file is its own root") {
  const std::string text =
      "ibid-manifest 1\nfile 3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad \".\"\n";
  const Result<Manifest> manifest = parse_manifest(text, "m");
  REQUIRE(manifest.ok());
  CHECK(manifest_text(manifest.value()) == text);
  check_refused(text + "file 3 ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad \"a\"\n",
                ErrorCode::kMalformed, "no folder");
}

TEST_CASE("an altered line does not fit the digests above it") {
  const std::string good = kText;
  for (const auto& [part, by] : std::vector<std::pair<std::string, std::string>>{
           {"file 3 ba78", "file 4 ba78"},
           {"file 3 ba78", "file 3 ba79"},
           {"file 3 ba78", "exec 3 ba78"},
           {"\"b/run\"", "\"b/ruin\""},
           {"\"empty\"", "\"empty2\""},
           {"folder 14", "folder 15"},
           {"folder 0 e3", "folder 0 e4"},
           {"link 5 18b7cb099a9ea3f50ba899b5ba81e0d377a5f3b16f8f6eeb8b3e58cd4692b993 \"b/to\"\n", ""}}) {
    check_refused(replaced(good, part, by), ErrorCode::kDigestMismatch, "altered");
  }
}

TEST_CASE("what no ibid writes is refused with its line") {
  const std::string good = kText;
  check_refused("", ErrorCode::kMalformed, "line 1");
  check_refused("something\n", ErrorCode::kMalformed, "no manifest");
  check_refused("ibid-manifest 1\n", ErrorCode::kMalformed, "root is missing");
  check_refused(replaced(good, "manifest 1", "manifest 2"), ErrorCode::kUnsupported, "version");
  check_refused(good.substr(0, good.size() - 1), ErrorCode::kMalformed, "line 8");
  check_refused(replaced(good, "file 3", "file 03"), ErrorCode::kMalformed, "line 3");
  check_refused(replaced(good, "file 3", "file -3"), ErrorCode::kMalformed, "line 3");
  check_refused(replaced(good, "file 3", "file  3"), ErrorCode::kMalformed, "line 3");
  check_refused(replaced(good, "file 3", "fifo 3"), ErrorCode::kMalformed, "line 3");
  check_refused(replaced(good, "ba7816", "BA7816"), ErrorCode::kMalformed, "line 3");
  check_refused(replaced(good, "\"a\"", "\"../a\""), ErrorCode::kMalformed, "no entry can have this name");
  check_refused(replaced(good, "\"a\"", "\"/a\""), ErrorCode::kMalformed, "no entry can have this name");
  check_refused(replaced(good, "\"a\"", "\"a/\""), ErrorCode::kMalformed, "no entry can have this name");
  check_refused(replaced(good, "\"a\"", "\"a\\x00\""), ErrorCode::kMalformed, "no entry can have this name");
  check_refused(replaced(good, "\"a\"", "\".\""), ErrorCode::kMalformed, "stands first");
  check_refused(replaced(good, "\"a\"", "\"c\""), ErrorCode::kMalformed, "byte order");
  check_refused(replaced(good, "\"b-c\"", "\"b\""), ErrorCode::kMalformed, "byte order");
  check_refused(replaced(good, "\"b\"", "\"aa\""), ErrorCode::kMalformed, "no folder \"b\"");
}

TEST_CASE("sizes that do not fit are refused") {
  const std::string text = replaced(kText, "file 3", "file 9223372036854775807");
  check_refused(text, ErrorCode::kMalformed, "64 bits");
}

}  // namespace
}  // namespace ibid::data
