// SPDX-License-Identifier: BSD-2-Clause
#include "threads.h"

#include <dirent.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <vector>

#include "../probe/kernel_error.h"

namespace tablesnoop {

namespace {

// The one signal no thread can block or wait for: glibc keeps it to itself, for setuid(2), and leaves it out of every
// mask. Node has a thread that blocks all others. Only the kernel's own interface lets us have it, for a moment.
constexpr int kSignal = 33;

constexpr int kAnswerMs = 5000;
// More rounds than this are needed only if threads give birth faster than they can be asked.
constexpr int kRounds = 1000;

// The kernel's struct sigaction of x86-64 and arm64; libc's is another.
struct KernelAction {
  void (*handler)(int);
  unsigned long flags;
  void (*restorer)();
  uint64_t mask;
};

constexpr int kUnanswered = 2;  // no value of an act

// What the handler works on; one OnEveryThread at a time.
std::atomic<ThreadAct> current_act;
std::atomic<pid_t> addressee;
std::atomic<int> answer;

void Answer(int) {
  // A late signal to a thread that is asked no more is nobody's business.
  if (addressee.load() != static_cast<pid_t>(syscall(SYS_gettid))) return;
  int saved = errno;
  answer.store(current_act.load()());
  errno = saved;
}

int SetAction(int signal, const KernelAction* action, KernelAction* before) {
  return static_cast<int>(syscall(SYS_rt_sigaction, signal, action, before, sizeof(uint64_t)));
}

// Handles kSignal while it lives; then glibc does again.
class Handler {
 public:
  explicit Handler(const char* what) {
    // The way back from a handler is libc's code: borrowed from an action that libc itself installed.
    struct sigaction own = {}, old = {};
    own.sa_handler = Answer;
    own.sa_flags = SA_RESTART;
    KernelAction action;
    bool known = sigaction(SIGRTMAX, &own, &old) == 0 && SetAction(SIGRTMAX, nullptr, &action) == 0;
    if (!known || sigaction(SIGRTMAX, &old, nullptr) != 0 || SetAction(kSignal, &action, &before_) != 0) {
      throw KernelError(what, "on every thread", errno, "no signal handler can be set");
    }
  }
  ~Handler() { SetAction(kSignal, &before_, nullptr); }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

 private:
  KernelAction before_;
};

std::vector<pid_t> OtherThreads(const char* what) {
  struct Close {
    void operator()(DIR* folder) const { closedir(folder); }
  };
  std::unique_ptr<DIR, Close> folder(opendir("/proc/self/task"));
  if (!folder) throw KernelError(what, "on every thread", errno, "/proc/self/task cannot be listed");
  pid_t own = static_cast<pid_t>(syscall(SYS_gettid));
  std::vector<pid_t> threads;
  while (const dirent* entry = readdir(folder.get())) {
    pid_t thread = atoi(entry->d_name);
    if (thread > 0 && thread != own) threads.push_back(thread);
  }
  return threads;
}

bool Send(pid_t thread, int signal) { return syscall(SYS_tgkill, getpid(), thread, signal) == 0; }

// As an act's; a thread that ended has nothing to change.
int Ask(const char* what, pid_t thread) {
  answer.store(kUnanswered);
  addressee.store(thread);
  if (!Send(thread, kSignal)) return errno == ESRCH ? 0 : -errno;
  for (int waited = 0; answer.load() == kUnanswered; waited++) {
    if (!Send(thread, 0)) return 0;
    if (waited == kAnswerMs) throw KernelError(what, "on every thread", ETIMEDOUT, "a thread does not answer");
    timespec moment = {.tv_sec = 0, .tv_nsec = 1000000};
    nanosleep(&moment, nullptr);
  }
  return answer.load();
}

bool Changed(const char* what, int answered) {
  if (answered < 0) throw KernelError(what, "on every thread", -answered);
  return answered > 0;
}

}  // namespace

void OnEveryThread(const char* what, ThreadAct act) {
  current_act.store(act);
  Handler handler(what);
  struct EndOfAsking {
    ~EndOfAsking() { addressee.store(0); }
  } end;
  for (int round = 0; round < kRounds; round++) {
    bool changed = Changed(what, act());
    for (pid_t thread : OtherThreads(what)) changed |= Changed(what, Ask(what, thread));
    if (!changed) return;
  }
  throw KernelError(what, "on every thread", EAGAIN, "new threads come faster than they can be asked");
}

}  // namespace tablesnoop
