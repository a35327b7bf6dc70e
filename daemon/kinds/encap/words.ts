// What iproute2 calls lightweight tunnels, and what segment identifiers do. Lines have the same words, from
// native/kinds/encap/words.cc; a test compares them.

/** By number (LWTUNNEL_ENCAP_* of linux/lwtunnel.h). */
export const TUNNELS: readonly string[] = [
  "",
  "mpls",
  "ip",
  "ila",
  "ip6",
  "seg6",
  "bpf",
  "seg6local",
  "rpl",
  "ioam6",
  "xfrm",
];

/** By number (SEG6_LOCAL_ACTION_* of linux/seg6_local.h); empty: it is no segment identifier. */
export const ACTIONS: readonly string[] = [
  "",
  "End",
  "End.X",
  "End.T",
  "End.DX2",
  "End.DX6",
  "End.DX4",
  "End.DT6",
  "End.DT4",
  "End.B6",
  "End.B6.Encaps",
  "End.BM",
  "End.S",
  "End.AS",
  "End.AM",
  "End.BPF",
  "End.DT46",
];

/** The number if it has no name. */
export function tunnelName(type: number): string {
  return TUNNELS[type] || String(type);
}

/** The number if it has no name. */
export function actionName(action: number): string {
  return ACTIONS[action] ?? String(action);
}
