// Reads accounts as an exposition does, from an inventory of which a test says only what matters to it.

import type { Account } from "../../../daemon/kinds/kind.js";
import { EMPTY_INVENTORY, type Inventory, type NetnsRow } from "../../../daemon/native/session.js";

export const netnsRow = (cookie: bigint, noRoute: readonly bigint[] = []): NetnsRow => ({
  cookie,
  inode: 4026531840,
  isFirst: false,
  noRoute: BigUint64Array.from(noRoute),
});

/** Each later reading: its samples as "labels' values value", in the order of the metric's labels. Cookie 99 is not shown. */
export function reader({ metric, open }: Account, label: (cookie: bigint) => string = (cookie) => `ns${cookie}`) {
  const read = open();
  const names = {
    label: (cookie: bigint) => (cookie === 99n ? undefined : label(cookie)),
    table: (_: bigint, id: number) => (id === 254 ? "main" : `t${id}`),
    protocol: (id: number) => (id === 12 ? "bird" : `p${id}`),
  };
  return (inventory: Partial<Inventory>) =>
    read({ ...EMPTY_INVENTORY, ...inventory }, names).map(({ labels, value }) =>
      [...metric.labels.map((name) => labels[name]), value].join(" "),
    );
}
