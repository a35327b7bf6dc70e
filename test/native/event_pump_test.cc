// SPDX-License-Identifier: BSD-2-Clause
#include "../../native/probe/event_pump.h"

#include <doctest/doctest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "../../native/probe/kernel_error.h"
#include "fake_ring.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

constexpr auto kDeadline = std::chrono::seconds(10);

bool Until(const std::function<bool()>& condition) {
  auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

struct Bench {
  Bench() {
    auto owned = std::make_unique<FakeRing>();
    ring = owned.get();
    pump = std::make_unique<EventPump>(std::move(owned));
    pump->SetVocabulary(std::make_shared<Vocabulary>(SampleVocabulary()));
  }

  std::shared_ptr<Listener> Open(size_t queue_bytes = 1 << 16) {
    ListenerSettings settings = {};
    settings.filter.kinds = 3;
    settings.format = LineFormat::kText;
    settings.tells_drops = true;
    settings.queue_bytes = queue_bytes;
    return pump->Open(settings, [this] { calls++; });
  }

  // As many lines as that, or as many as came in time.
  std::string TakeLines(Listener& listener, uint64_t wanted) {
    std::string text;
    uint64_t count = 0;
    Until([&] {
      auto [more, lines] = listener.Take();
      text += more;
      count += lines;
      return count >= wanted;
    });
    CHECK(count == wanted);
    return text;
  }

  void Put(ts_route_event event) {
    event.head.time = UINT64_MAX / 2;
    ring->Put(&event, sizeof(event));
  }

  FakeRing* ring;
  std::unique_ptr<EventPump> pump;
  std::atomic<int> calls = 0;
};

const std::string kLine = "v4: src: 10.0.1.2  dst: 10.0.2.2 --> gw: 10.0.1.1 egress: eth0\n";

}  // namespace

TEST_CASE("event pump: a listener hears what has its bit") {
  Bench bench;
  auto first = bench.Open();
  auto second = bench.Open();
  ts_route_event event = SampleRoute();
  event.head.listeners = 2;
  bench.Put(event);
  CHECK(bench.TakeLines(*second, 1) == kLine);
  CHECK(first->Take().count == 0);
  // Lines are there before word of them.
  CHECK(Until([&] { return bench.calls > 0; }));
}

TEST_CASE("event pump: a bit of a slot that nobody has is passed over") {
  Bench bench;
  auto listener = bench.Open();
  ts_route_event event = SampleRoute();
  event.head.listeners = 0xffffffff;
  bench.Put(event);
  CHECK(bench.TakeLines(*listener, 1) == kLine);
}

TEST_CASE("event pump: what happened before a listener came is not for it") {
  Bench bench;
  auto listener = bench.Open();
  ts_route_event event = SampleRoute();
  event.head.time = 1;
  bench.ring->Put(&event, sizeof(event));
  bench.Put(SampleRoute());
  CHECK(bench.TakeLines(*listener, 1) == kLine);
}

TEST_CASE("event pump: records that nobody understands are counted and nothing else") {
  Bench bench;
  auto listener = bench.Open();
  ts_route_event event = SampleRoute();
  event.head.time = UINT64_MAX / 2;
  bench.ring->Put(&event, sizeof(event) - 1);
  event.head.kind = 200;
  bench.ring->Put(&event, sizeof(event));
  bench.Put(SampleRoute());
  CHECK(bench.TakeLines(*listener, 1) == kLine);
  CHECK(bench.pump->Read().decode == 2);
}

TEST_CASE("event pump: a ring that cannot be waited for is read all the same, told of, and mended") {
  Bench bench;
  auto listener = bench.Open();
  CHECK(bench.pump->Read().fault == "");
  bench.ring->poll_result = -EBADF;
  REQUIRE(Until([&] { return bench.pump->Read().fault != ""; }));
  CHECK(bench.pump->Read().fault == "wait for the event ring: EBADF: Bad file descriptor");
  bench.Put(SampleRoute());
  CHECK(bench.TakeLines(*listener, 1) == kLine);
  CHECK(Until([&] { return bench.ring->reopened > 0; }));

  bench.ring->poll_result = 0;
  REQUIRE(Until([&] { return bench.pump->Read().fault == ""; }));
  bench.Put(SampleRoute());
  CHECK(bench.TakeLines(*listener, 1) == kLine);
}

