#include "source/capture.h"

#include "base/hex.h"
#include "base/sha256.h"
#include "data/tree_hash.h"
#include "unit/source/git_folder.h"

namespace ibid::source {
namespace {

constexpr const char* kOneCommit =
    "mkdir r && cd r && git init -q && echo 1 > a.py && git add -A && git commit -qm one";

TEST_CASE("a clean repository") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell("cd r && git tag v1 && mkdir empty && echo x > ignored && echo ignored > .git/info/exclude");
  const Report report = folder.captured({"r"});
  const Repository& r = repository_called(report, "r");
  CHECK(r.commit.value() + "\n" == folder.shell("git -C r rev-parse HEAD"));
  CHECK(r.branch.value() == "main");
  CHECK(r.describe.value() == "v1");
  CHECK(r.role.value() == "root");
  CHECK_FALSE(r.dirty.value());
  CHECK_FALSE(r.patch.is_known());
  CHECK(r.n_files.value() == 1);
  CHECK(r.state.value() == "none");
  CHECK_FALSE(r.fetchable.value());
  CHECK_FALSE(r.upstream.is_known());
  CHECK(report.changes.items.empty());
  CHECK(report.left_out.items.empty());
  CHECK(report.roots.items[0].tree.value() == "r");
}

TEST_CASE("without a commit everything is in the patch") {
  const GitFolder folder;
  folder.shell("mkdir r && cd r && git init -q && echo 1 > a && echo 2 > b && git add a");
  const Report report = folder.captured({"r"});
  const Repository& r = repository_called(report, "r");
  CHECK_FALSE(r.commit.is_known());
  CHECK(r.branch.value() == "main");
  CHECK(r.dirty.value());
  CHECK(changes_text(report) == "r/a added, r/b untracked");
}

TEST_CASE("branch, upstream, and whether others can fetch the commit") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell("git clone -q r c && cd c && git checkout -q -b work origin/main");
  CHECK(repository_called(folder.captured({"c"}), "c").fetchable.value());
  folder.shell(
      "cd c && echo 2 > b && git add b && git commit -qm two && cd ../r && echo 3 > c && git add c && "
      "git commit -qm three && git commit -q --allow-empty -m four && cd ../c && git fetch -q");
  const Report report = folder.captured({"c"});
  const Repository& c = repository_called(report, "c");
  CHECK(c.branch.value() == "work");
  CHECK(c.upstream.value() == "origin/main");
  CHECK(c.upstream_commit.value() + "\n" == folder.shell("git -C r rev-parse HEAD"));
  CHECK(c.ahead.value() == 1);
  CHECK(c.behind.value() == 2);
  CHECK_FALSE(c.fetchable.value());
  folder.shell("cd c && git checkout -q origin/main~1");
  const Report detached = folder.captured({"c"});
  CHECK_FALSE(repository_called(detached, "c").branch.is_known());
  CHECK(repository_called(detached, "c").branch.reason().find("detached") != std::string::npos);
  CHECK(repository_called(detached, "c").fetchable.value());
}

TEST_CASE("credentials of remotes are nowhere in the record nor in the store") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell(
      "cd r && git remote add a https://me:verysecret@host/x.git && git remote add b "
      "'https://host/y?token=verysecret' && git remote add c git@host:z.git && echo 2 > a.py");
  const Report report = folder.captured({"r"});
  CHECK(repository_called(report, "r").remotes.value() ==
        std::vector<std::string>{"a https://host/x.git", "b https://host/y", "c git@host:z.git"});
  CHECK(json_text(report_json(report)).find("verysecret") == std::string::npos);
  CHECK(folder.shell("grep -r verysecret store || true").empty());
}

TEST_CASE("what git status counts") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell(
      "cd r && echo 1 > b && echo 1 > c && git add b c && git commit -qm two && echo 2 > a.py && git add "
      "a.py && "
      "echo 3 > a.py && rm b && git rm -q --cached c && echo 4 > d && mkdir s && echo 5 > s/e");
  const Report report = folder.captured({"r"});
  const Repository& r = repository_called(report, "r");
  CHECK(r.n_staged.value() == 2);
  CHECK(r.n_modified.value() == 1);
  CHECK(r.n_deleted.value() == 1);
  CHECK(r.n_untracked.value() == 3);
  CHECK(r.n_conflicted.value() == 0);
  // c is as in the commit, only git no longer follows it.
  CHECK(changes_text(report) == "r/a.py modified, r/b deleted, r/d untracked, r/s/e untracked");
  CHECK(report.changes.items[0].lines_added.value() == 1);
  CHECK(report.changes.items[0].lines_removed.value() == 1);
  CHECK(report.changes.items[0].digest.value() == sha256_hex("3\n"));
}

