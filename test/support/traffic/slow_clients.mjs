// Clients that ask and hardly read, as a process of its own so that it can be started inside a namespace:
//
//   slow_clients.mjs HOST PORT CONNECTIONS PATH PIPELINED BYTES MS
//
// Each of CONNECTIONS asks for PATH as often as PIPELINED says, all at once, and reads BYTES every MS milliseconds. What is
// said on stdout, a line each: "asked" once all have asked, "lost N" with the number of connections that have ended so far.

import { once } from "node:events";
import { connect } from "node:net";

const [host = "", port = "", connections = "", path = "", pipelined = "", bytes = "", ms = ""] = process.argv.slice(2);
const question = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`.repeat(Number(pipelined));
let lost = 0;

await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    // Given back after each reading, so that nothing is read ahead.
    const buffer = Buffer.alloc(Number(bytes));
    const socket = connect({ host, port: Number(port), onread: { buffer, callback: () => false } });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      lost += 1;
      console.log(`lost ${lost}`);
    });
    await once(socket, "connect");
    socket.write(question);
    setInterval(() => socket.resume(), Number(ms));
  }),
);
console.log("asked");