TEST_CASE("event pump: a fault between two looks at it is told of once") {
  Bench bench;
  auto listener = bench.Open();
  int polls = bench.ring->polls;
  bench.ring->poll_result = -EINVAL;
  REQUIRE(Until([&] { return bench.ring->polls > polls + 1; }));
  bench.ring->poll_result = 0;
  polls = bench.ring->polls;
  REQUIRE(Until([&] { return bench.ring->polls > polls + 2; }));
  CHECK(bench.pump->Read().fault == "wait for the event ring: EINVAL: Invalid argument");
  CHECK(bench.pump->Read().fault == "");
}

TEST_CASE("event pump: a ring that cannot be waited for keeps no CPU busy") {
  Bench bench;
  auto listener = bench.Open();
  bench.ring->poll_result = -EBADF;
  REQUIRE(Until([&] { return bench.pump->Read().fault != ""; }));
  int polls = bench.ring->polls;
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  // One in 20 ms.
  CHECK(bench.ring->polls - polls <= 11);
}

TEST_CASE("event pump: a signal is no fault") {
  Bench bench;
  auto listener = bench.Open();
  bench.ring->poll_result = -EINTR;
  int polls = bench.ring->polls;
  REQUIRE(Until([&] { return bench.ring->polls > polls + 5; }));
  CHECK(bench.pump->Read().fault == "");
}

TEST_CASE("event pump: a new listener after a fault and an end hears again") {
  Bench bench;
  auto first = bench.Open();
  bench.ring->poll_result = -EBADF;
  REQUIRE(Until([&] { return bench.ring->polls > 1; }));
  bench.pump->Close(first);
  CHECK(bench.pump->Read().fault == "");
  bench.ring->poll_result = 0;
  auto second = bench.Open();
  bench.Put(SampleRoute());
  CHECK(bench.TakeLines(*second, 1) == kLine);
}

TEST_CASE("event pump: without a listener the kernel is told of none, and nobody polls") {
  Bench bench;
  auto listener = bench.Open();
  CHECK(bench.ring->Shared().listeners == 1);
  bench.pump->Close(listener);
  bench.pump->Close(listener);
  CHECK(bench.ring->Shared().listeners == 0);
  CHECK(bench.ring->Shared().slots == 0);
  int polls = bench.ring->polls;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  CHECK(bench.ring->polls == polls);
}

TEST_CASE("event pump: filters are in their slots, and only the highest slot in use counts") {
  Bench bench;
  auto first = bench.Open();
  auto second = bench.Open();
  CHECK(bench.ring->Shared().slots == 2);
  ts_filter filter = {};
  filter.kinds = 1;
  filter.conditions = TS_MATCH_DEVICE;
  SetName(filter.device, "eth7");
  bench.pump->ChangeFilter(second, filter);
  CHECK(memcmp(&bench.ring->Filters().slot[1], &filter, sizeof(filter)) == 0);
  CHECK(bench.ring->Filters().slot[0].kinds == 3);
  CHECK(bench.ring->Shared().device_conditions == 1);
  CHECK(bench.ring->Shared().listeners == 3);
  bench.pump->Close(second);
  CHECK(bench.ring->Shared().device_conditions == 0);
  CHECK(bench.ring->Shared().slots == 1);
  bench.pump->ChangeFilter(second, filter);
  CHECK(bench.ring->Shared().listeners == 1);
}

TEST_CASE("event pump: one listener more than there are slots is refused, and takes none") {
  Bench bench;
  std::vector<std::shared_ptr<Listener>> all;
  for (int count = 0; count < TS_LISTENERS; count++) all.push_back(bench.Open());
  CHECK_THROWS_AS(bench.Open(), KernelError);
  bench.pump->Close(all[7]);
  CHECK(bench.Open() != nullptr);
}

TEST_CASE("event pump: what a slow listener loses is counted, told in its place, and kept after its end") {
  Bench bench;
  auto listener = bench.Open(1);
  for (int count = 0; count < 5; count++) bench.Put(SampleRoute());
  REQUIRE(Until([&] { return bench.pump->Read().queue == 4; }));
  CHECK(listener->Drops().queue == 4);
  CHECK(listener->Take().text == kLine + "# dropped 4 lines\n");
  bench.pump->Close(listener);
  CHECK(bench.pump->Read().queue == 4);
}

TEST_CASE("event pump: what the ring lost since a listener came is told to it") {
  Bench bench;
  bench.ring->lost[0] = 100;
  bench.ring->lost[TS_LOST_ALL] = 100;
  auto listener = bench.Open();
  bench.ring->lost[0] = 123;
  bench.ring->lost[TS_LOST_ALL] = 123;
  REQUIRE(Until([&] { return listener->Drops().ringbuf == 23; }));
  CHECK(listener->Take().text == "# dropped 23 lines\n");
  CHECK(bench.pump->Read().ringbuf == 123);
}