TEST_CASE("a merge that stopped") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell(
      "cd r && git checkout -q -b x && echo x > a.py && git commit -qam x && git checkout -q main && "
      "echo y > a.py && git commit -qam y && (git merge -q x > /dev/null || true)");
  const Report report = folder.captured({"r"});
  const Repository& r = repository_called(report, "r");
  CHECK(r.state.value() == "merge");
  CHECK(r.n_conflicted.value() == 1);
  CHECK(r.dirty.value());
  CHECK(changes_text(report) == "r/a.py modified");
  CHECK(folder.object(r.patch.value()).find("+<<<<<<< HEAD") != std::string::npos);
}

TEST_CASE("shallow, bare, linked and sparse") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell("cd r && mkdir s t && echo 1 > s/x && echo 1 > t/y && git add -A && git commit -qm two");
  folder.shell(
      "git clone -q --depth 1 file://$PWD/r shallow && git clone -q --bare r bare.git && "
      "git -C r worktree add -q ../linked HEAD~1 && git clone -q r sparse && "
      "git -C sparse sparse-checkout set s && "
      "git -C sparse config core.repositoryformatversion 1");
  const Report report = folder.captured({"shallow", "bare.git", "linked", "sparse"});
  CHECK(repository_called(report, "shallow").shallow.value());
  CHECK(repository_called(report, "shallow").fetchable.value());
  CHECK(repository_called(report, "bare.git").bare.value());
  CHECK_FALSE(repository_called(report, "bare.git").tree.is_known());
  CHECK(repository_called(report, "bare.git").commit.is_known());
  const Repository& linked = repository_called(report, "linked");
  CHECK(linked.linked_worktree.value());
  CHECK(linked.commit.value() + "\n" == folder.shell("git -C r rev-parse HEAD~1"));
  const Repository& sparse = repository_called(report, "sparse");
  CHECK(sparse.sparse.value());
  CHECK_FALSE(sparse.dirty.value());
  CHECK(sparse.n_files.value() == 2);
  CHECK(sparse.hidden_files.value() == std::vector<std::string>{"t/y"});
  CHECK(report.changes.items.empty());
}

TEST_CASE("changes that git was told not to see are seen and named") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell("cd r && git update-index --assume-unchanged a.py && echo 2 > a.py");
  const Report report = folder.captured({"r"});
  CHECK(repository_called(report, "r").hidden_files.value() == std::vector<std::string>{"a.py"});
  CHECK(changes_text(report) == "r/a.py modified");
}

TEST_CASE("a submodule with changes of its own, and one that is not checked out") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell(
      "mkdir o && cd o && git init -q && git submodule add -q ../r sub 2> /dev/null && "
      "git submodule add -q ../r other && git commit -qm one && git submodule deinit -q -f other && "
      "cd sub && git commit -q --allow-empty -m two && echo 2 > a.py");
  const Report report = folder.captured({"o"});
  REQUIRE(report.submodules.items.size() == 2);
  const Submodule& other = report.submodules.items[0];
  CHECK(other.name.value() == "o/other");
  CHECK_FALSE(other.checked_out_commit.is_known());
  const Submodule& sub = report.submodules.items[1];
  CHECK(sub.recorded_commit.value() + "\n" == folder.shell("git -C r rev-parse HEAD"));
  CHECK(sub.checked_out_commit.value() + "\n" == folder.shell("git -C o/sub rev-parse HEAD"));
  CHECK(sub.dirty.value());
  CHECK(repository_called(report, "o/sub").role.value() == "submodule");
  CHECK(repository_called(report, "o").dirty.value());
  CHECK(changes_text(report) == "o/sub/a.py modified");
}

TEST_CASE("a repository that nobody added to the one around it is one of its own") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell("cd r && mkdir in && cd in && git init -q && echo 1 > f");
  const Report report = folder.captured({"r", "r/in"});
  CHECK(repository_called(report, "r/in").role.value() == "nested");
  CHECK(changes_text(report) == "r/in/f untracked");
  CHECK(report.repositories.items.size() == 2);
  CHECK(report.roots.items[1].tree.value() == "r/in");
}

TEST_CASE("line ends that git converts are not changes to it, but bytes to others") {
  const GitFolder folder;
  folder.shell(
      "mkdir r && cd r && git init -q && git config core.autocrlf true && printf 'a\\r\\nb\\r\\n' > f && "
      "printf '*.u text eol=lf\\n' > .gitattributes && printf 'a\\n' > g.u && git add -A 2> /dev/null && "
      "git commit -qm one && rm f && git checkout -q f");
  CHECK(folder.shell("git -C r status --porcelain").empty());
  CHECK(folder.shell("cat r/f") == "a\r\nb\r\n");
  const Report report = folder.captured({"r"});
  CHECK_FALSE(repository_called(report, "r").dirty.value());
  CHECK(changes_text(report).find("r/f converted") != std::string::npos);
  CHECK(changes_text(report).find("g.u") == std::string::npos);
}

