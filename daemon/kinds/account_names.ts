// The names that accounts are labelled with, of the namespaces that are shown.

import type { AccountNames, Names } from "./kind.js";

export type NamesOfAccounts = Pick<Names, "netns" | "table" | "protocol">;

export function accountNames(names: NamesOfAccounts, shows: (netns: string) => boolean): AccountNames {
  return {
    label: (cookie) => {
      const netns = names.netns(cookie);
      return shows(netns) ? netns : undefined;
    },
    table: (netns, id) => names.table(netns, id),
    protocol: (id) => names.protocol(id),
  };
}
