import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { acceptsGzip, chooseFormat, chooseLineFormat } from "../../../daemon/http/accept.js";

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
    ["gzip, identity", true],
    ["gzip;q=x, gzip", true],
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

describe("choosing the format of lines", () => {
  test.each([
    [undefined, "text"],
    ["", "text"],
    ["*/*", "text"],
    ["text/html", "text"],
    ["text/plain", "text"],
    ["application/json", "json"],
    ["application/x-ndjson", "json"],
    ["application/ndjson", "json"],
    ["text/event-stream", "sse"],
    ["Text/Event-Stream; charset=utf-8", "sse"],
    ["image/png, application/json", "json"],
    ["text/event-stream, application/json", "sse"],
    ["application/json, text/event-stream", "json"],
    ["text/event-stream;q=0.5, application/json", "json"],
    ["application/json;q=0.5, text/plain;q=0.4, text/event-stream;q=0.6", "sse"],
    ["application/json;q=0", "text"],
    ["application/json;q=0, text/event-stream;q=0.1", "sse"],
    ["application/json;q=x", "text"],
    ["text/plain, application/json", "text"],
    ["application/json;q=x, application/json;q=0.5", "json"],
  ])("%s gives %s", (accept, format) => {
    expect(chooseLineFormat(accept)).toBe(format);
  });
});

describe("spaces and quotes", () => {
  test.each([
    [`${OPEN} ; version = 1.0.0`, "openmetrics"],
    [`${OPEN};version="2.0.0"`, "text"],
    [`${OPEN};version=1.0.0"`, "text"],
    [`${OPEN};version="1.0.0`, "text"],
    [`${OPEN};q="0.5",text/plain;q=0.6`, "text"],
    [`${OPEN};version=1.0.0=2`, "openmetrics"],
    [`${OPEN};version = 2.0.0`, "text"],
    [`${OPEN};version=1."0.0"`, "text"],
    [`${OPEN};version="1.0".0`, "text"],
    [`${OPEN};q=x,${OPEN};q=0.5`, "openmetrics"],
  ])("in %s give %s", (accept, format) => {
    expect(chooseFormat(accept)).toBe(format);
  });
});

describe("a weight", () => {
  test.each([
    ["0.5", "openmetrics"],
    ["0.", "text"],
    ["0.0001", "openmetrics"],
    ["1", "openmetrics"],
    ["1.", "openmetrics"],
    ["1.000", "openmetrics"],
    ["1.001", "text"],
    ["00.5", "text"],
    ["0.5x", "text"],
    ["x0.5", "text"],
    [".5", "text"],
    ["11", "text"],
  ])("of %s for OpenMetrics alone gives %s", (weight, format) => {
    expect(chooseFormat(`${OPEN};q=${weight}`)).toBe(format);
  });

  test("decides between two versions of one format: the heavier one counts", () => {
    expect(chooseFormat(`${OPEN};version=0.0.1;q=0.2,${OPEN};version=1.0.0;q=0.9,text/plain;q=0.5`)).toBe(
      "openmetrics",
    );
    expect(chooseFormat(`text/plain;q=0.2,text/plain;version=0.0.4;q=0.9,${OPEN};q=0.5`)).toBe("text");
  });

  test("that two formats share leaves it to the one named first with that weight", () => {
    expect(chooseFormat(`text/plain;q=0.1,${OPEN};q=0.5,text/plain;q=0.5`)).toBe("openmetrics");
    expect(chooseFormat(`${OPEN};q=0.1,text/plain;q=0.5,${OPEN};q=0.5`)).toBe("text");
    expect(chooseFormat(`text/plain;version=1.0.0;q=0.5,${OPEN};q=0.5,text/plain;q=0.5`)).toBe("openmetrics");
  });
});
