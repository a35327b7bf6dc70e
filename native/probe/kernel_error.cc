// SPDX-License-Identifier: BSD-2-Clause
#include "kernel_error.h"

#include <bpf/libbpf.h>

#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

namespace tablesnoop {

namespace {

constexpr size_t kLogBytes = 8 * 1024;

thread_local LibbpfLog* current_log = nullptr;

int Print(enum libbpf_print_level level, const char* format, va_list arguments) {
  if (level == LIBBPF_DEBUG || current_log == nullptr) return 0;
  va_list again;
  va_copy(again, arguments);
  int size = vsnprintf(nullptr, 0, format, arguments);
  if (size > 0) {
    std::string text(static_cast<size_t>(size) + 1, '\0');
    vsnprintf(text.data(), text.size(), format, again);
    current_log->Append(text.data(), static_cast<size_t>(size));
  }
  va_end(again);
  return 0;
}

// The kernel's own errno for what a driver or architecture cannot do (linux/errno.h); libc does not know it.
constexpr int kNotSupported = 524;

std::string Name(int error) {
  if (error == kNotSupported) return "ENOTSUPP";
  const char* name = strerrorname_np(error);
  return name ? name : "errno " + std::to_string(error);
}

}  // namespace

std::string DescribeErrno(int error) {
  if (error == kNotSupported) return Name(error) + ": not supported by this kernel";
  if (const char* words = strerrordesc_np(error)) return Name(error) + ": " + words;
  // libbpf has numbers of its own, above the kernel's.
  char text[128];
  libbpf_strerror(error, text, sizeof(text));
  return text;
}

KernelError::KernelError(std::string act, std::string object, int error, std::string cause, std::string log)
    : act_(std::move(act)), object_(std::move(object)), error_(error), log_(std::move(log)) {
  message_ = act_ + " " + object_ + ": ";
  if (error_ != 0) message_ += DescribeErrno(error_);
  if (error_ != 0 && !cause.empty()) message_ += "; ";
  message_ += cause;
}

std::string KernelError::Code() const { return error_ == 0 ? "" : Name(error_); }

LibbpfLog::LibbpfLog() : outer_(current_log) {
  current_log = this;
  libbpf_set_print(Print);
}

LibbpfLog::~LibbpfLog() { current_log = outer_; }

void LibbpfLog::Append(const char* text, size_t size) {
  text_.append(text, size);
  if (text_.size() <= kLogBytes) return;
  size_t line = text_.find('\n', text_.size() - kLogBytes);
  text_.erase(0, line == std::string::npos ? text_.size() - kLogBytes : line + 1);
}

}  // namespace tablesnoop
