// A pickle is a program for a machine with a stack and a memo. Most of its opcodes push data or build
// containers; three of them (GLOBAL, REDUCE, NEWOBJ) name and call code, which is why unpickling a file from
// elsewhere is as good as running it. This machine has the stack and the memo and no way to call anything:
// where the original would call, it makes a node that says what would have been called with what.
//
// Opcodes as in Python's pickletools; those of protocols 0 and 1 that write numbers as text are left out,
// since nothing has written them by default since 2008.

#include "compare/pickle_reader.h"

#include <bit>
#include <map>
#include <span>

#include "base/hex.h"
#include "base/number_text.h"

namespace ibid::compare {
namespace {

using Kind = PickleNode::Kind;
using Id = PickleNode::Id;

constexpr size_t kMaxNodes = 4'000'000;
constexpr Id kMark = PickleNode::kNoNode;

class Machine {
 public:
  Machine(std::string_view bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  Result<Pickle> run() {
    while (true) {
      IBID_ASSIGN(const uint64_t opcode, number(1));
      if (opcode == '.') break;
      IBID_TRY(step(static_cast<uint8_t>(opcode)));
      if (pickle_.nodes.size() > kMaxNodes)
        return Error(ErrorCode::kUnsupported, where_ + " describes more than four million objects",
                     "compare it with a program that loads it");
    }
    IBID_ASSIGN(pickle_.root, pop());
    pickle_.size_bytes = position_;
    return std::move(pickle_);
  }

 private:
  // --- bytes ---

  Result<std::string_view> take(uint64_t count) {
    if (count > bytes_.size() - position_)
      return Error(ErrorCode::kTruncated, where_ + " ends in the middle of its pickle",
                   "the copy was cut short: fetch or write it again");
    const std::string_view piece = bytes_.substr(position_, static_cast<size_t>(count));
    position_ += static_cast<size_t>(count);
    return piece;
  }

  // Little-endian, without sign.
  Result<uint64_t> number(size_t n_bytes) {
    IBID_ASSIGN(const std::string_view piece, take(n_bytes));
    uint64_t value = 0;
    for (size_t i = n_bytes; i-- > 0;) value = value << 8 | static_cast<uint8_t>(piece[i]);
    return value;
  }

  Result<std::string> line() {
    const size_t end = bytes_.find('\n', position_);
    IBID_ASSIGN(const std::string_view piece,
                take(end == std::string_view::npos ? ~uint64_t{0} : end - position_));
    ++position_;
    return std::string(piece);
  }

  Error malformed(const std::string& what) const {
    return Error(ErrorCode::kMalformed, where_ + " is no intact pickle: " + what,
                 "the file was altered: fetch or write it again");
  }

  // --- stack ---

  Id add(PickleNode node) {
    pickle_.nodes.push_back(std::move(node));
    return static_cast<Id>(pickle_.nodes.size() - 1);
  }
  Result<void> push(PickleNode node) {
    stack_.push_back(add(std::move(node)));
    return {};
  }
  Result<void> push_text(Kind kind, std::string text) {
    return push({.kind = kind, .text = std::move(text)});
  }

  Result<Id> pop() {
    if (stack_.empty() || stack_.back() == kMark) return malformed("something is missing on its stack");
    const Id top = stack_.back();
    stack_.pop_back();
    return top;
  }

  // Everything above the last mark, which goes too.
  Result<std::vector<Id>> pop_to_mark() {
    size_t mark = stack_.size();
    while (mark > 0 && stack_[mark - 1] != kMark) --mark;
    if (mark == 0) return malformed("a mark is missing on its stack");
    std::vector<Id> items(stack_.begin() + static_cast<ptrdiff_t>(mark), stack_.end());
    stack_.resize(mark - 1);
    return items;
  }

  Result<void> push_items(Kind kind, Result<std::vector<Id>> items) {
    IBID_ASSIGN(std::vector<Id> content, std::move(items));
    if (kind == Kind::kDictionary && content.size() % 2 != 0) return malformed("a key has no value");
    return push({.kind = kind, .items = std::move(content)});
  }

  Result<std::vector<Id>> pop_several(size_t count) {
    std::vector<Id> items(count);
    for (size_t i = count; i-- > 0;) {
      IBID_ASSIGN(items[i], pop());
    }
    return items;
  }

  // Adds to the container that lies on top of the stack.
  Result<void> extend(Result<std::vector<Id>> items, bool pairs) {
    IBID_ASSIGN(const std::vector<Id> more, std::move(items));
    if (stack_.empty() || stack_.back() == kMark) return malformed("there is nothing to add to");
    if (pairs && more.size() % 2 != 0) return malformed("a key has no value");
    PickleNode& container = pickle_.nodes[stack_.back()];
    const bool takes = container.kind == Kind::kCall ||
                       (pairs ? container.kind == Kind::kDictionary
                              : container.kind == Kind::kList || container.kind == Kind::kSet);
    if (!takes) return malformed("something is added to what holds nothing");
    container.items.insert(container.items.end(), more.begin(), more.end());
    return {};
  }

  Result<void> remember(uint64_t slot) {
    if (stack_.empty() || stack_.back() == kMark) return malformed("there is nothing to remember");
    memo_[slot] = stack_.back();
    return {};
  }
  Result<void> recall(uint64_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) return malformed("it refers to what it has not said");
    stack_.push_back(found->second);
    return {};
  }

