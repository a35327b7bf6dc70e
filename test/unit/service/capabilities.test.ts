import { describe, expect, test } from "vitest";
import { createLog } from "../../../daemon/log.js";
import { giveUpCapabilities, parseKept } from "../../../daemon/service/capabilities.js";

describe("what is to be kept", () => {
  test.each([
    [[], 0n],
    [["none"], 0n],
    [["all"], "all"],
    [["cap_chown"], 1n],
    [["cap_net_bind_service", "CAP_BPF"], (1n << 10n) | (1n << 39n)],
    [["cap_perfmon"], 1n << 38n],
    [["cap_checkpoint_restore"], 1n << 40n],
    [["cap_bpf", "cap_bpf"], 1n << 39n],
  ])("%j is %s", (words, kept) => {
    expect(parseKept(words)).toBe(kept);
  });

  test.each([[["bpf"]], [["cap_"]], [[""]], [["cap_bpf,cap_perfmon"]], [["all", "cap_bpf"]], [["cap_bpf", "none"]]])(
    "%j names nothing",
    (words) => {
      expect(parseKept(words)).toBeUndefined();
    },
  );
});

describe("giving them up", () => {
  function giveUp(kept: "all" | bigint, refusal: string) {
    const said: string[] = [];
    const dropped: bigint[] = [];
    const log = createLog({ logLevel: "debug", logFormat: "logfmt" }, { write: (line) => said.push(line) });
    const asked: bigint[] = [];
    const session = {
      refusalWithout: (keep: bigint) => {
        asked.push(keep);
        return refusal;
      },
    };
    giveUpCapabilities({ kept, session, drop: (keep) => dropped.push(keep), log });
    return { said, dropped, asked };
  }

  test("the kernel asks for none: all but those to keep are dropped, in silence", () => {
    expect(giveUp(4n, "")).toEqual({ said: [], dropped: [4n], asked: [4n] });
  });

  test("the kernel asks for some: the two the probes needed stay as well, and the log says why", () => {
    const { said, dropped } = giveUp(4n, "run the inventory walk: EPERM");
    expect(dropped).toEqual([4n | (1n << 38n) | (1n << 39n)]);
    expect(said).toEqual([
      expect.stringMatching(/level=warn msg="CAP_BPF and CAP_PERFMON are kept.*run the inventory walk: EPERM/),
    ]);
  });

  test("all are to be kept: nothing is tried or dropped", () => {
    expect(giveUp("all", "EPERM")).toEqual({ said: [], dropped: [], asked: [] });
  });
});