TEST_CASE("pointers of git-lfs") {
  const GitFolder folder;
  const std::string content(5000, 'x');
  folder.shell(
      "mkdir r && cd r && git init -q && echo '*.w filter=lfs diff=lfs -text' > .gitattributes && "
      "printf 'version https://git-lfs.github.com/spec/v1\\noid sha256:" +
      sha256_hex(content) + "\\nsize 5000\\n' > a.w && cp a.w b.w && git add -A && git commit -qm one");
  std::ofstream(folder / "r/a.w") << content;
  const Report report = folder.captured({"r"});
  CHECK(repository_called(report, "r").lfs_files.value() == std::vector<std::string>{"a.w", "b.w"});
  CHECK(report.changes.items.empty());
  CHECK(left_out_text(report) == "r/a.w: git-lfs keeps it; the commit has its pointer\n");
  CHECK_FALSE(repository_called(report, "r").dirty.value());
}

TEST_CASE("secrets are left out, without a digest") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell(
      "cd r && echo verysecret > .env && echo verysecret > server.pem && echo verysecret > id_rsa && "
      "echo EXAMPLE > .env.example && printf -- '-----BEGIN OPENSSH PRIVATE KEY-----\\nverysecret\\n' > "
      "notes");
  folder.shell("mkdir p && cp r/.env r/notes r/a.py p");
  const Report report = folder.captured({"r", "p"});
  CHECK(changes_text(report) == "r/.env.example untracked");
  CHECK(left_out_text(report) ==
        "p/.env: its name says that it holds secrets\np/notes: a private key is written in it\n"
        "r/.env: its name says that it holds secrets\nr/id_rsa: its name says that it holds secrets\n"
        "r/notes: a private key is written in it\nr/server.pem: its name says that it holds secrets\n");
  for (const LeftOutFile& file : report.left_out.items) CHECK_FALSE(file.digest.is_known());
  CHECK(folder.shell("grep -r verysecret store || true").empty());
  CHECK(json_text(report_json(report)).find(sha256_hex("verysecret\n")) == std::string::npos);
}

TEST_CASE("what is too large is listed with its digest") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell(
      "cd r && printf 12345678901 > b && printf 1234567890 > c && printf 1234567890 > d && printf 1 > e");
  const Report report = folder.captured(
      {"r"},
      {.roots = {}, .max_file_bytes = 10, .max_total_bytes = 15, .skipped = {}, .home = {}, .hashing = {}});
  CHECK(changes_text(report) == "r/c untracked, r/e untracked");
  CHECK(left_out_text(report) ==
        "r/b: larger than 10 bytes (--max-file)\n"
        "r/d: all files together would be larger than 15 bytes (--max-total)\n");
  CHECK(report.left_out.items[0].digest.value() == sha256_hex("12345678901"));
}

TEST_CASE("a folder without git: contents, rules, caps") {
  const GitFolder folder;
  folder.shell(
      "mkdir -p p/s p/__pycache__ p/env/bin p/node_modules && echo 1 > p/a.py && echo 2 > p/s/b && "
      "echo x > p/__pycache__/a.pyc && echo x > p/s/b.pyc && touch p/env/pyvenv.cfg && echo x > p/env/bin/y "
      "&& mkfifo p/pipe");
  const Report report = folder.captured({"p"});
  REQUIRE(report.folders.items.size() == 1);
  CHECK(report.folders.items[0].n_files.value() == 2);
  CHECK(folder.object(sha256_hex("1\n")) == "1\n");
  CHECK(left_out_text(report) ==
        "p/__pycache__: a cache that a tool makes again\n"
        "p/env: a virtual environment; 'ibid env' tells what is in it\n"
        "p/node_modules: packages that npm installed\n"
        "p/pipe: a device, pipe or socket has no content to keep\n"
        "p/s/b.pyc: a tool makes it again\n");
  const Report many =
      folder.captured({"p"}, {.roots = {}, .max_files = 1, .skipped = {}, .home = {}, .hashing = {}});
  CHECK_FALSE(many.folders.items[0].tree.is_known());
  CHECK(left_out_text(many).find("p: it has more than 1 files") != std::string::npos);
}

TEST_CASE("the digest of a folder is the one of ibid data hash") {
  const GitFolder folder;
  folder.shell("mkdir -p p/e p/s && echo 1 > p/a && echo 2 > p/s/b && chmod +x p/a && ln -s a p/l");
  const Report report = folder.captured({"p"});
  const data::TreeHash hash = data::hash_tree(folder / "p", {}).value();
  CHECK(report.folders.items[0].tree.value() == hex_text(hash.manifest.root().digest));
}

