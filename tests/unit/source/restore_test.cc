#include "source/restore.h"

#include "unit/source/git_folder.h"

namespace ibid::source {
namespace {

using State = RestoredTree::State;

void check_all_same(const std::vector<RestoredTree>& trees) {
  for (const RestoredTree& tree : trees)
    CHECK_MESSAGE(tree.state == State::kSame, (tree.name + ": " + tree.detail));
}

// A commit and changes of every kind.
constexpr const char* kEverything = R"sh(
mkdir r && cd r && git init -q
printf 'one\ntwo\nthree\n' > edited; printf 'x' > no_end; printf 'a\r\nb\r\n' > crlf; printf '\0\1\2' > binary
echo 1 > deleted; echo 1 > mode; echo 1 > run; chmod +x run; ln -s edited link; echo 1 > becomes_link
ln -s edited becomes_file; mkdir folder; echo 1 > folder/f; echo 1 > becomes_folder; echo 1 > 'a b'; : > empty
printf 'caf\351\n' > latin; mkdir moved; seq 100 > moved/from; echo same > untouched; : > gone_empty
git add -A; git commit -qm one
printf 'one\n2\nthree\nfour' > edited; printf 'xy' > no_end; printf 'a\r\nc\r\n' > crlf; printf '\0\1\3' > binary
rm deleted gone_empty; chmod +x mode; chmod -x run; ln -sf untouched link; rm becomes_link; ln -s nowhere becomes_link
rm becomes_file; echo 2 > becomes_file; rm -r folder; echo 2 > folder; rm becomes_folder; mkdir becomes_folder
echo 2 > becomes_folder/in; echo 2 > 'a b'; echo 2 > empty; printf 'caf\351s\n' > latin; git mv moved/from to
: > new_empty; echo 2 > "$(printf 'new\nline "q" \\ \303\251\ttab')"; printf '\377\n' > "$(printf 'odd\377')"
head -c 3000 /dev/zero > zeros; printf '#!/bin/sh\n' > tool; chmod +x tool; mkdir -p deep/er; echo 2 > deep/er/f
echo staged > staged; git add staged; echo more >> staged
)sh";

TEST_CASE("every kind of change comes back, by ibid and by git") {
  const GitFolder folder;
  folder.shell(kEverything);
  const Report report = folder.captured({"r"});
  const auto trees = folder.restored(report, "copy");
  REQUIRE(trees.size() == 1);
  check_all_same(trees);
  CHECK(folder.listing("copy/r") == folder.listing("r"));
  const std::string digest = repository_called(report, "r").patch.value();
  folder.shell(
      "git clone -q r by_git && cd by_git && git apply --whitespace=nowarn ../store/objects/sha256/" +
      digest.substr(0, 2) + "/" + digest.substr(2));
  CHECK(folder.listing("by_git") == folder.listing("r"));
  // In the copy git sees the same changes against the same commit, without those of the index.
  CHECK(folder.shell("git -C copy/r rev-parse HEAD") == folder.shell("git -C r rev-parse HEAD"));
  CHECK(folder.shell("cd copy/r && git add -A && git write-tree") ==
        folder.shell("cd r && git add -A && git write-tree"));
  folder.shell("git -C copy/r fsck --strict");
}

TEST_CASE("the record of what was restored is the same again") {
  const GitFolder folder;
  folder.shell(kEverything);
  const Report before = folder.captured({"r"});
  check_all_same(folder.restored(before, "copy"));
  const Report after = folder.captured({"copy/r"});
  CHECK(repository_called(after, "r").tree.value() == repository_called(before, "r").tree.value());
  CHECK(repository_called(after, "r").patch.value() == repository_called(before, "r").patch.value());
}

TEST_CASE("repositories of every sort") {
  const GitFolder folder;
  folder.shell(
      "mkdir r && cd r && git init -q && mkdir s t && echo 1 > s/x && echo 1 > t/y && git add -A && "
      "git commit -qm one && echo 2 > s/x && git commit -qam two");
  folder.shell(
      "git clone -q --depth 1 file://$PWD/r shallow && git -C r worktree add -q ../linked HEAD~1 && "
      "git clone -q r sparse && git -C sparse sparse-checkout set s && mkdir unborn && "
      "cd unborn && git init -q && echo 1 > f");
  folder.shell("for f in shallow linked sparse unborn; do echo new > $f/new; done; echo 3 > sparse/s/x");
  const std::vector<std::string> names = {"shallow", "linked", "sparse", "unborn"};
  const auto trees = folder.restored(folder.captured(names), "copy");
  CHECK(trees.size() == 4);
  check_all_same(trees);
  for (const std::string& name : names) CHECK(folder.listing("copy/" + name) == folder.listing(name));
}

TEST_CASE("a partial clone, whose commit has files that are not here") {
  const GitFolder folder;
  folder.shell(
      "mkdir r && cd r && git init -q && git config uploadpack.allowFilter true && mkdir d && "
      "for f in a b c d/x; do seq 3 > $f; echo $f >> $f; done && git add -A && git commit -qm one && cd .. "
      "&& "
      "git clone -q --filter=blob:none --no-checkout file://$PWD/r c && cd c && git reset -q && "
      "echo 2 > a && seq 3 > c && echo c >> c && chmod +x c && mkdir d && ln -s nowhere d/x");
  const Report report = folder.captured({"c"});
  CHECK(changes_text(report) == "c/a modified, c/b deleted, c/c mode, c/d/x type");
  check_all_same(folder.restored(report, "copy", true));
  CHECK(folder.listing("copy/c") == folder.listing("c"));
  const std::string digest = repository_called(report, "c").patch.value();
  folder.shell("git clone -q r by_git && cd by_git && git apply ../store/objects/sha256/" +
               digest.substr(0, 2) + "/" + digest.substr(2));
  CHECK(folder.listing("by_git") == folder.listing("c"));
}

TEST_CASE("submodules and nested repositories, each with its own changes") {
  const GitFolder folder;
  folder.shell("mkdir r && cd r && git init -q && echo 1 > a.py && git add -A && git commit -qm one");
  folder.shell(
      "mkdir o && cd o && git init -q && git submodule add -q ../r sub 2> /dev/null && git commit -qm one && "
      "cd sub && git commit -q --allow-empty -m two && echo 2 > a.py && cd .. && mkdir in && cd in && git "
      "init -q && "
      "echo 1 > f");
  const auto trees = folder.restored(folder.captured({"o"}), "copy");
  CHECK(trees.size() == 3);
  check_all_same(trees);
  CHECK(folder.listing("copy/o") == folder.listing("o"));
  CHECK(folder.shell("git -C copy/o/sub rev-parse HEAD") == folder.shell("git -C o/sub rev-parse HEAD"));
}

TEST_CASE("conversions: the bytes of the working tree come back") {
  const GitFolder folder;
  folder.shell(
      "mkdir r && cd r && git init -q && git config core.autocrlf true && printf 'a\\r\\nb\\r\\n' > f && "
      "printf 'x\\r\\n' > g && printf '*.bat text eol=crlf\\n*.id ident\\n' > .gitattributes && "
      "printf 'a\\nb\\n' > h.bat && printf '$Id$\\n' > k.id && git add -A 2> /dev/null && git commit -qm one "
      "2> /dev/null && "
      "rm f h.bat k.id && git checkout -q f h.bat k.id && printf 'x\\r\\ny\\n' > g");
  CHECK(folder.shell("cat r/h.bat") == "a\r\nb\r\n");
  check_all_same(folder.restored(folder.captured({"r"}), "copy"));
  CHECK(folder.listing("copy/r") == folder.listing("r"));
}

TEST_CASE("a folder without git, large files and empty folders too") {
  const GitFolder folder;
  folder.shell(
      "mkdir -p p/s p/e && echo 1 > p/a && echo 2 > p/s/b && chmod +x p/a && ln -s ../nowhere p/l && "
      "seq 1000000 > p/large && : > p/empty && echo 3 > \"$(printf 'p/x\\ny')\"");
  check_all_same(folder.restored(folder.captured({"p"}), "copy"));
  CHECK(folder.listing("copy/p") == folder.listing("p"));
  CHECK(folder.shell("ls -d copy/p/e") == "copy/p/e\n");
}

TEST_CASE("what was left out stays out, and is no difference") {
  const GitFolder folder;
  folder.shell(
      "mkdir r && cd r && git init -q && echo 1 > .env && echo 1 > large && echo 1 > a && git add -A && "
      "git commit -qm one && echo 2 > .env && seq 100 > large && echo 2 > a && echo 2 > key.pem");
  CaptureRequest request;
  request.max_file_bytes = 20;
  const auto trees = folder.restored(folder.captured({"r"}, request), "copy");
  check_all_same(trees);
  CHECK(folder.shell("cd copy/r && cat .env large a && ls") == "1\n1\n2\na\nlarge\n");
}

TEST_CASE("a commit that is not here comes from a remote, if that is allowed; else git's commands are told") {
  const GitFolder folder;
  folder.shell(
      "mkdir r && cd r && git init -q && echo 1 > a && git add -A && git commit -qm one && cd .. && "
      "git clone -q r c && echo 2 > c/a");
  const Report report = folder.captured({"c"});
  folder.shell("mv c away");
  const auto without = folder.restored(report, "copy1");
  REQUIRE(without.size() == 1);
  CHECK(without[0].state == State::kNotRestored);
  REQUIRE(without[0].commands.size() == 3);
  std::string script;
  for (const std::string& command : without[0].commands) script += command + "\n";
  folder.shell(script);
  CHECK(folder.listing("copy1/c") == folder.listing("away"));
  check_all_same(folder.restored(report, "copy2", true));
  CHECK(folder.listing("copy2/c") == folder.listing("away"));
}

TEST_CASE("a damaged store is noticed, object by object") {
  const GitFolder folder;
  folder.shell(
      "mkdir r p && cd r && git init -q && echo 1 > a && git add -A && git commit -qm one && echo 2 > a && "
      "echo 1 > ../p/f");
  const Report report = folder.captured({"r", "p"});
  folder.shell(
      "cd store && for f in $(find . -type f); do cp $f ../kept; echo >> $f; cd ..; mkdir -p n; cd store; mv "
      "../kept ../n/$(basename $f); done");
  for (const RestoredTree& tree : folder.restored(report, "copy")) {
    CHECK(tree.state == State::kNotRestored);
    CHECK(tree.detail.find("does not have the content") != std::string::npos);
  }
  // Capturing again puts right what is damaged.
  check_all_same(folder.restored(folder.captured({"r", "p"}), "copy2"));
}

TEST_CASE("another content than the recorded one is a difference, by name") {
  const GitFolder folder;
  folder.shell("mkdir p && echo 1 > p/a");
  Report report = folder.captured({"p"});
  report.folders.items[0].tree = report::Fact<std::string>::known(std::string(64, '0'), "a test");
  const auto trees = folder.restored(report, "copy");
  CHECK(trees[0].state == State::kDiffers);
}

TEST_CASE("records that lead elsewhere are refused") {
  const GitFolder folder;
  folder.shell("mkdir p && echo 1 > p/a");
  const Json good = report_json(folder.captured({"p"}));
  CHECK(recorded_source(good, "r").ok());
  for (const char* name : {"../p", "/p", "", "p/../../q", ".git"}) {
    Json bad = good;
    bad["folders"]["items"][0]["name"]["value"] = name;
    CHECK_MESSAGE(!recorded_source(bad, "r").ok(), name);
  }
  Json bad = good;
  bad["folders"]["items"][0]["manifest"]["value"] = "../../etc/passwd";
  CHECK_FALSE(recorded_source(bad, "r").ok());
  bad = good;
  bad["folders"]["items"].push_back(bad["folders"]["items"][0]);
  CHECK_FALSE(recorded_source(bad, "r").ok());
  CHECK_FALSE(parse_record("{}", "r").ok());
  CHECK_FALSE(parse_record("", "r").ok());
  CHECK(parse_record(json_text(good), "r").ok());
}

TEST_CASE("no tree is restored through a link that another one brought") {
  const GitFolder folder;
  folder.shell("mkdir -p p/q outside other && echo 1 > p/q/f && ln -s ../../../outside other/q");
  Report report = folder.captured({"other", "p/q"});
  REQUIRE(report.folders.items.size() == 2);
  report.folders.items[1].name = report::Fact<std::string>::known("other/q", "a test");
  const auto trees = folder.restored(report, "copy/here");
  REQUIRE(trees.size() == 2);
  CHECK(trees[1].state == State::kNotRestored);
  CHECK(trees[1].detail.find("through the link") != std::string::npos);
  CHECK(folder.shell("ls outside && ls -d copy/here/other/q/.") == "copy/here/other/q/.\n");
}

TEST_CASE("nothing is restored over something") {
  const GitFolder folder;
  folder.shell("mkdir p full && echo 1 > p/a && echo 1 > full/x");
  const Json record = report_json(folder.captured({"p"}));
  const data::ObjectStore store(folder / "store");
  RestoreRequest request;
  request.folder = folder / "full";
  CHECK(restore(recorded_source(record, "r").value(), store, request).error().code() == ErrorCode::kUsage);
  CHECK(folder.shell("ls full") == "x\n");
}

}  // namespace
}  // namespace ibid::source
