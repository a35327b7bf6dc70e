import { EventEmitter } from "node:events";
import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { Connection } from "../../../daemon/listen/connection.js";
import { answersWithoutEnd } from "../../../daemon/listen/endless.js";

const LIMITS = { requestsAhead: 2, leastRate: 1000, rateGrace: 10_000 };

let socket: { remoteAddress: string; writable: boolean; bytesWritten: number; writableLength: number; destroy(): void };
let connection: Connection;

beforeEach(() => {
  socket = { remoteAddress: "192.0.2.1", writable: true, bytesWritten: 0, writableLength: 0, destroy: vi.fn() };
  connection = new Connection(socket as unknown as Socket, LIMITS);
});

function answer() {
  const response = Object.assign(new EventEmitter(), { headersSent: false, req: { socket } });
  return { response, close: () => response.emit("close"), as: response as unknown as ServerResponse };
}

describe("requests of one connection", () => {
  test("are answered one after the other", () => {
    const entered: number[] = [];
    const answers = [answer(), answer(), answer()];
    answers.forEach(({ as }, at) => {
      connection.inTurn(as, () => entered.push(at), vi.fn());
    });
    expect(entered).toEqual([0]);
    answers[0]?.close();
    expect(entered).toEqual([0, 1]);
    answers[1]?.close();
    answers[2]?.close();
    expect(entered).toEqual([0, 1, 2]);
    expect(connection.isSpare).toBe(true);
  });

  test("that are sent too far ahead end it", () => {
    for (let at = 0; at <= LIMITS.requestsAhead; at++) connection.inTurn(answer().as, vi.fn(), vi.fn());
    expect(socket.destroy).not.toHaveBeenCalled();
    connection.inTurn(answer().as, vi.fn(), vi.fn());
    expect(socket.destroy).toHaveBeenCalled();
  });

  test("are not answered after its last answer", () => {
    const [first, second] = [answer(), answer()];
    const enter = vi.fn();
    connection.inTurn(first.as, vi.fn(), vi.fn());
    connection.inTurn(second.as, enter, vi.fn());
    socket.writable = false;
    first.close();
    expect(enter).not.toHaveBeenCalled();
  });
});

describe("a connection", () => {
  test("is spare without a request and while its answer waits to be taken, not while one is being made", () => {
    expect(connection.isSpare).toBe(true);
    const { response, close, as } = answer();
    connection.inTurn(as, vi.fn(), vi.fn());
    expect(connection.isSpare).toBe(false);
    response.headersSent = true;
    expect(connection.isSpare).toBe(true);
    close();
    expect(connection.isSpare).toBe(true);
  });

  test("whose answer has no end is neither spare nor slow", () => {
    const { response, as } = answer();
    connection.inTurn(as, vi.fn(), vi.fn());
    response.headersSent = true;
    answersWithoutEnd(socket as unknown as Socket);
    expect(connection.isSpare).toBe(false);
    expect([0, 1, 2].map((hours) => connection.look(hours * 3_600_000))).toEqual(["idle", "idle", "idle"]);
  });

  function looks(takes: (seconds: number) => number) {
    const { response, as } = answer();
    connection.inTurn(as, vi.fn(), vi.fn());
    response.headersSent = true;
    return Array.from({ length: 8 }, (_, at) => {
      const taken = takes(at * 5);
      socket.bytesWritten = taken + 65_536;
      socket.writableLength = 65_536;
      return connection.look(at * 5000);
    });
  }

  test("is too slow once the least rate is not reached from the end of the grace on", () => {
    // In vain: after 10 s nothing is owed yet, after 15 s 5,000 bytes.
    expect(looks(() => 0)).toEqual(["slow", "slow", "slow", ...Array(5).fill("too slow")]);
    expect(connection.isSpare).toBe(true);
  });

  test("is never too slow at the least rate, however late it begins within the grace", () => {
    expect(looks((seconds) => seconds * 1000)).toEqual(["slow", ...Array(7).fill("taking")]);
  });

  test("is measured anew with each answer", () => {
    expect(looks(() => 0).at(-1)).toBe("too slow");
    connection = new Connection(socket as unknown as Socket, LIMITS);
    const first = answer();
    connection.inTurn(first.as, vi.fn(), vi.fn());
    first.response.headersSent = true;
    connection.look(0);
    first.close();
    const second = answer();
    connection.inTurn(second.as, vi.fn(), vi.fn());
    second.response.headersSent = true;
    expect([1_000_000, 1_005_000].map((now) => connection.look(now))).toEqual(["slow", "slow"]);
  });
});