TEST_CASE("the home folder is refused, and its repository is not that of what lies below") {
  const GitFolder folder;
  folder.shell("cd home && git init -q && echo 1 > f && mkdir w && echo 2 > w/g");
  CaptureRequest request;
  request.home = folder / "home";
  const Report report = folder.captured({"home/w"}, request);
  CHECK(report.repositories.items.empty());
  CHECK(report.folders.items[0].name.value() == "w");
  request.roots.push_back({.path = folder / "home", .origin = "the test", .required = true});
  data::ObjectStore store(folder / "store");
  CHECK(capture(request, store).error().code() == ErrorCode::kUsage);
  request.roots[0].required = false;
  CHECK_FALSE(capture(request, store).value().roots.items[0].tree.is_known());
}

TEST_CASE("a repository is not written to and nothing that it names is run") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  // Of b.py only the time changes: git status would note that in the index.
  folder.shell("cd r && echo 1 > b.py && git add b.py && git commit -qm two && touch -d 2002-01-01 b.py");
  folder.shell(
      "cd r && for h in post-checkout pre-commit post-index-change; do printf '#!/bin/sh\\ntouch ../ran\\n' "
      "> "
      ".git/hooks/$h; chmod +x .git/hooks/$h; done; git config core.fsmonitor ../ran.sh && git config "
      "filter.f.clean ../ran.sh && git config filter.f.smudge ../ran.sh && printf '#!/bin/sh\\ntouch "
      "../ran\\ncat\\n' > "
      "../ran.sh && chmod +x ../ran.sh && echo '* filter=f' > .gitattributes && echo 2 > a.py && touch -d "
      "2001-01-01 a.py; rm -f ../ran");
  const std::string list = "cd r && find . -printf '%p %i %C@ %T@\\n' | LC_ALL=C sort";
  const std::string before = folder.shell(list);
  const Report report = folder.captured({"r"});
  CHECK(folder.shell(list) == before);
  CHECK(folder.shell("ls ran 2> /dev/null || true").empty());
  CHECK(changes_text(report) == "r/.gitattributes untracked, r/a.py modified");
}

TEST_CASE("what git cannot read is captured as a folder, with the reason") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell("cd r && printf 'nonsense' > .git/index");
  const Report report = folder.captured({"r"});
  CHECK(report.repositories.items.empty());
  REQUIRE(report.folders.items.size() == 1);
  CHECK(report.folders.items[0].why.value().find("git: cannot") != std::string::npos);
  CHECK(report.folders.items[0].n_files.value() == 1);
}

TEST_CASE("a folder that git ignores is captured if it is named, and so is a file") {
  const GitFolder folder;
  folder.shell(kOneCommit);
  folder.shell(
      "cd r && mkdir scratch && echo 1 > scratch/x && echo 1 > run.py && echo 1 > other && "
      "printf 'scratch/\nrun.py\nother\n' > .git/info/exclude");
  CHECK(folder.captured({"r"}).changes.items.empty());
  const Report report = folder.captured({"r/scratch", "r/run.py"});
  CHECK(changes_text(report) == "r/run.py untracked");
  CHECK(repository_called(report, "r").dirty.value());
  REQUIRE(report.folders.items.size() == 1);
  CHECK(report.folders.items[0].name.value() == "scratch");
  CHECK(report.roots.items[0].tree.value() == "scratch");
  CHECK(report.roots.items[1].tree.value() == "r");
}

TEST_CASE("two trees of one name, and one root in another") {
  const GitFolder folder;
  folder.shell("mkdir -p a/x b/x/in && echo 1 > a/x/f && echo 2 > b/x/f && echo 3 > b/x/in/g");
  const Report report = folder.captured({"b/x", "a/x", "b/x/in"});
  REQUIRE(report.folders.items.size() == 2);
  CHECK(report.folders.items[0].name.value() == "x");
  CHECK(report.folders.items[1].name.value() == "x~2");
  CHECK(report.roots.items[0].tree.value() == "x~2");
  CHECK(report.roots.items[1].tree.value() == "x");
  CHECK(report.roots.items[2].tree.value() == "x~2");
  folder.shell("mkdir -p 'a/x~2' && echo 4 > 'a/x~2/h'");
  const Report three = folder.captured({"b/x", "a/x", "a/x~2"});
  CHECK(three.roots.items[0].tree.value() == "x~3");
  CHECK(three.roots.items[2].tree.value() == "x~2");
}

}  // namespace
}  // namespace ibid::source
