// The face of the frame driver (test/support/flood/forward.c): hands a device's network stack an exact number of frames, as
// the poll of a network card does, and tells what one took.

import type { Netns } from "../support/networks/netns.js";
import { projectPath } from "../support/project_path.js";

export interface Frames {
  /** The device that receives them. */
  readonly device: string;
  readonly source: string;
  /** At most 64, of one family, taken in turn. */
  readonly destinations: readonly string[];
  /** Destination of the frame; the device's own address if absent. */
  readonly mac?: string;
  /** The device's peer, which sends them to it: they are received in a softirq then, one for each batch. */
  readonly through?: string;
  /** Frames of one batch; 64 if absent. */
  readonly batch?: number;
  /** A connected socket waits for them. */
  readonly isReceived?: boolean;
}

export interface FramesResult {
  readonly frames: number;
  readonly ns_least: number;
  readonly ns_median: number;
}

export interface Dose {
  /** How often so many frames are measured. */
  readonly slices: number;
  readonly repeat: number;
  readonly cpu: number;
}

export async function handOver(netns: Pick<Netns, "exec">, frames: Frames, dose: Dose): Promise<FramesResult> {
  const args = [
    ...["--object", projectPath("dist/test/flood/forward.bpf.o")],
    ...["--device", frames.device],
    ...["--src", frames.source],
    ...["--dst", frames.destinations.join(",")],
    ...["--repeat", String(dose.repeat)],
    ...["--slices", String(dose.slices)],
    ...["--cpu", String(dose.cpu)],
    ...(frames.mac === undefined ? [] : ["--mac", frames.mac]),
    ...(frames.through === undefined ? [] : ["--through", frames.through]),
    ...(frames.batch === undefined ? [] : ["--batch", String(frames.batch)]),
    ...(frames.isReceived ? ["--receive"] : []),
  ];
  const { stdout } = await netns.exec(projectPath("dist/test/flood/forward"), args, { timeoutMs: 120_000 });
  return JSON.parse(stdout) as FramesResult;
}
