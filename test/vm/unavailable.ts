// Why no guest can be had here, as an error of its own: the tests turn it into a skip that names the reason.

export class Unavailable extends Error {
  override readonly name = "Unavailable";

  /** `curable`: installing a package or running a command on this very machine would help. */
  constructor(
    message: string,
    readonly curable: boolean,
  ) {
    super(message);
  }
}
