// What is wrong with a web configuration, and where. Its text goes to logs and answers: never a value that may be secret.

/** Counted from 1, in characters. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export class ConfigFault extends Error {
  /** Absent: not of one place in the file. */
  readonly position: Position | undefined;

  constructor(problem: string, position?: Position, options?: ErrorOptions) {
    super(problem, options);
    this.name = "ConfigFault";
    this.position = position;
  }
}
