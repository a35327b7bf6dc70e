// The service manager's end of sd_notify(3): a datagram socket that keeps what it is told. Node has none, Perl does.

import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WaitOptions } from "../wait_until.js";
import { startBackground } from "./background.js";

export interface NotifySocket extends AsyncDisposable {
  /** Value of NOTIFY_SOCKET. */
  readonly address: string;
  /** Each message's lines, in the order in which they came. */
  messages(): string[][];
  /** Waits for a line, as in a regular expression with ^ and $ at the ends of lines. */
  waitFor(pattern: RegExp, options?: WaitOptions): Promise<RegExpExecArray>;
}

const RECEIVER = `
use Socket; $| = 1;
my $name = $ARGV[0]; $name =~ s/^@/\\0/;
socket(my $s, AF_UNIX, SOCK_DGRAM, 0) or die "socket: $!";
bind($s, pack_sockaddr_un($name)) or die "bind: $!";
print "bound\\n";
while (defined recv($s, my $message, 65536, 0)) { print "$message\\nEND\\n"; }
`;

let made = 0;

export async function openNotifySocket(kind: "path" | "abstract"): Promise<NotifySocket> {
  made += 1;
  const name = `tablesnoop-notify-${process.pid}-${made}`;
  const address = kind === "abstract" ? `@${name}` : join(tmpdir(), name);
  const receiver = await startBackground("perl", ["-e", RECEIVER, address]);
  const remove = async () => {
    await receiver.stop("SIGKILL");
    if (kind === "path") rmSync(address, { force: true });
  };
  try {
    await receiver.waitFor("stdout", /^bound$/m);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    address,
    messages: () => {
      const [, ...told] = receiver.stdout().split("\n");
      const messages = told.join("\n").split("\nEND\n");
      return messages.slice(0, -1).map((message) => message.split("\n"));
    },
    waitFor: (pattern, options) => receiver.waitFor("stdout", pattern, options),
    [Symbol.asyncDispose]: remove,
  };
}
