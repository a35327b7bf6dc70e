// SPDX-License-Identifier: BSD-2-Clause
#include "../../native/lines/event_view.h"

#include <doctest/doctest.h>

#include <memory>

#include "../../native/lines/kind_ops.h"
#include "samples.h"

using namespace tablesnoop;

namespace {

// In an allocation of its size, so that AddressSanitizer sees a read beyond it.
bool IsEvent(const void* event, size_t size) {
  auto copy = std::make_unique<char[]>(size);
  memcpy(copy.get(), event, size);
  return EventView::Of(copy.get(), size).has_value();
}

template <typename Event>
void CheckSizes(const Event& event) {
  CHECK(OpsOf(event.head.kind).event_size == sizeof(event));
  for (size_t size = 0; size < sizeof(event); size++) CHECK_FALSE(IsEvent(&event, size));
  CHECK(IsEvent(&event, sizeof(event)));
}

}  // namespace

TEST_CASE("event view: an event is taken from its kind's size on") {
  CheckSizes(SampleRoute());
  CheckSizes(SampleRule());
}

TEST_CASE("event view: a route into a tunnel is taken with the whole of the tunnel only") {
  ts_encapped_route_event event = SampleEncappedRoute(TS_ENCAP_SEG6);
  for (size_t size = 0; size < sizeof(event); size++) CHECK_FALSE(IsEvent(&event, size));
  CHECK(IsEvent(&event, sizeof(event)));
}

TEST_CASE("event view: of a kind that is only counted there are no events") {
  char bytes[1024] = {};
  ts_event head = SampleRoute().head;
  head.kind = TS_KIND_encap;
  memcpy(bytes, &head, sizeof(head));
  CHECK_FALSE(IsEvent(bytes, sizeof(bytes)));
}

TEST_CASE("event view: what has more bytes than its kind needs is taken") {
  char bytes[1024] = {};
  ts_route_event route = SampleRoute();
  memcpy(bytes, &route, sizeof(route));
  CHECK(IsEvent(bytes, sizeof(bytes)));
}

TEST_CASE("event view: a kind that nobody knows is no event") {
  ts_route_event route = SampleRoute();
  for (int kind = TS_KINDS; kind < 256; kind++) {
    route.head.kind = static_cast<uint8_t>(kind);
    CHECK_FALSE(IsEvent(&route, sizeof(route)));
  }
}

TEST_CASE("event view: a family that its kind does not have is no event") {
  ts_route_event route = SampleRoute();
  for (int family = 0; family < 256; family++) {
    route.head.family = static_cast<uint8_t>(family);
    CHECK(IsEvent(&route, sizeof(route)) == (family <= TS_IPV6));
  }
}

TEST_CASE("event view: an event is not read as one of another kind") {
  ts_route_event route = SampleRoute();
  EventView view = ViewOf(route);
  CHECK(view.As<ts_route_event>().table == 254);
  CHECK_THROWS_AS(view.As<ts_rule_event>(), std::logic_error);
}

TEST_CASE("event view: every kind has its word") {
  CHECK(std::string(OpsOf(TS_KIND_route).word) == "route");
  CHECK(std::string(OpsOf(TS_KIND_rule).word) == "rule");
  CHECK(std::string(OpsOf(TS_KIND_encap).word) == "encap");
}
