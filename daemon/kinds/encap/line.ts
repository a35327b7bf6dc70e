/**
 * The lightweight tunnel a route leads into, by the words of `ip route`: of what follows `type`, each tunnel has what belongs to
 * it (docs/lines.md).
 */
export interface Encap {
  /** seg6, seg6local, mpls, ip, ... */
  readonly type: string;
  readonly mode?: string;
  /** End, End.DT6, ... */
  readonly action?: string;
  /** The first on the way first. */
  readonly segs?: readonly string[];
  readonly labels?: readonly number[];
  /** Segments or labels beyond those. */
  readonly omitted?: number;
  readonly table?: number;
  readonly vrftable?: number;
  readonly nh4?: string;
  readonly nh6?: string;
  readonly oif?: string;
  readonly endpoint?: string;
  readonly flavors?: readonly string[];
  readonly lblen?: number;
  readonly nflen?: number;
  /** Decimal: it may exceed what a number holds. */
  readonly id?: string;
  readonly src?: string;
  readonly dst?: string;
  readonly ttl?: number;
  readonly tos?: number;
  readonly hoplimit?: number;
  readonly tc?: number;
  readonly key?: true;
  readonly csum?: true;
  readonly seq?: true;
  /** Names of programs. */
  readonly in?: string;
  readonly out?: string;
  readonly xmit?: string;
}