  // --- opcodes ---

  Result<void> step(uint8_t opcode) {
    switch (opcode) {
      case 0x80:  // PROTO
        return skip(1);
      case 0x95:  // FRAME
        return skip(8);
      case '(':
        stack_.push_back(kMark);
        return {};
      case '0':  // POP
        if (stack_.empty()) return malformed("something is missing on its stack");
        stack_.pop_back();
        return {};
      case '1':  // POP_MARK
        return drop(pop_to_mark());
      case '2':  // DUP
        if (stack_.empty() || stack_.back() == kMark) return malformed("there is nothing to double");
        stack_.push_back(stack_.back());
        return {};
      case 'q':
        return with_number(1, [&](uint64_t slot) { return remember(slot); });
      case 'r':
        return with_number(4, [&](uint64_t slot) { return remember(slot); });
      case 0x94:  // MEMOIZE
        return remember(memo_.size());
      case 'h':
        return with_number(1, [&](uint64_t slot) { return recall(slot); });
      case 'j':
        return with_number(4, [&](uint64_t slot) { return recall(slot); });
      default:
        return scalar(opcode);
    }
  }

  Result<void> scalar(uint8_t opcode) {
    switch (opcode) {
      case 'N':
        return push({});
      case 0x88:
      case 0x89:
        return push({.kind = Kind::kBool, .boolean = opcode == 0x88});
      case 'J':
        return with_number(4, [&](uint64_t bits) {
          return push_text(Kind::kInteger, number_text(int64_t{static_cast<int32_t>(bits)}));
        });
      case 'K':
        return with_number(1, [&](uint64_t value) { return push_text(Kind::kInteger, number_text(value)); });
      case 'M':
        return with_number(2, [&](uint64_t value) { return push_text(Kind::kInteger, number_text(value)); });
      case 0x8A:
        return with_number(1, [&](uint64_t size) { return long_integer(size); });
      case 'G':
        return real();
      case 'X':
      case 0x8C:
      case 0x8D:
        return with_number(opcode == 'X'    ? 4
                           : opcode == 0x8C ? 1
                                            : 8,
                           [&](uint64_t size) { return counted(Kind::kText, size); });
      case 'B':
      case 'T':
      case 'C':
      case 'U':
      case 0x8E:
      case 0x96:
        return with_number(opcode == 'B' || opcode == 'T'   ? 4
                           : opcode == 'C' || opcode == 'U' ? 1
                                                            : 8,
                           [&](uint64_t size) { return counted(Kind::kBytes, size); });
      default:
        return container(opcode);
    }
  }

  Result<void> container(uint8_t opcode) {
    switch (opcode) {
      case ')':
        return push({.kind = Kind::kTuple});
      case ']':
        return push({.kind = Kind::kList});
      case '}':
        return push({.kind = Kind::kDictionary});
      case 0x8F:
        return push({.kind = Kind::kSet});
      case 't':
        return push_items(Kind::kTuple, pop_to_mark());
      case 'l':
        return push_items(Kind::kList, pop_to_mark());
      case 'd':
        return push_items(Kind::kDictionary, pop_to_mark());
      case 0x91:
        return push_items(Kind::kSet, pop_to_mark());
      case 0x85:
      case 0x86:
      case 0x87:
        return push_items(Kind::kTuple, pop_several(opcode - 0x84u));
      case 'a':
        return extend(pop_several(1), false);
      case 'e':
      case 0x90:
        return extend(pop_to_mark(), false);
      case 's':
        return extend(pop_several(2), true);
      case 'u':
        return extend(pop_to_mark(), true);
      default:
        return code(opcode);
    }
  }

