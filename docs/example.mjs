// Prints the destinations that this machine found no route to, in any network namespace, and ends after ten.
// Needs root; with { connect: "http://127.0.0.1:10074" } a running tablesnoopd does the watching.
import { openLookups } from "tablesnoop";

let seen = 0;
for await (const lookup of openLookups({ kinds: ["route"], failed: "only", table: "main" })) {
  console.log(`${lookup.timestamp} ${lookup.netns.name}: ${lookup.result} for ${lookup.dst}`);
  if (++seen === 10) break;
}
