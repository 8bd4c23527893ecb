#include "compare/pickle_reader.h"

#include <doctest/doctest.h>

namespace ibid::compare {
namespace {

using namespace std::string_literals;
using Kind = PickleNode::Kind;

Pickle read(const std::string& bytes) { return read_pickle("\x80\x02" + bytes + ".", "p").value(); }
ErrorCode refused(const std::string& bytes) { return read_pickle(bytes, "p").error().code(); }

TEST_CASE("scalars") {
  const auto root = [](const std::string& bytes) {
    const Pickle pickle = read(bytes);
    return pickle.at(pickle.root);
  };
  CHECK(root("N").kind == Kind::kNone);
  CHECK(root("\x88").boolean);
  CHECK_FALSE(root("\x89").boolean);
  CHECK(root("K\xFF").text == "255");
  CHECK(root("M\x01\x02").text == "513");
  CHECK(root("J\xFE\xFF\xFF\xFF").text == "-2");
  CHECK(root("\x8a\x00"s).text == "0");
  CHECK(root("\x8a\x01\xFF").text == "-1");
  CHECK(root("\x8a\x05\x00\x00\x00\x00\x01"s).text == "4294967296");
  CHECK(root("\x8a\x09\x01\x00\x00\x00\x00\x00\x00\x00\x01"s).text == "0x010000000000000001 (little-endian)");
  CHECK(root("G\x3F\xF8\x00\x00\x00\x00\x00\x00"s).real == 1.5);
  CHECK(root("X\x02\x00\x00\x00hi"s).text == "hi");
  CHECK(root("C\x02\x00\x01"s).kind == Kind::kBytes);
}

TEST_CASE("a list that is remembered before it is filled, and a dictionary") {
  const Pickle list = read("]q\x00(K\x01K\x02"s + "e");
  CHECK(list.at(list.root).items.size() == 2);
  const Pickle dictionary = read("}q\x01(X\x01\x00\x00\x00"s + "aK\x01X\x01\x00\x00\x00"s + "bh\x01u"s);
  const PickleNode& node = dictionary.at(dictionary.root);
  REQUIRE(node.items.size() == 4);
  CHECK(node.items[3] == dictionary.root);  // it holds itself
}

TEST_CASE("calls are data: what would have been called, and with what") {
  // os.system('rm -rf /')
  const Pickle pickle = read("cos\nsystem\nX\x08\x00\x00\x00rm -rf /\x85R"s);
  const PickleNode& call = pickle.at(pickle.root);
  CHECK(call.kind == Kind::kCall);
  CHECK(pickle.at(call.callee).text == "os.system");
  CHECK(pickle.at(pickle.at(call.arguments).items[0]).text == "rm -rf /");
}

TEST_CASE("states and persistent ids") {
  const Pickle built = read("c__main__\nNet\n)\x81}b");
  CHECK(built.at(built.at(built.root).state).kind == Kind::kDictionary);
  const Pickle persistent = read("(K\x01tQ");
  CHECK(persistent.at(persistent.root).kind == Kind::kPersistent);
}

TEST_CASE("broken pickles are refused") {
  CHECK(refused("") == ErrorCode::kTruncated);
  CHECK(refused("\x80\x02") == ErrorCode::kTruncated);
  CHECK(refused(".") == ErrorCode::kMalformed);
  CHECK(refused("t.") == ErrorCode::kMalformed);
  CHECK(refused("h\x05.") == ErrorCode::kMalformed);
  CHECK(refused("q\x05.") == ErrorCode::kMalformed);
  CHECK(refused("K\x01K\x02s.") == ErrorCode::kMalformed);
  CHECK(refused("K\x01K\x02"s + "a.") == ErrorCode::kMalformed);
  CHECK(refused("(K\x01"s + "d.") == ErrorCode::kMalformed);
  CHECK(refused("(.") == ErrorCode::kMalformed);
  CHECK(refused("X\xFF\xFF\xFF\xFFx.") == ErrorCode::kTruncated);
  CHECK(refused("\x8d\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFx.") == ErrorCode::kTruncated);
  CHECK(refused("cos\nsystem") == ErrorCode::kTruncated);
  CHECK(refused("I01\n.") == ErrorCode::kUnsupported);
  CHECK(refused("\x82\x01.") == ErrorCode::kUnsupported);
}

TEST_CASE("more objects than anybody means are refused") {
  std::string bytes;
  for (int i = 0; i < 4'000'100; ++i) bytes += 'N';
  CHECK(refused(bytes + ".") == ErrorCode::kUnsupported);
}

}  // namespace
}  // namespace ibid::compare
