#include "describe/table.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/number_text.h"
#include "describe/author_notes.h"
#include "describe/findings.h"
#include "platform/atomic_file.h"
#include "support/temporary_folder.h"

namespace ibid::describe {
namespace {

class Tables {
 public:
  // Adds a split of one file with this content.
  Tables& split(const std::string& name, const std::string& content) {
    REQUIRE(platform::write_file_atomically(folder_ / (name + ".csv"), content).ok());
    request.splits.push_back({.name = name, .paths = {folder_ / (name + ".csv")}});
    return *this;
  }
  DataFacts facts() const {
    Result<DataFacts> facts = describe_table(request);
    if (!facts.ok()) FAIL(facts.error().to_string());
    return std::move(facts).value();
  }
  // The kinds of what is found.
  std::vector<std::string> found() const {
    const DataFacts found = facts();
    std::vector<std::string> kinds;
    for (const Finding& finding : find(found, split_shifts(found))) kinds.push_back(finding.kind);
    return kinds;
  }
  bool finds(const std::string& kind) const {
    const std::vector<std::string> kinds = found();
    return std::ranges::find(kinds, kind) != kinds.end();
  }

  DescribeRequest request;

 private:
  test::TemporaryFolder folder_;
};

// Rows "i, i*i mod 97, class" from `first` to before `last`.
std::string rows(int64_t first, int64_t last) {
  std::string text = "x,y,class\n";
  for (int64_t i = first; i < last; ++i)
    text +=
        number_text(i % 13) + "," + number_text(i * i % 9973) + "," + (i % 2 == 0 ? "even" : "odd") + "\n";
  return text;
}

TEST_CASE("a clean pair of splits has no findings") {
  Tables tables;
  tables.split("train", rows(100, 300)).split("test", rows(300, 400)).request.label = "class";
  CHECK(tables.found() == std::vector<std::string>{});
  const DataFacts facts = tables.facts();
  CHECK(facts.columns.size() == 3);
  CHECK(facts.splits[0].n_items == 200);
  CHECK(facts.splits[0].files[0].sha256.size() == 64);
  CHECK(facts.labels.names() == std::vector<std::string>{"even", "odd"});
}

TEST_CASE("a planted leak is found with its rows") {
  Tables tables;
  tables.split("train", rows(100, 300)).split("test", rows(298, 400)).request.label = "class";
  CHECK(tables.finds("overlap"));
  const DataFacts facts = tables.facts();
  REQUIRE(facts.equal.overlaps.size() == 1);
  CHECK(facts.equal.overlaps[0].n_contents == 2);
  CHECK(facts.item_name(facts.equal.overlaps[0].examples[0][0]) == "\"train.csv\" row 199");
  CHECK(facts.item_name(facts.equal.overlaps[0].examples[0][1]) == "\"test.csv\" row 1");
}

TEST_CASE("the label is no part of the content, so another label is a conflict and still a leak") {
  Tables tables;
  tables.split("train", "x,y\n1,a\n2,b\n").split("test", "x,y\n1,b\n").request.label = "y";
  CHECK(tables.finds("overlap"));
  CHECK(tables.finds("label-conflict"));
  CHECK(tables.facts().equal.overlaps[0].n_other_label == 1);
  tables.request.label.reset();
  CHECK(tables.found() == std::vector<std::string>{});
}

TEST_CASE("cells of neighbouring columns do not run together") {
  Tables tables;
  tables.split("a", "x,y\n1,23\n12,3\n");
  CHECK(tables.facts().equal.within[0].n_surplus == 0);
}

TEST_CASE("a group in two splits") {
  Tables tables;
  tables.split("train", "id,x\np1,1\np2,2\n").split("test", "id,x\np2,3\np3,4\n").request.group = "id";
  CHECK(tables.finds("shared-group"));
  CHECK(tables.facts().groups->counts.at("p2") == std::vector<int64_t>{1, 1});
  tables.request.splits.pop_back();
  CHECK(!tables.finds("shared-group"));
}

TEST_CASE("an ignored column lets equal rows be equal") {
  std::string text = "n,x\n";
  for (int64_t i = 0; i < 40; ++i) text += number_text(i) + "," + number_text(i % 4) + "\n";
  Tables tables;
  tables.split("all", text);
  CHECK(tables.finds("identifier"));
  CHECK(!tables.finds("duplicates"));
  tables.request.ignored = {"n"};
  CHECK(tables.finds("duplicates"));
  CHECK(tables.facts().equal.within[0].n_surplus == 36);
}

TEST_CASE("a column that gives the label away, and one that does not quite") {
  std::string text = "code,near,class\n";
  for (int64_t i = 0; i < 40; ++i) {
    const std::string label = i % 4 < 2 ? "a" : "b";
    text += "c" + number_text(i % 4) + "," + (i == 7 ? "a" : label) + "," + label + "\n";
  }
  Tables tables;
  tables.split("all", text).request.label = "class";
  const DataFacts facts = tables.facts();
  const std::vector<Finding> findings = find(facts, {});
  const auto finding = std::ranges::find(findings, "predicts-label", &Finding::kind);
  REQUIRE(finding != findings.end());
  CHECK(finding->text.find("\"code\"") != std::string::npos);
  CHECK(finding->text.find("\"near\"") == std::string::npos);
  CHECK(!finding->strict);
}

TEST_CASE("rows that lie class by class") {
  std::string text = "x,class\n";
  for (int64_t i = 0; i < 60; ++i) text += number_text(i * i % 997) + "," + number_text(i / 20) + "\n";
  Tables tables;
  tables.split("all", text).request.label = "class";
  CHECK(tables.finds("sorted-by-label"));
}

TEST_CASE("imbalance, and a class that a split lacks") {
  std::string text = "x,class\n";
  for (int64_t i = 0; i < 60; ++i)
    text += number_text(i * i % 997) + "," + (i % 20 == 3 ? "rare" : "usual") + "\n";
  Tables tables;
  tables.split("train", text).split("test", "x,class\n1000,usual\n1001,usual\n").request.label = "class";
  CHECK(tables.finds("imbalance"));
  CHECK(tables.finds("missing-class"));
}

TEST_CASE("ragged rows are named with their lines and not left out") {
  Tables tables;
  tables.split("all", "x,y\n1,2\n3\n4,5,6\n");
  const DataFacts facts = tables.facts();
  CHECK(facts.splits[0].n_items == 3);
  REQUIRE(facts.irregularities.size() == 1);
  CHECK(facts.irregularities[0].n == 2);
  CHECK(facts.irregularities[0].examples[0] == "\"all.csv\" line 3: 1 cells, not 2");
  CHECK(facts.columns[1].whole.n_missing() == 1);
}

TEST_CASE("columns belong together by name") {
  Tables tables;
  tables.split("train", "x,y,class\n1,2,a\n").split("test", "y,x,more\n2,1,0\n").request.label = "class";
  const DataFacts facts = tables.facts();
  REQUIRE(facts.equal.overlaps.size() == 1);
  CHECK(facts.equal.overlaps[0].n_other_label == 0);
  CHECK(facts.columns[2].by_split[1].n_cells() == 0);
  CHECK(tables.finds("missing-column"));
  CHECK(tables.finds("extra-column"));
}

TEST_CASE("samples side by side are told as such") {
  Tables tables;
  tables.split("train", "gene,a,b,c,d\ng1,1,2,3,4\n").split("test", "gene,e,f\ng1,1,2\n");
  CHECK(tables.finds("other-columns"));
}

TEST_CASE("a column of numbers with something else in it") {
  std::string text = "x\n";
  for (int64_t i = 0; i < 30; ++i) text += i == 17 ? "~17\n" : number_text(i % 11) + "\n";
  Tables tables;
  tables.split("all", text);
  const DataFacts facts = tables.facts();
  const std::vector<Finding> findings = find(facts, {});
  const auto finding = std::ranges::find(findings, "nearly-numeric", &Finding::kind);
  REQUIRE(finding != findings.end());
  CHECK(finding->text.find("\"~17\" in row 18") != std::string::npos);
}

TEST_CASE("another distribution in another split") {
  const auto column = [](int64_t offset) {
    std::string text = "x\n";
    for (int64_t i = 0; i < 400; ++i) text += number_text(offset + i * 7 % 401) + ".5\n";
    return text;
  };
  Tables tables;
  tables.split("train", column(0)).split("test", column(120));
  CHECK(tables.finds("column-shift"));
  Tables same;
  same.split("train", column(0)).split("test", column(1));
  CHECK(!same.finds("column-shift"));
}

TEST_CASE("only the first rows, and then the digest is unknown") {
  Tables tables;
  tables.split("all", rows(0, 50)).request.max_items = 10;
  const DataFacts facts = tables.facts();
  CHECK(facts.splits[0].n_items == 10);
  CHECK(facts.splits[0].cut_short);
  CHECK(facts.splits[0].files[0].sha256.empty());
  CHECK(!facts.splits[0].files[0].unknown_reason.empty());
}

TEST_CASE("a name that is not there gets a suggestion") {
  Tables tables;
  tables.split("all", rows(0, 5)).request.label = "clas";
  const Result<DataFacts> facts = describe_table(tables.request);
  REQUIRE(!facts.ok());
  CHECK(facts.error().code() == ErrorCode::kUsage);
  CHECK(facts.error().hint().find("\"class\"") != std::string::npos);
}

TEST_CASE("notes fill the author's part; unknown keys are refused") {
  const std::vector<Answer> answers = read_answers({"licence=CC0", "split=by patient = yes"}, {}).value();
  for (const Answer& answer : answers) {
    if (answer.question->key == "licence") CHECK(answer.text == "CC0");
    if (answer.question->key == "split") CHECK(answer.text == "by patient = yes");
    if (answer.question->key == "origin") CHECK(answer.text.empty());
  }
  CHECK(!read_answers({"license=CC0"}, {}).ok());
  CHECK(!read_answers({"nothing"}, {}).ok());
}

}  // namespace
}  // namespace ibid::describe