  // What would run something.
  Result<void> code(uint8_t opcode) {
    switch (opcode) {
      case 'c': {
        IBID_ASSIGN(const std::string module, line());
        IBID_ASSIGN(const std::string name, line());
        return push_text(Kind::kGlobal, module + "." + name);
      }
      case 0x93: {  // STACK_GLOBAL
        IBID_ASSIGN(const std::vector<Id> names, pop_several(2));
        const std::string module = pickle_.at(names[0]).text;
        return push_text(Kind::kGlobal, module + "." + pickle_.at(names[1]).text);
      }
      case 'R':
      case 0x81: {  // NEWOBJ
        IBID_ASSIGN(const std::vector<Id> words, pop_several(2));
        return push({.kind = Kind::kCall, .callee = words[0], .arguments = words[1]});
      }
      case 0x92: {  // NEWOBJ_EX: names of arguments are kept as the state
        IBID_ASSIGN(const std::vector<Id> words, pop_several(3));
        return push({.kind = Kind::kCall, .callee = words[0], .arguments = words[1], .state = words[2]});
      }
      case 'b': {  // BUILD
        IBID_ASSIGN(const Id state, pop());
        if (stack_.empty() || stack_.back() == kMark) return malformed("a state belongs to nothing");
        pickle_.nodes[stack_.back()].state = state;
        return {};
      }
      case 'Q': {
        IBID_ASSIGN(const Id key, pop());
        return push({.kind = Kind::kPersistent, .arguments = key});
      }
      default:
        return Error(
            ErrorCode::kUnsupported,
            where_ + " has the pickle opcode 0x" + hex_text(std::span(&opcode, 1)) + ", which is not read",
            "save a state dict of tensors, or save as safetensors");
    }
  }

  template <class Use>
  Result<void> with_number(size_t n_bytes, const Use& use) {
    IBID_ASSIGN(const uint64_t value, number(n_bytes));
    return use(value);
  }
  Result<void> skip(uint64_t count) {
    IBID_TRY(take(count));
    return {};
  }
  static Result<void> drop(Result<std::vector<Id>> items) {
    IBID_TRY(std::move(items));
    return {};
  }
  Result<void> counted(Kind kind, uint64_t size) {
    IBID_ASSIGN(const std::string_view piece, take(size));
    return push_text(kind, std::string(piece));
  }
  Result<void> real() {
    IBID_ASSIGN(const std::string_view piece, take(8));
    uint64_t bits = 0;
    for (const char c : piece) bits = bits << 8 | static_cast<uint8_t>(c);
    return push({.kind = Kind::kFloat, .real = std::bit_cast<double>(bits)});
  }
  // Integers of up to 255 bytes; those above 64 bits stay what they are, in hexadecimal.
  Result<void> long_integer(uint64_t size) {
    IBID_ASSIGN(const std::string_view piece, take(size));
    if (size > 8) {
      const std::span digits(reinterpret_cast<const uint8_t*>(piece.data()), piece.size());
      return push_text(Kind::kInteger, "0x" + hex_text(digits) + " (little-endian)");
    }
    uint64_t bits = size > 0 && (static_cast<uint8_t>(piece.back()) & 0x80) != 0 ? ~uint64_t{0} : 0;
    for (size_t i = piece.size(); i-- > 0;) bits = bits << 8 | static_cast<uint8_t>(piece[i]);
    return push_text(Kind::kInteger, number_text(static_cast<int64_t>(bits)));
  }

  std::string_view bytes_;
  const std::string& where_;
  size_t position_ = 0;
  std::vector<Id> stack_;
  std::map<uint64_t, Id> memo_;
  Pickle pickle_;
};

}  // namespace

Result<Pickle> read_pickle(std::string_view bytes, const std::string& where) {
  return Machine(bytes, where).run();
}

}  // namespace ibid::compare
