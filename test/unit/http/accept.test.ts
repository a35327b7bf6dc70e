import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptsGzip, chooseFormat } from "../../../daemon/http/accept.js";

const OPEN = "application/openmetrics-text";

describe("choosing the format", () => {
  test.each([
    [`${OPEN};version=1.0.0,${OPEN};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`, "openmetrics"],
    [
      `application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,${OPEN};version=1.0.0;escaping=allow-utf-8;q=0.5,${OPEN};version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1`,
      "openmetrics",
    ],
    ["text/plain;version=0.0.4;q=1,*/*;q=0.1", "text"],
    [OPEN, "openmetrics"],
    [`${OPEN}; version="1.0.0"; charset=utf-8`, "openmetrics"],
    [`${OPEN.toUpperCase()} ; Version=1.0.0 ; Q=0.5`, "openmetrics"],
    [`${OPEN};version=0.0.1`, "openmetrics"],
    [`${OPEN};version=2.0.0`, "text"],
    [`${OPEN};q=0`, "text"],
    [`${OPEN};q=0.000,*/*`, "text"],
    [`${OPEN};q=0.3,text/plain;q=0.7`, "text"],
    [`text/plain;q=0.3,${OPEN};q=0.7`, "openmetrics"],
    [`text/plain,${OPEN}`, "text"],
    [`${OPEN},text/plain`, "openmetrics"],
    [`*/*,${OPEN}`, "openmetrics"],
    [`${OPEN};q=0.5,*/*`, "text"],
    [`${OPEN};q=0.5,text/plain;q=0.1,*/*`, "openmetrics"],
    [`${OPEN};q=0.5,text/*;q=0.1,*/*`, "openmetrics"],
    [`${OPEN};q=0.5,text/plain;version=1.0.0`, "openmetrics"],
    [`${OPEN};q=high`, "text"],
    [`${OPEN};q=1.5`, "text"],
    [`${OPEN};q=-1`, "text"],
    [`${OPEN};q=`, "text"],
    ["*/*", "text"],
    ["application/*", "text"],
    ["text/html,application/xhtml+xml,*/*;q=0.8", "text"],
    ["image/png", "text"],
    [";;,,=;q", "text"],
    ["", "text"],
    [undefined, "text"],
  ])("%s gives %s", (accept, format) => {
    expect(chooseFormat(accept)).toBe(format);
  });
});

describe("allowing gzip", () => {
  test.each([
    ["gzip", true],
    ["x-gzip", true],
    ["GZIP ; Q=0.1", true],
    ["gzip, deflate, br", true],
    ["br, gzip;q=0.5", true],
    ["*", true],
    ["*;q=0.1, br", true],
    ["gzip;q=0", false],
    ["gzip;q=0.0, *", false],
    ["*;q=0", false],
    ["*, gzip;q=0", false],
    ["gzip;q=0.5, identity", false],
    ["gzip, identity;q=0.5", true],
    ["identity", false],
    ["deflate, br", false],
    ["gzipped", false],
    ["gzip;q=x", false],
    ["", false],
    [undefined, false],
  ])("%s: %s", (acceptEncoding, allowed) => {
    expect(acceptsGzip(acceptEncoding)).toBe(allowed);
  });
});

test("no header makes negotiation throw", () => {
  const part = fc.constantFrom("gzip", "*/*", "text/plain", OPEN, ";", ",", "=", "q=", "q=0.5", "version=", '"', " ");
  const header = fc.oneof(
    fc.string(),
    fc.array(part).map((parts) => parts.join("")),
  );
  fc.assert(
    fc.property(header, (text) => {
      expect(["text", "openmetrics"]).toContain(chooseFormat(text));
      expect([true, false]).toContain(acceptsGzip(text));
    }),
  );
});
