import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import { expect, test, vi } from "vitest";
import { Backlog } from "../../../daemon/http/backlog.js";

const KIB = 1024;

function answerTo(remoteAddress: string) {
  const socket = { remoteAddress, destroyed: false, destroy: vi.fn(() => Object.assign(socket, { destroyed: true })) };
  const response = Object.assign(new EventEmitter(), { closed: false, req: { socket } });
  return { socket, taken: () => response.emit("close"), as: response as unknown as ServerResponse };
}

const body = (kib: number) => Buffer.alloc(kib * KIB);

test("a body that several are sent counts once, until the last has taken it", () => {
  const backlog = new Backlog({ ofOneClient: 10 * KIB, inAll: 10 * KIB });
  const shared = body(8);
  const answers = ["192.0.2.1", "192.0.2.1", "192.0.2.2"].map(answerTo);
  for (const { as } of answers) backlog.hold(shared, as);
  expect(backlog.bytes).toBe(8 * KIB);
  for (const { taken, socket } of answers) {
    expect(backlog.bytes).toBe(8 * KIB);
    taken();
    expect(socket.destroy).not.toHaveBeenCalled();
  }
  expect(backlog.bytes).toBe(0);
});

test("a client that would have more than it may loses the answer that has waited longest", () => {
  const backlog = new Backlog({ ofOneClient: 10 * KIB, inAll: 100 * KIB });
  const own = [answerTo("192.0.2.1"), answerTo("192.0.2.1"), answerTo("192.0.2.1")];
  const other = answerTo("192.0.2.2");
  backlog.hold(body(8), other.as);
  for (const { as } of own) backlog.hold(body(5), as);
  expect(own.map(({ socket }) => socket.destroyed)).toEqual([true, false, false]);
  expect(other.socket.destroyed).toBe(false);
  expect(backlog.bytes).toBe(18 * KIB);
});

test("beyond what there may be in all the client with most bytes loses, and not who came last", () => {
  const backlog = new Backlog({ ofOneClient: 20 * KIB, inAll: 20 * KIB });
  const small = answerTo("192.0.2.2");
  const greedy = [answerTo("192.0.2.1"), answerTo("192.0.2.1")];
  backlog.hold(body(4), small.as);
  for (const { as } of greedy) backlog.hold(body(8), as);
  const late = answerTo("192.0.2.3");
  backlog.hold(body(4), late.as);
  expect([small, ...greedy, late].map(({ socket }) => socket.destroyed)).toEqual([false, true, false, false]);
  expect(backlog.bytes).toBe(16 * KIB);
});

test("one body is always taken on, however large", () => {
  const backlog = new Backlog({ ofOneClient: KIB, inAll: KIB });
  const first = answerTo("192.0.2.1");
  backlog.hold(body(8), first.as);
  expect(first.socket.destroyed).toBe(false);
  const second = answerTo("192.0.2.2");
  backlog.hold(body(9), second.as);
  expect([first, second].map(({ socket }) => socket.destroyed)).toEqual([true, false]);
  expect(backlog.bytes).toBe(9 * KIB);
});

test("for a client that is gone nothing is kept", () => {
  const backlog = new Backlog();
  const gone = answerTo("192.0.2.1");
  gone.socket.destroy();
  backlog.hold(body(8), gone.as);
  expect(backlog.bytes).toBe(0);
});
