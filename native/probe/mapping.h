// SPDX-License-Identifier: BSD-2-Clause
// A BPF array map seen as memory of ours. Unmapped when it goes out of scope; the map itself belongs to its object.
#pragma once

#include <bpf/libbpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string>

#include "kernel_error.h"

namespace tablesnoop {

inline size_t PageBytes() { return static_cast<size_t>(sysconf(_SC_PAGESIZE)); }

template <typename Value>
class Mapping {
 public:
  Mapping() = default;
  // Maps `map`, which was made with BPF_F_MMAPABLE. The kernel rounds the value size of such an array up to 8 bytes.
  explicit Mapping(const bpf_map* map) : size_(bpf_map__max_entries(map)) {
    static_assert(sizeof(Value) % 8 == 0);
    size_t page = PageBytes();
    bytes_ = (size_ * sizeof(Value) + page - 1) / page * page;
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, bpf_map__fd(map), 0);
    if (memory == MAP_FAILED) throw KernelError("map into memory", bpf_map__name(map), errno);
    values_ = static_cast<Value*>(memory);
  }
  ~Mapping() {
    if (values_) munmap(values_, bytes_);
  }
  Mapping(Mapping&& other) noexcept : values_(other.values_), size_(other.size_), bytes_(other.bytes_) {
    other.values_ = nullptr;
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;
  Mapping& operator=(Mapping&&) = delete;

  Value& operator[](size_t at) const { return values_[at]; }
  size_t Size() const { return size_; }

 private:
  Value* values_ = nullptr;
  size_t size_ = 0;
  size_t bytes_ = 0;
};

}  // namespace tablesnoop
