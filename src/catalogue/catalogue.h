#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

// What is known of functions that do not always give the same bits (specs/catalogue/nondeterminism.json).
namespace ibid::catalogue {

enum class Device { kAny, kCpu, kCuda };
enum class Direction { kBoth, kForward, kBackward };

// A fact about one or several functions of one library.
struct Fact {
  std::string id;                 // "PT120"
  std::string library;            // the section it stands in: "pytorch"
  std::vector<std::string> apis;  // full names: "torch.nn.functional.interpolate"
  Device device = Device::kAny;
  Direction direction = Direction::kBoth;
  std::string behaviour;           // one of the words that `behaviour_text` explains
  std::string since, until;        // versions of the library: inclusive, exclusive; empty: no bound is known
  std::string condition;           // narrows it, in words; empty: it holds for every use
  std::string alternative;         // what to do
  std::string source, confidence;  // where it comes from, and how sure that is
};

class Catalogue {
 public:
  // The one that is part of the program; parsed at the first call.
  static const Catalogue& built_in();

  const std::vector<Fact>& facts() const { return facts_; }
  // Facts about a function, in the order of the catalogue.
  std::vector<const Fact*> of(std::string_view api) const;
  // nullptr: there is none with this id.
  const Fact* find(std::string_view id) const;
  // What a word for a behaviour means, a sentence; empty if it is none.
  std::string behaviour_text(std::string_view word) const;

 private:
  explicit Catalogue(std::string_view text);

  std::vector<Fact> facts_;
  std::map<std::string, std::vector<size_t>, std::less<>> by_api_;
  std::map<std::string, size_t, std::less<>> by_id_;
  std::map<std::string, std::string, std::less<>> behaviours_;
};

}  // namespace ibid::catalogue
