// SPDX-License-Identifier: BSD-2-Clause
// What went wrong between us and the kernel, as one value: the act, its object, the cause, and the end of libbpf's log.
#pragma once

#include <exception>
#include <string>

namespace tablesnoop {

class KernelError : public std::exception {
 public:
  // error: positive errno, 0 if the kernel gave none (then cause says it all).
  KernelError(std::string act, std::string object, int error, std::string cause = "", std::string log = "");

  const char* what() const noexcept override { return message_.c_str(); }
  const std::string& act() const { return act_; }
  const std::string& object() const { return object_; }
  const std::string& log() const { return log_; }
  // Symbolic errno such as "EPERM"; empty without one.
  std::string Code() const;

 private:
  std::string act_;
  std::string object_;
  int error_;
  std::string log_;
  std::string message_;
};

// "EPERM: Operation not permitted".
std::string DescribeErrno(int error);

// Collects what libbpf prints on this thread while it lives; the print callback is process-wide, the collector is not.
class LibbpfLog {
 public:
  LibbpfLog();
  ~LibbpfLog();
  LibbpfLog(const LibbpfLog&) = delete;
  LibbpfLog& operator=(const LibbpfLog&) = delete;

  // The last lines, at most 8 KiB: the verifier says why at its end.
  const std::string& Text() const { return text_; }
  void Append(const char* text, size_t size);

 private:
  std::string text_;
  LibbpfLog* outer_;
};

}  // namespace tablesnoop
