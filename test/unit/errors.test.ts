import { describe, expect, test } from "vitest";
import { causeOf, StartError, describe as tell, UsageError } from "../../daemon/errors.js";
import type { KernelError } from "../../daemon/native/session.js";

function kernelError(code: string, message: string, log = ""): KernelError {
  return Object.assign(new Error(message), { act: "attach", object: "fib6_table_lookup", code, log });
}

const told = (error: unknown, debug = false) => tell(error, "tablesnoopd", debug);

describe("telling an error to the operator", () => {
  test("a usage error exits with 2 and points to the help", () => {
    expect(told(new UsageError("unknown_flag", { flag: "--foo" }))).toEqual({
      text: "tablesnoopd: unknown flag --foo; see --help",
      exitCode: 2,
    });
  });

  test("a start error exits with 1 and names act, object, cause and hint", () => {
    const { text, exitCode } = told(new StartError("address_in_use", { address: "127.0.0.1:10074" }));
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^tablesnoopd: listen on 127\.0\.0\.1:10074: address already in use; \w/);
  });

  test("EPERM from the kernel hints at root and the two capabilities", () => {
    const { text, exitCode } = told(kernelError("EPERM", "whatever"));
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^tablesnoopd: attach fib6_table_lookup: operation not permitted \(EPERM\); /);
    expect(text).toMatch(/root or with CAP_BPF and CAP_PERFMON$/);
  });

  test("the addon's own words are kept, and the errno is always named", () => {
    const own = kernelError("EINVAL", "attach fib6_table_lookup: no such hook");
    expect(told(own).text).toContain("attach fib6_table_lookup: no such hook (EINVAL); ");
    const both = kernelError("EINVAL", "attach fib6_table_lookup: EINVAL, no such hook");
    expect(told(both).text).toContain("attach fib6_table_lookup: EINVAL, no such hook; ");
  });

  test("a kernel error without errno tells its message", () => {
    expect(told(kernelError("", "object file is empty")).text).toContain(
      "attach fib6_table_lookup: object file is empty; ",
    );
  });

  test("the end of the verifier log follows only if asked for", () => {
    const log = Array.from({ length: 100 }, (_, line) => `line ${line}`).join("\n");
    const error = kernelError("EACCES", "refused", `${log}\n`);
    expect(told(error).text).not.toContain("\n");
    const lines = told(error, true).text.split("\n");
    expect(lines).toHaveLength(31);
    expect(lines.at(-1)).toBe("  line 99");
  });

  test.each([
    Object.assign(new Error("EMFILE: too many open files, open '/x/package.json'"), { code: "EMFILE" }),
    Object.assign(new Error("/x/tablesnoop.node: cannot open: Too many open files"), { code: "ERR_DLOPEN_FAILED" }),
    kernelError("EMFILE", "attach fib6_table_lookup: EMFILE: Too many open files"),
  ])("too few file descriptors are no bug, whoever met them", (error) => {
    expect(told(error).text).toBe(`tablesnoopd: ${error.message}; raise the limit of open files (ulimit -n)`);
  });

  test("an addon that was never built is told as such", () => {
    const error = Object.assign(new Error("Cannot find module '/x/tablesnoop.node'\nRequire stack:\n- /x/y.js"), {
      code: "MODULE_NOT_FOUND",
    });
    expect(told(error).text).toBe("tablesnoopd: load tablesnoop.node: not found; build it with npm run build");
  });

  test("an addon that cannot be linked tells the linker's words", () => {
    const error = Object.assign(new Error("libbpf.so.1: cannot open shared object file"), {
      code: "ERR_DLOPEN_FAILED",
    });
    expect(told(error).text).toMatch(/^tablesnoopd: load the addon: libbpf\.so\.1: cannot open .*; install libbpf/);
  });

  test.each([[new TypeError("x is\nnot a function")], ["a text"], [undefined], [new Error("")]])(
    "anything else, as %s, is one line without a stack trace, and exit code 1",
    (error) => {
      const { text, exitCode } = told(error, true);
      expect(exitCode).toBe(1);
      expect(text).toMatch(/^tablesnoopd: unexpected error: .+; .+$/);
      expect(text).not.toMatch(/\n|\bat .*:\d+/);
    },
  );

  test("control characters from outside do not reach the terminal", () => {
    const error = new UsageError("unknown_flag", { flag: "--\u001b[2J\nx" });
    expect(told(error).text).toBe("tablesnoopd: unknown flag -- [2J x; see --help");
    expect(causeOf(new Error("a\r\nb\u009bc"))).toBe("a b c");
  });

  test("a hint may have holes too, and a message need not have a hint", () => {
    const fills = { act: "load", object: "it", cause: "EPERM", url: "http://x" };
    expect(new StartError("kernel_forbids_but_daemon", fills).message).toMatch(/: --connect http:\/\/x$/);
    expect(new StartError("daemon_refuses", { url: "http://x", cause: "no" }).message).toBe("read http://x: no");
  });

  test("the cause stays attached", () => {
    const cause = new Error("inner");
    expect(new StartError("address_refused", { address: ":1", cause: "inner" }, { cause }).cause).toBe(cause);
  });
});
