#include "compare/hdf5_export.h"

#include <hdf5.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/checked_int.h"
#include "base/json.h"
#include "base/number_text.h"
#include "base/sha256.h"

namespace ibid::compare {
namespace {

constexpr int kMaxDepth = 100;
constexpr int64_t kMaxObjects = 1'000'000;
constexpr size_t kLongestText = 200;  // longer ones by their digest

// Owns an identifier of libhdf5, closed by `close`.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  hid_t get() const { return id_; }
  bool valid() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// How a type of the file is read: as which element type, and by which type of libhdf5.
struct Reading {
  std::string element;  // as safetensors call it; empty: not at all, for this reason:
  std::string why;
  hid_t memory = -1;
};

struct FloatLayout {
  const char* name;
  size_t sign, exponent, exponent_bits, fraction_bits, bias;
};
constexpr FloatLayout kFloats[] = {{"F16", 15, 10, 5, 10, 15},
                                   {"BF16", 15, 7, 8, 7, 127},
                                   {"F32", 31, 23, 8, 23, 127},
                                   {"F64", 63, 52, 11, 52, 1023}};

std::string float_name(hid_t type) {
  size_t sign = 0, exponent = 0, exponent_bits = 0, fraction = 0, fraction_bits = 0;
  if (H5Tget_fields(type, &sign, &exponent, &exponent_bits, &fraction, &fraction_bits) < 0) return "";
  for (const FloatLayout& known : kFloats) {
    if (H5Tget_size(type) * 8 == known.sign + 1 && sign == known.sign && exponent == known.exponent &&
        exponent_bits == known.exponent_bits && fraction == 0 && fraction_bits == known.fraction_bits &&
        H5Tget_ebias(type) == known.bias && H5Tget_norm(type) == H5T_NORM_IMPLIED)
      return known.name;
  }
  return "";
}

std::string integer_name(hid_t type) {
  const size_t size = H5Tget_size(type);
  if (size != 1 && size != 2 && size != 4 && size != 8) return "";
  return (H5Tget_sign(type) == H5T_SGN_NONE ? "U" : "I") + number_text(uint64_t{8 * size});
}

// h5py writes truth values as an enumeration of FALSE and TRUE.
bool is_truth(hid_t type) {
  char name[8];
  const int8_t one = 1;
  return H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
         H5Tenum_nameof(type, &one, name, sizeof name) >= 0 && std::string_view(name) == "TRUE";
}

const char* class_text(H5T_class_t kind) {
  switch (kind) {
    case H5T_COMPOUND:
      return "compound";
    case H5T_REFERENCE:
      return "references";
    case H5T_OPAQUE:
      return "opaque";
    case H5T_VLEN:
      return "lists of any length";
    case H5T_ARRAY:
      return "arrays";
    case H5T_TIME:
      return "times";
    default:
      return "numbers of an unusual layout";
  }
}

Reading reading_of(hid_t type) {
  const H5T_class_t kind = H5Tget_class(type);
  Reading reading;
  if (kind == H5T_FLOAT) reading.element = float_name(type);
  if (kind == H5T_INTEGER) reading.element = integer_name(type);
  if (kind == H5T_ENUM) {
    const Handle base(H5Tget_super(type), H5Tclose);
    reading.element = is_truth(type) ? "BOOL" : integer_name(base.get());
  }
  if (reading.element.empty()) {
    reading.why = std::string("has elements that are ") + class_text(kind);
    return reading;
  }
  // Enumerations as their numbers; floating point with the same fields, in this machine's order.
  reading.memory = kind == H5T_FLOAT ? H5Tcopy(type) : H5Tget_native_type(type, H5T_DIR_ASCEND);
  if (kind == H5T_FLOAT) H5Tset_order(reading.memory, H5T_ORDER_LE);
  return reading;
}

// Whether a text can stand in JSON.
bool is_utf8(const std::string& text) {
  try {
    (void)Json(text).dump();
    return true;
  } catch (const Json::exception&) {
    return false;
  }
}

// A dataset or an attribute: what the two have in common.
struct Source {
  std::string name;
  hid_t type, space;
  // Reads all elements as the given type.
  herr_t (*read)(hid_t object, hid_t memory, void* buffer);
  hid_t object;
};

herr_t read_dataset(hid_t object, hid_t memory, void* buffer) {
  return H5Dread(object, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
}
herr_t read_attribute(hid_t object, hid_t memory, void* buffer) { return H5Aread(object, memory, buffer); }

class Exporter {
 public:
  explicit Exporter(int64_t max_bytes) : left_bytes_(max_bytes) {}

  Result<void> object(hid_t id, const std::string& path, int depth) {
    H5O_info_t info;
    if (H5Oget_info2(id, &info, H5O_INFO_BASIC) < 0) return malformed(path);
    const auto [seen, is_new] = seen_.emplace(info.addr, path);
    if (!is_new) {
      value(path, "the same object as " + seen->second);
      return {};
    }
    if (static_cast<int64_t>(seen_.size()) > kMaxObjects || depth > kMaxDepth)
      return Error(ErrorCode::kUnsupported,
                   "more than a million objects, or groups in groups more than 100 deep");
    IBID_TRY(attributes(id, path));
    if (info.type == H5O_TYPE_DATASET) return dataset(id, path);
    if (info.type == H5O_TYPE_GROUP) return group(id, path, depth);
    unread(path, "is a named type");
    return {};
  }

  std::string safetensors() {
    Json header = Json::object();
    header["__metadata__"] = std::move(metadata_);
    size_t offset = 0;
    for (const Tensor& tensor : tensors_) {
      header[tensor.name] = {{"dtype", tensor.element},
                             {"shape", tensor.shape},
                             {"data_offsets", {offset, offset + tensor.bytes.size()}}};
      offset += tensor.bytes.size();
    }
    std::string head = header.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string text;
    for (size_t i = 0; i < 8; ++i) text += static_cast<char>(head.size() >> (8 * i) & 0xFF);
    text.reserve(8 + head.size() + offset);
    text += head;
    for (const Tensor& tensor : tensors_) text += tensor.bytes;
    return text;
  }

 private:
  struct Tensor {
    std::string name, element;
    std::vector<int64_t> shape;
    std::string bytes;
  };

  static Error malformed(const std::string& path) {
    return Error(ErrorCode::kMalformed, "'" + path + "' cannot be read");
  }

  void value(const std::string& name, const std::string& text) {
    const bool plain = text.size() <= kLongestText && is_utf8(text);
    metadata_["v " + name] =
        plain ? text : number_text(static_cast<int64_t>(text.size())) + " bytes, sha256 " + sha256_hex(text);
  }
  void unread(const std::string& name, const std::string& why) { metadata_["u " + name] = why; }

  Result<void> group(hid_t id, const std::string& path, int depth) {
    H5G_info_t info;
    if (H5Gget_info(id, &info) < 0) return malformed(path);
    if (info.nlinks == 0) value(path, "a group without members");
    std::vector<std::string> names;
    const auto note = [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
      static_cast<std::vector<std::string>*>(list)->emplace_back(name);
      return 0;
    };
    if (H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, nullptr, note, &names) < 0) return malformed(path);
    for (const std::string& name : names)
      IBID_TRY(link(id, name, path == "/" ? path + name : path + "/" + name, depth));
    return {};
  }

  Result<void> link(hid_t group, const std::string& name, const std::string& path, int depth) {
    H5L_info_t info;
    if (H5Lget_info(group, name.c_str(), &info, H5P_DEFAULT) < 0) return malformed(path);
    if (info.type == H5L_TYPE_HARD) {
      const Handle object_id(H5Oopen(group, name.c_str(), H5P_DEFAULT), H5Oclose);
      return object_id.valid() ? object(object_id.get(), path, depth + 1) : malformed(path);
    }
    if (info.type != H5L_TYPE_SOFT) {
      unread(path, "is a link to another file, which is not opened");
      return {};
    }
    std::string target(info.u.val_size, '\0');
    if (H5Lget_val(group, name.c_str(), target.data(), target.size(), H5P_DEFAULT) < 0)
      return malformed(path);
    value(path, "a link to " + std::string(target.c_str()));
    return {};
  }

  Result<void> attributes(hid_t id, const std::string& path) {
    std::vector<std::string> names;
    const auto note = [](hid_t, const char* name, const H5A_info_t*, void* list) -> herr_t {
      static_cast<std::vector<std::string>*>(list)->emplace_back(name);
      return 0;
    };
    if (H5Aiterate2(id, H5_INDEX_NAME, H5_ITER_INC, nullptr, note, &names) < 0) return malformed(path + "@");
    for (const std::string& name : names) {
      const std::string full = path + "@" + name;
      const Handle attribute(H5Aopen(id, name.c_str(), H5P_DEFAULT), H5Aclose);
      if (!attribute.valid()) return malformed(full);
      const Handle type(H5Aget_type(attribute.get()), H5Tclose),
          space(H5Aget_space(attribute.get()), H5Sclose);
      IBID_TRY(content({full, type.get(), space.get(), read_attribute, attribute.get()}));
    }
    return {};
  }

  Result<void> dataset(hid_t id, const std::string& path) {
    const Handle properties(H5Dget_create_plist(id), H5Pclose);
    if (!properties.valid()) return malformed(path);
    if (H5Pget_layout(properties.get()) == H5D_VIRTUAL || H5Pget_external_count(properties.get()) > 0) {
      unread(path, "has its elements in other files, which are not opened");
      return {};
    }
    for (int i = 0; i < H5Pget_nfilters(properties.get()); ++i) {
      unsigned flags = 0, configuration = 0;
      size_t n_values = 0;
      char name[80] = "";
      const H5Z_filter_t filter = H5Pget_filter2(properties.get(), static_cast<unsigned>(i), &flags,
                                                 &n_values, nullptr, sizeof name, name, &configuration);
      if (filter < 0) return malformed(path);
      if (H5Zfilter_avail(filter) > 0) continue;
      unread(path, "is packed by filter " + number_text(int64_t{filter}) +
                       (name[0] != '\0' ? std::string(" (") + name + ")" : "") +
                       ", which libhdf5 lacks here");
      return {};
    }
    const Handle type(H5Dget_type(id), H5Tclose), space(H5Dget_space(id), H5Sclose);
    return content({path, type.get(), space.get(), read_dataset, id});
  }

  Result<void> content(const Source& source) {
    if (source.type < 0 || source.space < 0) return malformed(source.name);
    if (H5Sget_simple_extent_type(source.space) == H5S_NULL) {
      value(source.name, "empty");
      return {};
    }
    Tensor tensor{.name = source.name, .element = {}, .shape = {}, .bytes = {}};
    const int rank = H5Sget_simple_extent_ndims(source.space);
    std::vector<hsize_t> sizes(static_cast<size_t>(std::max(rank, 0)));
    if (rank < 0 || (rank > 0 && H5Sget_simple_extent_dims(source.space, sizes.data(), nullptr) < 0))
      return malformed(source.name);
    for (const hsize_t size : sizes) tensor.shape.push_back(static_cast<int64_t>(size));
    const auto n_elements = checked_product(tensor.shape);
    const auto n_bytes = n_elements
                             ? checked_multiply(*n_elements, static_cast<int64_t>(H5Tget_size(source.type)))
                             : std::nullopt;
    if (!n_bytes || *n_bytes > left_bytes_)
      return Error(ErrorCode::kUnsupported,
                   "'" + source.name + "' unpacks to more than is allowed for the file's size");
    left_bytes_ -= *n_bytes;
    if (H5Tget_class(source.type) == H5T_STRING) return texts(source, *n_elements);
    const Reading reading = reading_of(source.type);
    const Handle memory(reading.memory, H5Tclose);
    if (reading.element.empty()) {
      unread(source.name, reading.why);
      return {};
    }
    tensor.element = reading.element;
    tensor.bytes.resize(static_cast<size_t>(*n_bytes));
    if (source.read(source.object, memory.get(), tensor.bytes.data()) < 0) return malformed(source.name);
    tensors_.push_back(std::move(tensor));
    return {};
  }

  // Texts of a fixed length, padded, or of any length. One alone as it is, several as a list.
  Result<void> texts(const Source& source, int64_t n_elements) {
    const auto count = static_cast<size_t>(n_elements);
    std::vector<std::string> all;
    if (H5Tis_variable_str(source.type) > 0) {
      std::vector<char*> pointers(count, nullptr);
      if (source.read(source.object, source.type, pointers.data()) < 0) return malformed(source.name);
      for (const char* text : pointers) all.emplace_back(text != nullptr ? text : "");
      H5Dvlen_reclaim(source.type, source.space, H5P_DEFAULT, pointers.data());
    } else {
      const size_t size = H5Tget_size(source.type);
      std::string bytes(count * size, '\0');
      if (source.read(source.object, source.type, bytes.data()) < 0) return malformed(source.name);
      const char padding = H5Tget_strpad(source.type) == H5T_STR_SPACEPAD ? ' ' : '\0';
      for (size_t i = 0; i < count; ++i) {
        std::string text = bytes.substr(i * size, size);
        text.erase(text.find_last_not_of(padding) + 1);
        all.push_back(std::move(text));
      }
    }
    value(source.name, H5Sget_simple_extent_ndims(source.space) == 0
                           ? all.at(0)
                           : Json(all).dump(-1, ' ', false, Json::error_handler_t::replace));
    return {};
  }

  int64_t left_bytes_;
  std::map<haddr_t, std::string> seen_;
  Json metadata_ = Json::object();
  std::vector<Tensor> tensors_;
};

}  // namespace

Result<std::string> export_hdf5(const std::string& path, int64_t max_bytes) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);
  // The core driver reads the file at once and then works on memory.
  const Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose);
  constexpr size_t kIncrement = 1 << 20;
  if (H5Pset_fapl_core(access.get(), kIncrement, 0) < 0)
    return Error(ErrorCode::kUnsupported, "libhdf5 cannot read files from memory");
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose);
  if (!file.valid()) return Error(ErrorCode::kMalformed, "libhdf5 does not open it");
  const Handle root(H5Oopen(file.get(), "/", H5P_DEFAULT), H5Oclose);
  if (!root.valid()) return Error(ErrorCode::kMalformed, "it has no root group");
  Exporter exporter(max_bytes);
  IBID_TRY(exporter.object(root.get(), "/", 0));
  return exporter.safetensors();
}

}  // namespace ibid::compare
